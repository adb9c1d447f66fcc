"""The whole way of an event, with this provider chosen by the environment."""

from __future__ import annotations

import pytest
from cognito_mailroom import Deadline, Receipt, Trigger
from cognito_mailroom.testing import AwsServer, Mailroom, cognito
from cognito_mailroom_sendgrid.standin import SendGrid


def test_an_event_becomes_a_mail(sendgrid: SendGrid, monkeypatch: pytest.MonkeyPatch) -> None:
    with AwsServer() as aws:
        for name, value in aws.environ.items():
            monkeypatch.setenv(name, value)
        key_arn = aws.create_key()
        settings = {
            **sendgrid.environ,
            "MAILROOM_PROVIDER": "sendgrid",
            "MAILROOM_EXTENSIONS": "none",
            "MAILROOM_KMS_KEY_ARN": key_arn,
            "MAILROOM_FROM": "Acme <no-reply@acme.example>",
        }
        code = cognito.encrypt("482910", pool_id=cognito.POOL_ID, key_arn=key_arn, client=aws.client("kms"))
        event = cognito.event(Trigger.SIGN_UP, code, attributes={"email": "alex@example.com"})
        outcome = Mailroom.from_environ(settings).handle(event, Deadline(20))
    assert outcome.receipt == Receipt(message_id="stand-in-1", provider="sendgrid")
    (mail,) = sendgrid.messages
    assert mail.rcpt_to == ["alex@example.com"]
    assert all("482910" in str(mail.message.get_body([kind])) for kind in ("plain", "html"))
