"""What Cognito encrypted is opened; whatever else arrives is one sentence of the right class, and no mail."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import aws_encryption_sdk
import pytest
from aws_encryption_sdk.key_providers.kms import StrictAwsKmsMasterKeyProvider
from cognito_mailroom import (
    ConfigurationError,
    Deadline,
    DecryptionError,
    MailroomError,
    Message,
    Secret,
    Trigger,
    Unavailable,
)
from cognito_mailroom.app import Mailroom
from cognito_mailroom.cognito.decryption import Decryptor, unescape
from cognito_mailroom.cognito.event import Request
from cognito_mailroom.testing import cognito
from cognito_mailroom.testing.aws_server import AwsServer
from cognito_mailroom.testing.exchange import Reply
from cognito_mailroom.testing.http_server import HttpServer
from cognito_mailroom.testing.server_faults import (
    PATIENCE,
    Behaviour,
    CloseBeforeAnswer,
    Drip,
    Garbage,
    ResetBeforeAnswer,
    Stall,
)
from cognito_mailroom.transport.aws import aws_session
from hypothesis import given
from hypothesis import strategies as st
from moto.kms.models import kms_backends

Encrypted = Callable[..., str]
Refused = Callable[[str], MailroomError]

BOTH_FORMATS = pytest.mark.parametrize("form", [{}, {"committing": True}], ids=["Cognito's", "emulators'"])


@pytest.fixture
def refused(environ: dict[str, str], sent: list[Message]) -> Refused:
    """The error with which a code is refused, in one sentence and without a mail."""
    mailroom = Mailroom.from_environ(environ)

    def refused(code: str) -> MailroomError:
        with pytest.raises(MailroomError) as error:
            mailroom.handle(cognito.event(Trigger.SIGN_UP, code), Deadline(30))
        assert sent == []
        assert "\n" not in str(error.value)
        assert str(error.value).endswith(".")
        return error.value

    return refused


@BOTH_FORMATS
@pytest.mark.parametrize("pool_id", [cognito.POOL_ID, None], ids=["pool", "no pool"])
@pytest.mark.parametrize("secret", ["482910", "04829107", "not digits", "ключ ✓", "x" * 9_000])
def test_a_code_is_opened_as_it_was(
    form: dict[str, Any], pool_id: str | None, secret: str, key_arn: str, encrypted: Encrypted
) -> None:
    code = encrypted(secret, pool_id=pool_id, **form)
    opened = Decryptor([key_arn]).decrypt(Request.parse(cognito.event(Trigger.SIGN_UP, code)), Deadline(5))
    assert opened == Secret(secret)


def test_cognitos_format_is_the_one_that_live_user_pools_write(encrypted: Encrypted) -> None:
    assert encrypted("482910").startswith("AYADe")
    assert encrypted("482910", committing=True).startswith("Ag")


def test_where_there_is_no_code_nothing_is_opened(key_arn: str) -> None:
    request = Request.parse(cognito.event(Trigger.ADMIN_CREATE_USER))
    assert Decryptor([key_arn]).decrypt(request, Deadline(5)) is None


def test_each_of_several_keys_opens_what_it_encrypted(
    aws: AwsServer, key_arn: str, encrypted: Encrypted
) -> None:
    other = aws.create_key()
    decryptor = Decryptor([key_arn, other])
    for arn in (key_arn, other):
        request = Request.parse(cognito.event(Trigger.SIGN_UP, encrypted(arn[-5:], key_arn=arn)))
        assert decryptor.decrypt(request, Deadline(5)) == Secret(arn[-5:])


@pytest.fixture(scope="module")
def multi_region(aws: AwsServer) -> tuple[str, str]:
    """The ARNs of one key in the function's own region and in another."""
    with pytest.MonkeyPatch.context() as patch:
        # moto's own have hyphens, unlike AWS's, and are then too long for its ciphertexts
        patch.setattr("moto.kms.models.generate_key_id", lambda _: f"mrk-{uuid4().hex}")
        key = aws.client("kms").create_key(MultiRegion=True)["KeyMetadata"]
    # which its API would refuse, for want of the hyphens
    replica = kms_backends[key["AWSAccountId"]]["eu-west-1"].replicate_key(key["KeyId"], "eu-central-1").arn
    arn = key["Arn"]
    assert ":key/mrk-" in arn
    assert replica == arn.replace("eu-west-1", "eu-central-1")
    return arn, replica


