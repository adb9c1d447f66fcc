"""Builds notifications and messages whose private parts are easy to search for."""

from __future__ import annotations

from typing import Any

from cognito_mailroom import Address, Message, Notification, Secret, Trigger
from cognito_mailroom.mail.languages import load
from cognito_mailroom.mail.sentences import Duration, Sentences
from cognito_mailroom.mail.variables import variables

RECIPIENT = "sentinel.recipient@example.com"
"""The address that no log and no error may show."""
CODE = "sentinel-code-7391"
"""The code that no log and no error may show."""
IDEMPOTENCY_KEY = "9f2c4e6a8b0d1f3e5a7c9b1d3f5e7a9c0b2d4f6e8a1c3e5b7d9f1a3c5e7b9d0f"


def a_notification(**changes: Any) -> Notification:
    """Somebody signs up; ``changes`` replace its fields."""
    facts: dict[str, Any] = {
        "trigger": Trigger.SIGN_UP,
        "recipient": Address(RECIPIENT),
        "secret": Secret(CODE),
        "attributes": {"email": RECIPIENT, "given_name": "Alex"},
        "client_id": "1example23456789",
        "pool_id": "eu-west-1_AbCdEfGhI",
        "user_name": "alex",
        "locale": "en",
        "idempotency_key": IDEMPOTENCY_KEY,
    }
    return Notification(**facts | changes)


def a_message(**changes: Any) -> Message:
    """The mail to that person, with all that a message may have; ``changes`` replace its fields."""
    notification = a_notification(recipient=changes.get("recipient", Address(RECIPIENT)))
    subject = changes.get("subject", "Your code for Acme")
    english = Sentences(load("en"), {})
    known = variables(notification, product_name="Acme", sentences=english, good_for=Duration("hours", 24))
    facts: dict[str, Any] = {
        "sender": Address("no-reply@acme.example", "Acme, Inc."),
        "recipient": notification.recipient,
        "reply_to": Address("support@acme.example", "Acme Support"),
        "subject": subject,
        "text": f"Welcome to Acme\n\nYour code is {CODE}\n",
        "html": f"<!doctype html><p>Your code is <b>{CODE}</b></p>\n",
        "headers": {"Auto-Submitted": "auto-generated"},
        "tags": ("sign_up", "1example23456789"),
        "idempotency_key": notification.idempotency_key,
        "variables": {**known, "subject": subject},
    }
    return Message(**facts | changes)
