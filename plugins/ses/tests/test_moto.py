"""The real plugin and moto: by itself, and within the stand-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from cognito_mailroom import Address, Deadline, Trigger
from cognito_mailroom.testing import AwsServer, Mailroom, a_message, cognito
from cognito_mailroom_ses import SesProvider
from cognito_mailroom_ses.standin import SesServer
from moto.backends import get_backend
from moto.core import DEFAULT_ACCOUNT_ID


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsServer]:
    with AwsServer() as server:
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
        yield server


def test_motos_own_server_takes_the_mail(aws: AwsServer, load: Callable[..., SesProvider]) -> None:
    aws.client("sesv2").create_email_identity(EmailIdentity="acme.example")
    receipt = load(aws.environ).mailroom_deliver(a_message(), Deadline(5))
    # Not by moto's data.json, which also has to show what other tests left in other services.
    kept = {mail.id: mail for mail in get_backend("ses")[DEFAULT_ACCOUNT_ID][aws.region].sent_messages}
    assert kept[receipt.message_id].subject == a_message().subject


def test_nothing_is_lost_that_is_not_ascii(ses: SesServer, load: Callable[..., SesProvider]) -> None:
    message = a_message(
        sender=Address("no-reply@acme.example", "Zoë's Bäckerei, Ltd."),
        subject="Ihr Code: 認証コード 🔑",
        text="Grüß Gott: 482910\n",
        html="<p>Grüß Gott: <b>482910</b></p>\n",
        headers={"Auto-Submitted": "auto-generated", "X-Note": "Grüße aus Zürich, " * 8 + "Zoë"},
    )
    load(ses.environ).mailroom_deliver(message, Deadline(5))
    (received,) = ses.messages
    mail = received.message
    bodies = [part.get_content().replace("\r\n", "\n") for part in mail.iter_parts()]
    assert bodies == [message.text, message.html]
    assert mail["Subject"] == message.subject
    assert mail["From"].addresses[0].display_name == message.sender.display_name
    assert mail["Reply-To"].addresses[0].addr_spec == str(message.reply_to)
    assert {name: mail[name] for name in message.headers} == message.headers


def test_an_event_becomes_a_mail_beside_a_kms_of_its_own(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stand-in's variables leave KMS where AWS_ENDPOINT_URL has it."""
    key_arn = aws.create_key()
    with SesServer() as ses:
        settings = {
            **aws.environ,
            **ses.environ,
            "MAILROOM_PROVIDER": "ses",
            "MAILROOM_EXTENSIONS": "none",
            "MAILROOM_KMS_KEY_ARN": key_arn,
            "MAILROOM_FROM": "Acme <no-reply@acme.example>",
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        code = cognito.encrypt("482910", pool_id=cognito.POOL_ID, key_arn=key_arn, client=aws.client("kms"))
        event = cognito.event(Trigger.SIGN_UP, code, attributes={"email": "alex@example.com"})
        outcome = Mailroom.from_environ(settings).handle(event, Deadline(20))
    assert outcome.receipt
    assert outcome.receipt.provider == "ses"
    (mail,) = ses.messages
    assert mail.rcpt_to == ["alex@example.com"]
    assert all("482910" in str(mail.message.get_body([kind])) for kind in ("plain", "html"))
