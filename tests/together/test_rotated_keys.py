"""A rotated key in Secrets Manager, played by moto, at each provider that takes one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cognito_mailroom import Deadline
from cognito_mailroom.app import Mailroom
from cognito_mailroom.telemetry.record import EventRecord
from cognito_mailroom.testing import SmtpServer
from cognito_mailroom.testing.aws_server import AwsServer
from cognito_mailroom_mailgun.standin import Mailgun
from cognito_mailroom_postmark.standin import PostmarkServer
from cognito_mailroom_sendgrid.standin import SendGrid


@pytest.mark.parametrize(
    ("provider", "stand_in", "key"),
    [
        ("sendgrid", SendGrid, "SENDGRID_API_KEY"),
        ("mailgun", Mailgun, "MAILGUN_API_KEY"),
        ("postmark", PostmarkServer, "POSTMARK_SERVER_TOKEN"),
        ("smtp", SmtpServer, "SMTP_PASSWORD"),
    ],
)
def test_the_mail_goes_out_with_the_new_key(
    *,
    provider: str,
    stand_in: Callable[[], Any],
    key: str,
    aws: AwsServer,
    environ: dict[str, str],
    load: Callable[..., dict[str, Any]],
    encrypted: Callable[..., str],
) -> None:
    secrets, name = aws.client("secretsmanager"), f"rotated/{provider}"
    secrets.create_secret(Name=name, SecretString='{"key": "old-key"}')
    with stand_in() as server:
        settings = environ | server.environ | {"MAILROOM_PROVIDER": provider}
        mailroom = Mailroom.from_environ(settings | {key: f"secretsmanager:{name}#key"})
        secrets.put_secret_value(SecretId=name, SecretString=f'{{"key": "{server.environ[key]}"}}')
        record = EventRecord()
        mailroom.handle(load("sign_up", encrypted("482910")), Deadline(30), record)
        assert [attempt["outcome"] for attempt in record.attempts] == ["CredentialsRefused", "Delivered"]
        assert len(server.messages) == 1
