"""Whatever becomes of an event, nothing secret is logged, raised or shown."""

from __future__ import annotations

import base64
import html
import io
import json
import urllib.parse
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aws_encryption_sdk.internal.formatting.deserialize import deserialize_header
from cognito_mailroom import Trigger
from cognito_mailroom.testing.aws_server import AwsServer
from cognito_mailroom.testing.smtp_server import SmtpServer

USER, PASSWORD, WRONG = "sentinel-of-the-login", "sentinel-of-the-password", "sentinel-of-a-wrong-password"
TOKEN, ACCESS_KEY = "sentinel-of-the-session", "sentinel-of-the-access-key"
CODES = {
    trigger: f"7310592{number}"
    for number, trigger in enumerate(Trigger)
    if trigger is not Trigger.ACCOUNT_TAKE_OVER_NOTIFICATION
}
CODES[Trigger.ADMIN_CREATE_USER] = "sentinel<of>a&temporary'password"

# Every logger there is prints all it has to say; then come the texts and the reprs of whatever there was.
PASS = """
import json, logging, os, sys, traceback
from collections.abc import Mapping

logging.basicConfig(level=logging.DEBUG, stream=sys.stdout, format="%(name)s %(message)s")
logging.captureWarnings(True)
import handler
from cognito_mailroom import Deadline
from cognito_mailroom.app import Mailroom

for logger in list(logging.root.manager.loggerDict):
    logging.getLogger(logger).setLevel(logging.DEBUG)

def show(thing, depth=6):
    if isinstance(thing, Mapping):
        if "SMTP_PASSWORD" in thing:  # the environment itself
            return
        parts = thing
    else:
        parts = getattr(thing, "__dict__", {})
    print("SHOWN", repr(thing), str(thing))
    for part in parts.values() if depth else ():
        show(part, depth - 1)

show(sys.modules["cognito_mailroom.function.trigger"].mailroom)
for changes, event in json.load(sys.stdin):
    try:
        if not changes:
            handler.lambda_handler(event, None)
        mailroom = Mailroom.from_environ(os.environ | changes)
        show(mailroom)
        print("OUTCOME", mailroom.handle(event, Deadline(5)) if changes else "sent")
    except Exception as error:
        traceback.print_exc(file=sys.stdout)
        while error:
            print("RAISED", repr(error), error.args)
            error = error.__cause__ or error.__context__
"""


@pytest.fixture(scope="module")
def server() -> Iterator[SmtpServer]:
    with SmtpServer(username=USER, password=PASSWORD) as server:
        yield server


def data_key(code: str, aws: AwsServer) -> bytes:
    """The plaintext key with which the message was encrypted, as KMS tells it."""
    header, _ = deserialize_header(io.BytesIO(base64.b64decode(code)))
    (encrypted,) = header.encrypted_data_keys
    answer = aws.client("kms").decrypt(
        CiphertextBlob=encrypted.encrypted_data_key, EncryptionContext=header.encryption_context
    )
    plaintext: bytes = answer["Plaintext"]
    return plaintext


def spellings(secret: bytes) -> set[str]:
    """How a secret may look in a log."""
    found = {base64.b64encode(secret), base64.urlsafe_b64encode(secret).rstrip(b"="), secret.hex().encode()}
    text = secret.decode("latin-1")
    return {spelling.decode() for spelling in found} | {
        text,
        repr(secret)[2:-1],
        json.dumps(text)[1:-1],
        html.escape(text),
        urllib.parse.quote(text),
    }


def test_nothing_secret_is_logged_raised_or_shown(
    *, aws: AwsServer, server: SmtpServer, unreachable: str, key_arn: str, pool_id: str,
    encrypted: Callable[..., str], load: Callable[..., dict[str, Any]], run_python: Callable[..., str],
) -> None:  # fmt: skip
    events = {
        trigger: load(
            trigger.slug,
            encrypted(CODES[trigger], escape=trigger is Trigger.ADMIN_CREATE_USER)
            if trigger in CODES
            else None,
        )
        for trigger in Trigger
    }
    take_over = load("take_over_without_email") | {"userPoolId": pool_id}
    take_over["request"]["userAttributes"]["USER_NAME"] = "alex"
    sign_up = events[Trigger.SIGN_UP]
    code = sign_up["request"]["code"]
    no_address = load("sign_up", code)
    no_address["request"]["userAttributes"]["email"] = "sentinel\r\n"
    performed: list[tuple[dict[str, str], dict[str, Any]]] = [
        *(({}, event) for event in events.values()),
        ({}, take_over),
        ({}, no_address),
        ({}, load("undocumented_source", code)),
        ({}, load("lower_case_source", code)),
        ({}, load("sms_sibling", code)),
        ({}, sign_up | {"userPoolId": "eu-west-1_Other"}),
        ({}, load("sign_up", code[:600])),
        ({}, load("sign_up", code[:-8] + "AAAA" + code[-4:])),
        ({}, load("sign_up", encrypted("73105920", key_arn=aws.create_key()))),
        ({"SMTP_PASSWORD": WRONG}, sign_up),
        ({"SMTP_PORT": unreachable.rpartition(":")[2]}, sign_up),
        ({"SMTP_SECURITY": "none"}, sign_up),
        ({"SMTP_CA_FILE": ""}, sign_up),
        ({"MAILROOM_DRY_RUN": "true"}, sign_up),
        ({"MAILROOM_ALLOWED_RECIPIENTS": "nobody@*"}, sign_up),
    ]
    told = run_python(
        PASS,
        stdin=json.dumps(performed),
        AWS_SESSION_TOKEN=TOKEN,
        AWS_SECRET_ACCESS_KEY=ACCESS_KEY,
        MAILROOM_PROVIDER="smtp",
        MAILROOM_KMS_KEY_ARN=key_arn,
        MAILROOM_FROM="Acme <no-reply@acme.example>",
        SMTP_HOST=server.host,
        SMTP_PORT=str(server.port),
        SMTP_USERNAME=USER,
        SMTP_PASSWORD=PASSWORD,
        SMTP_CA_FILE=str(server.ca_file),
    )
    # It did all that, and told of it.
    assert len(server.messages) == 11
    for expected in ("botocore.", "SHOWN SmtpEndpoint(", "OUTCOME EventRecord("):
        assert expected in told
    raised = {line.split("(")[0] for line in told.splitlines() if line.startswith("RAISED ")}
    for kind in ("EventError", "DecryptionError", "ConfigurationError", "Unavailable"):
        assert f"RAISED {kind}" in raised

    login = f"\0{USER}\0{PASSWORD}".encode()
    secrets = [secret.encode() for secret in (*CODES.values(), USER, PASSWORD, WRONG, TOKEN, ACCESS_KEY)]
    keys = [data_key(event["request"]["code"], aws) for event in events.values() if event["request"]["code"]]
    for secret in (*secrets, login, *keys):
        for spelling in spellings(secret):
            lines = [line[:300] for line in told.splitlines() if spelling in line]
            assert lines == [], f"{spelling!r} was told"
