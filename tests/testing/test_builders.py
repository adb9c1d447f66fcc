from __future__ import annotations

from cognito_mailroom import Address, Trigger
from cognito_mailroom.mail.variables import NAMES
from cognito_mailroom.testing.builders import CODE, RECIPIENT, a_message, a_notification


def test_a_notification_is_complete() -> None:
    notification = a_notification(trigger=Trigger.FORGOT_PASSWORD, client_id=None)
    assert (notification.slug, notification.client_id) == ("forgot_password", None)
    assert str(notification.recipient) == notification.attributes["email"] == RECIPIENT
    assert notification.secret is not None
    assert notification.secret.reveal() == CODE


def test_a_message_is_complete() -> None:
    message = a_message(subject="Hello")
    assert set(message.variables) == set(NAMES)
    assert (message.subject, message.variables["subject"]) == ("Hello", "Hello")
    assert CODE in message.text
    assert CODE in message.html
    assert message.variables["code"] == CODE


def test_a_message_follows_its_recipient() -> None:
    message = a_message(recipient=Address("bo@example.com"))
    assert message.variables["email"] == str(message.recipient) == "bo@example.com"
