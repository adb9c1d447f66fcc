from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cognito_mailroom import Deadline, Trigger
from cognito_mailroom.cli.group import commands
from cognito_mailroom.cognito.decryption import Decryptor
from cognito_mailroom.cognito.event import Request
from cognito_mailroom.testing import cognito

Run = Callable[..., subprocess.CompletedProcess[str]]
Encrypt = Callable[..., Result]
Decrypt = Callable[[dict[str, Any]], str]

POOL = "eu-central-1_Pool12345"
PASSWORD = """Aa1<&copy>"'&lt;"""


@pytest.fixture(autouse=True)
def key(shell: dict[str, str], key_arn: str) -> None:
    shell |= {"MAILROOM_KMS_KEY_ARN": key_arn, "AWS_MAX_ATTEMPTS": "1"}


@pytest.fixture
def encrypt(shell: dict[str, str]) -> Encrypt:
    def encrypt(*arguments: str, given: str | bytes = "") -> Result:
        command = ["encrypt", "--pool-id", POOL, *arguments]
        return CliRunner(env=shell).invoke(commands, command, input=given)

    return encrypt


@pytest.fixture
def decrypt(key_arn: str) -> Decrypt:
    """What the function makes of an event, a password's unescaping included."""

    def decrypt(event: dict[str, Any]) -> str:
        secret = Decryptor([key_arn]).decrypt(Request.parse(event), Deadline(5))
        assert secret
        return secret.reveal()

    return decrypt


@pytest.mark.parametrize(
    ("arguments", "given", "secret"),
    [
        (["123456"], "", "123456"),
        ([], "123456", "123456"),
        ([], "123456\n", "123456"),
        (["-"], "123456\r\n", "123456"),
        (["-"], " pass word \n\n", " pass word \n"),
        (["ümläut <&>"], "", "ümläut <&>"),
    ],
)
def test_the_text_comes_back_as_it_was(
    encrypt: Encrypt, decrypt: Decrypt, arguments: list[str], given: str, secret: str
) -> None:
    done = encrypt(*arguments, given=given)

    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("AYADe")
    event = cognito.event(Trigger.SIGN_UP, done.stdout.strip(), userPoolId=POOL)
    assert decrypt(event) == secret


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_powershell_marks_what_it_writes(encrypt: Encrypt, decrypt: Decrypt, encoding: str) -> None:
    done = encrypt("-", given="ümläut\r\n".encode(encoding))

    assert decrypt(cognito.event(Trigger.SIGN_UP, done.stdout.strip(), userPoolId=POOL)) == "ümläut"


def test_what_is_no_text_is_one_sentence(encrypt: Encrypt) -> None:
    for done in (encrypt(given=b"\xff"), encrypt("\udcff")):
        assert done.exit_code == 2
        assert "UTF-8" in done.stderr


@pytest.mark.parametrize("arguments", [["--password"], ["--password", "--event", "AdminCreateUser"]])
def test_a_temporary_password_is_escaped_once(
    encrypt: Encrypt, decrypt: Decrypt, arguments: list[str]
) -> None:
    out = encrypt(*arguments, PASSWORD).stdout.strip()
    code = json.loads(out)["request"]["code"] if out.startswith("{") else out

    as_password = cognito.event(Trigger.ADMIN_CREATE_USER, code, userPoolId=POOL)
    as_code = cognito.event(Trigger.SIGN_UP, code, userPoolId=POOL)

    assert decrypt(as_password) == PASSWORD
    assert decrypt(as_code) == cognito.escape_password(PASSWORD)


@pytest.mark.parametrize(
    "trigger", [known for known in Trigger if known != Trigger.ACCOUNT_TAKE_OVER_NOTIFICATION]
)
def test_an_event_is_ready_for_the_function(encrypt: Encrypt, decrypt: Decrypt, trigger: Trigger) -> None:
    done = encrypt(
        "--event", trigger, "--email", "a@example.org", "--attribute", "locale=de-CH", given=PASSWORD
    )

    event = json.loads(done.stdout)
    assert event["triggerSource"] == trigger
    assert (event["userPoolId"], event["region"]) == (POOL, "eu-central-1")
    assert event["request"]["clientMetadata"] is None
    assert event["request"]["userAttributes"].items() >= {"email": "a@example.org", "locale": "de-CH"}.items()
    assert "response" not in event
    assert decrypt(event) == PASSWORD