@BOTH_FORMATS
@pytest.mark.parametrize("listed", [(0,), (1,), (0, 1), (1, 0)], ids=repr)
def test_the_arns_of_a_multi_region_key_are_one_key(
    form: dict[str, Any], listed: tuple[int, ...], multi_region: tuple[str, str], encrypted: Encrypted
) -> None:
    decryptor = Decryptor([multi_region[each] for each in listed])
    code = encrypted("482910", key_arn=multi_region[0], **form)
    assert decryptor.decrypt(Request.parse(cognito.event(Trigger.SIGN_UP, code)), Deadline(5)) == Secret(
        "482910"
    )


@pytest.mark.parametrize(
    ("listed", "region"),
    [((0,), "eu-west-1"), ((1,), "eu-central-1"), ((1, 0), "eu-west-1")],
    ids=repr,
)
def test_kms_is_asked_in_the_functions_own_region_where_that_is_listed(
    listed: tuple[int, ...], region: str, multi_region: tuple[str, str], encrypted: Encrypted,
    answering: Callable[..., HttpServer], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    request = Request.parse(cognito.event(Trigger.SIGN_UP, encrypted("482910", key_arn=multi_region[0])))
    kms = answering(says("AccessDeniedException"))
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", kms.url)
    with pytest.raises(ConfigurationError):
        Decryptor([multi_region[each] for each in listed]).decrypt(request, Deadline(5))
    assert f"/{region}/kms/" in kms.requests[0].headers["Authorization"]
    assert kms.requests[0].json()["KeyId"].split(":")[3] == region


@pytest.mark.parametrize(
    "other",
    [
        lambda mrk, _: mrk.replace("eu-west-1", "eu-central-1")[:-1] + "x",
        lambda mrk, _: mrk.replace("123456789012", "210987654321"),
        lambda mrk, _: mrk.replace("arn:aws:", "arn:aws-cn:"),
        lambda _, key: key.replace("eu-west-1", "eu-central-1"),
    ],
    ids=["another key", "another account", "another partition", "a key of one region"],
)
def test_what_is_not_that_key_stays_refused(
    other: Callable[[str, str], str], multi_region: tuple[str, str], key_arn: str, encrypted: Encrypted
) -> None:
    mrk, _ = multi_region
    arn = key_arn if other("", key_arn) else mrk
    request = Request.parse(cognito.event(Trigger.SIGN_UP, encrypted("482910", key_arn=arn)))
    with pytest.raises(DecryptionError, match="MAILROOM_KMS_KEY_ARN"):
        Decryptor([other(mrk, key_arn)]).decrypt(request, Deadline(5))


def under(arns: list[str], plaintext: bytes = b"482910") -> str:
    """A code with one data key for each of several keys."""
    keys = StrictAwsKmsMasterKeyProvider(key_ids=arns)
    ciphertext, _ = aws_encryption_sdk.EncryptionSDKClient().encrypt(source=plaintext, key_provider=keys)
    return base64.b64encode(ciphertext).decode()


def test_an_emulator_may_write_two_data_keys_and_nobody_six(
    aws: AwsServer, key_arn: str, refused: Refused
) -> None:
    others = [aws.create_key() for _ in range(5)]
    two = Request.parse(cognito.event(Trigger.SIGN_UP, under([others[0], key_arn])))
    assert Decryptor([key_arn]).decrypt(two, Deadline(5)) == Secret("482910")
    assert "MaxEncryptedDataKeysExceeded" in str(refused(under([key_arn, *others])))


@BOTH_FORMATS
def test_the_code_of_another_pool_is_refused(
    form: dict[str, Any], encrypted: Encrypted, refused: Refused
) -> None:
    error = refused(encrypted("482910", pool_id="eu-west-1_Other", **form))
    assert type(error) is DecryptionError
    assert "another user pool" in str(error)


@BOTH_FORMATS
def test_the_code_of_another_key_is_refused(
    form: dict[str, Any], aws: AwsServer, encrypted: Encrypted, refused: Refused
) -> None:
    error = refused(encrypted("482910", key_arn=aws.create_key(), **form))
    assert type(error) is DecryptionError
    assert "MAILROOM_KMS_KEY_ARN" in str(error)


@BOTH_FORMATS
def test_one_flipped_bit_is_refused_wherever_it_is(
    form: dict[str, Any], encrypted: Encrypted, refused: Refused
) -> None:
    message = bytearray(base64.b64decode(encrypted("482910", **form)))
    # The data key names its key once more, which KMS reads: there it may well be a key out of reach.
    data_key = range(message.find(b"arn:aws:kms"), len(message) - 180)
    for place in range(0, len(message), 5):
        flipped = message.copy()
        flipped[place] ^= 1 << place % 8
        error = refused(base64.b64encode(flipped).decode())
        assert type(error) in {DecryptionError, ConfigurationError if place in data_key else DecryptionError}


@BOTH_FORMATS
def test_a_truncated_code_is_refused_wherever_it_ends(
    form: dict[str, Any], encrypted: Encrypted, refused: Refused
) -> None:
    message = base64.b64decode(encrypted("482910", **form))
    for length in (*range(1, len(message), 9), len(message) - 1):
        assert type(refused(base64.b64encode(message[:length]).decode())) is DecryptionError


@pytest.mark.parametrize(
    "code",
    [
        base64.b64encode(b"482910").decode(),
        "482910",
        "AYAD",
        "not base64!",
        "ÄÖÜ=",
        "\ud800",
        "AYADe\n",
        "=" * 100,
        base64.b64encode(bytes(20_000)).decode(),
        base64.b64encode(b"\x01\x80\x03\x78" + b"\xff" * 500).decode(),
        base64.b64encode(b"\x02\x05\x78" + b"\xff" * 500).decode(),
    ],
    ids=lambda code: ascii(code[:20]),
)
def test_what_is_no_message_is_refused(code: str, refused: Refused) -> None:
    assert type(refused(code)) is DecryptionError


def test_ten_megabytes_of_noise_are_refused_unread(refused: Refused) -> None:
    error = refused(base64.b64encode(os.urandom(7_500_000)).decode())
    assert type(error) is DecryptionError
    assert str(error) == "The code is 10000000 characters long; Cognito writes about 812."


@pytest.mark.parametrize("plaintext", [b"", b"\xff\xfe"], ids=repr)
def test_a_secret_that_is_no_text_is_refused(plaintext: bytes, key_arn: str, refused: Refused) -> None:
    assert type(refused(under([key_arn], plaintext))) is DecryptionError


@given(st.binary(max_size=2_000))
def test_any_bytes_are_refused(ciphertext: bytes) -> None:
    request = Request.parse(cognito.event(Trigger.SIGN_UP, "AAAA" + base64.b64encode(ciphertext).decode()))
    with pytest.raises(DecryptionError):
        DECRYPTOR.decrypt(request, Deadline(5))


DECRYPTOR = Decryptor(["arn:aws:kms:eu-west-1:123456789012:key/none"])  # never gets as far as to ask KMS


def says(code: str, status: int = 400) -> Reply:
    return Reply(status, {"__type": code, "message": "arn:aws:kms:eu-west-1:123456789012:key/s3cret"})


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (says("ThrottlingException"), Unavailable),
        (says("LimitExceededException"), Unavailable),
        (says("KMSInternalException", 500), Unavailable),
        (says("DependencyTimeoutException", 500), Unavailable),
        (Reply(503, "<html>busy</html>"), Unavailable),
        (Reply(500), Unavailable),
        (CloseBeforeAnswer(), Unavailable),
        (ResetBeforeAnswer(), Unavailable),
        (Garbage(), Unavailable),
        (says("AccessDeniedException"), ConfigurationError),
        (says("DisabledException"), ConfigurationError),
        (says("KMSInvalidStateException"), ConfigurationError),
        (says("NotFoundException"), ConfigurationError),
        (says("UnrecognizedClientException"), ConfigurationError),
        (Reply(403, "<html>forbidden</html>"), ConfigurationError),
        (says("InvalidCiphertextException"), DecryptionError),
        (says("IncorrectKeyException"), DecryptionError),
        (Reply(200, "<html>who knows</html>"), DecryptionError),
        (Reply(200, {}), DecryptionError),
    ],
    ids=lambda value: str(value)[:90],
)
def test_what_kms_says_decides_the_error(
    *, behaviour: Behaviour, kind: type[MailroomError], answering: Callable[..., HttpServer],
    monkeypatch: pytest.MonkeyPatch, encrypted: Encrypted, request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    kms = answering(behaviour)
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", kms.url)
    error = request.getfixturevalue("refused")(encrypted("482910"))
    assert type(error) is kind
    assert len(kms.requests) == 1  # a retry is Lambda's to decide
    assert "s3cret" not in str(error)


@pytest.mark.parametrize("fault", [Stall(), Drip(headers=True)], ids=repr)
def test_kms_keeps_to_the_deadline(
    fault: Behaviour, answering: Callable[..., HttpServer], encrypted: Encrypted, key_arn: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    request = Request.parse(cognito.event(Trigger.SIGN_UP, encrypted("482910")))
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", answering(fault).url)
    decryptor, patience = Decryptor([key_arn]), Deadline(PATIENCE - 1)
    with pytest.raises(Unavailable, match="in time"):
        decryptor.decrypt(request, Deadline(0.2))
    assert patience.remaining()


@pytest.fixture
def nowhere(unreachable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", unreachable)


@pytest.mark.usefixtures("nowhere")
def test_a_kms_out_of_reach_is_unavailable(encrypted: Encrypted, refused: Refused) -> None:
    error = refused(encrypted("482910"))
    assert type(error) is Unavailable
    assert str(error) == "127.0.0.1 cannot be reached (ConnectionRefusedError)."


@pytest.fixture
def roleless(monkeypatch: pytest.MonkeyPatch) -> None:
    aws_session.cache_clear()  # which remembers its credentials
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.mark.usefixtures("roleless")
def test_a_function_without_a_role_is_misconfigured(encrypted: Encrypted, refused: Refused) -> None:
    error = refused(encrypted("482910"))
    assert type(error) is ConfigurationError
    assert "NoCredentialsError" in str(error)


@pytest.mark.parametrize(
    ("escaped", "password"),
    [
        ("plain", "plain"),
        ("&lt;&gt;&quot;&#39;&amp;", "<>\"'&"),
        ("&amp;lt;", "&lt;"),
        ("&amp;amp;amp;", "&amp;amp;"),
        ("&copy", "&copy"),
        ("&amp;copy", "&copy"),
        ("&copy;&nbsp;&#34;&#x27;&apos;", "&copy;&nbsp;&#34;&#x27;&apos;"),
        ("&LT;&lt", "&LT;&lt"),
    ],
)
def test_a_fixed_table_undoes_the_escaping_of_passwords(escaped: str, password: str) -> None:
    assert unescape(escaped) == password


@given(st.text())
def test_unescaping_undoes_what_cognito_does(password: str) -> None:
    assert unescape(cognito.escape_password(password)) == password


def test_only_temporary_passwords_are_unescaped(key_arn: str, encrypted: Encrypted) -> None:
    code, decryptor = encrypted("&lt;1&gt;"), Decryptor([key_arn])
    assert [
        secret.reveal()
        for trigger in (Trigger.ADMIN_CREATE_USER, Trigger.SIGN_UP)
        if (secret := decryptor.decrypt(Request.parse(cognito.event(trigger, code)), Deadline(5)))
    ] == ["<1>", "&lt;1&gt;"]
