"""One real event through the whole mailroom: the extension is found, asked and obeyed."""

from __future__ import annotations

import pytest
from cognito_mailroom import Deadline, Trigger
from cognito_mailroom.testing import AwsServer, Mailroom, SmtpServer, cognito


@pytest.mark.parametrize(("recipient", "arrived"), [("eve@spam.example", 0), ("alex@acme.example", 1)])
def test_a_sign_up(recipient: str, arrived: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with AwsServer() as aws, SmtpServer() as server:
        for name, value in aws.environ.items():
            monkeypatch.setenv(name, value)
        key = aws.create_key()
        mailroom = Mailroom.from_environ(
            {
                **server.environ,
                "MAILROOM_PROVIDER": "smtp",
                "MAILROOM_EXTENSIONS": "blocklist",
                "MAILROOM_KMS_KEY_ARN": key,
                "MAILROOM_FROM": "Acme <no-reply@acme.example>",
                "BLOCKLIST_DOMAINS": "spam.example",
            }
        )
        code = cognito.encrypt("482910", pool_id=cognito.POOL_ID, key_arn=key, client=aws.client("kms"))
        event = cognito.event(Trigger.SIGN_UP, code, attributes={"email": recipient})

        outcome = mailroom.handle(event, Deadline(10))

        assert len(server.messages) == arrived
        assert (outcome.receipt is None) == outcome.reason.startswith("BLOCKLIST_DOMAINS")