def test_a_take_over_notice_has_facts_instead_of_a_code(encrypt: Encrypt) -> None:
    event = json.loads(encrypt("--event", "AccountTakeOverNotification").stdout)

    assert event["request"]["code"] is None
    assert event["request"]["userAttributes"].keys() >= {"EVENT_ID", "LOGIN_TIME", "ONE_CLICK_LINK_INVALID"}
    assert "email" not in event["request"]["userAttributes"]


@pytest.mark.parametrize("name", ["SignUp", "sign_up", "customemailsender_signup"])
def test_a_trigger_has_more_than_one_spelling(encrypt: Encrypt, name: str) -> None:
    assert json.loads(encrypt("--event", name, given="1").stdout)["triggerSource"] == Trigger.SIGN_UP


@pytest.mark.parametrize(
    ("arguments", "given", "sentence"),
    [
        ([], "", "There is no TEXT to encrypt."),
        (["-"], "\n", "There is no TEXT to encrypt."),
        (["--event", "SignIn"], "1", "'SignIn' is no trigger, did you mean 'signup'?"),
        (["--event", "x"], "1", "'x' is no trigger (there are SignUp, ResendCode, "),
        (["--event", "AccountTakeOverNotification", "1"], "", "A take-over notice carries no code"),
        (["--attribute", "locale"], "1", "want NAME=VALUE"),
        (["--key-arn", "alias/mail"], "1", "want the ARN of the key, arn:aws:kms:REGION:ACCOUNT:key/ID"),
    ],
)
def test_a_misuse_is_one_sentence(encrypt: Encrypt, arguments: list[str], given: str, sentence: str) -> None:
    done = encrypt(*arguments, given=given)

    assert done.exit_code == 2
    assert sentence in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_without_a_key_it_says_where_one_is_looked_for(encrypt: Encrypt, shell: dict[str, str]) -> None:
    del shell["MAILROOM_KMS_KEY_ARN"]

    done = encrypt("1")

    assert done.exit_code == 2
    assert "MAILROOM_KMS_KEY_ARN" in done.stderr


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        (
            "MAILROOM_KMS_KEY_ARN",
            "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000",
            "Error: KMS gives no data key: An error occurred (NotFoundException)",
        ),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1", "Error: AWS: Could not connect to the endpoint URL"),
        ("AWS_PROFILE", "nobody", "Error: AWS: The config profile (nobody) could not be found"),
    ],
)
def test_what_aws_refuses_is_one_sentence(
    *, mailroom_here: Run, shell: dict[str, str], variable: str, value: str, sentence: str
) -> None:
    shell[variable] = value

    done = mailroom_here("encrypt", "--pool-id", POOL, "123456")

    assert done.returncode == 1
    assert done.stderr.startswith(sentence)
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals of this kind")
def test_a_terminal_is_asked_and_shows_nothing(shell: dict[str, str], decrypt: Decrypt, folder: Path) -> None:
    import pty

    terminal, side = pty.openpty()

    def read() -> bytes:
        try:
            return os.read(terminal, 1024)
        except OSError:  # how Linux says that the other side is closed
            return b""

    command = (sys.executable, "-m", "cognito_mailroom.cli", "encrypt", "--pool-id", POOL)
    with subprocess.Popen(  # noqa: S603
        command,
        stdin=side,
        stderr=side,
        stdout=subprocess.PIPE,
        env=shell,
        cwd=folder,
        start_new_session=True,
    ) as process:
        os.close(side)
        watchdog = Timer(30, process.kill)
        watchdog.start()
        shown = b""
        while b"password: " not in shown and (more := read()):
            shown += more
        os.write(terminal, b"123456\n")
        out, _ = process.communicate()
        watchdog.cancel()
    while more := read():
        shown += more
    os.close(terminal)

    assert decrypt(cognito.event(Trigger.SIGN_UP, out.decode().strip(), userPoolId=POOL)) == "123456"
    assert b"123456" not in shown
