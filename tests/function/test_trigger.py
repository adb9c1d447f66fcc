"""What Lambda calls, between a real KMS stand-in and a real mail server with TLS and a login."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable
from copy import deepcopy
from html import unescape
from typing import Any

import pytest
from cognito_mailroom import (
    ConfigurationError,
    DecryptionError,
    EventError,
    MailroomError,
    Message,
    Unavailable,
)
from cognito_mailroom.testing.smtp_server import SmtpServer

Load = Callable[..., dict[str, Any]]
Encrypted = Callable[..., str]
Handler = Callable[..., Callable[..., dict[str, Any]]]

FORMATS: dict[str, dict[str, Any]] = {"Cognito's": {}, "emulators'": {"committing": True, "pool_id": None}}
SECRETS = {
    "sign_up": "482910", "resend_code": "000017", "forgot_password": "901817",
    "update_user_attribute": "771203", "verify_user_attribute": "339170", "authentication": "58102937",
    "admin_create_user": """T<m>p&"'&copy9""", "undocumented_source": "610244", "lower_case_source": "204466",
}  # fmt: skip
NO_SECRET = {"account_take_over_notification", "take_over_without_email"}


class Context:
    """As much of Lambda's own as the function looks at."""

    aws_request_id = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"

    def __init__(self, milliseconds: int = 30_000) -> None:
        self._milliseconds = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        return self._milliseconds


@pytest.mark.parametrize("form", FORMATS)
def test_every_event_becomes_the_right_mail_in_the_right_inbox(
    *, form: str, handler: Handler, smtp: SmtpServer, load: Load, encrypted: Encrypted, pool_id: str
) -> None:
    lambda_handler = handler()
    for name in (*SECRETS, *NO_SECRET):
        secret = SECRETS.get(name)
        code = secret and encrypted(secret, escape=name == "admin_create_user", **FORMATS[form])
        event, address = load(name, code), "alex@example.com"
        if name == "take_over_without_email":
            event["userPoolId"], address = pool_id, "looked-up@example.com"
            event["request"]["userAttributes"]["USER_NAME"] = "alex"
        before = deepcopy(event)

        assert lambda_handler(event, Context()) == {**before, "response": {}}

        assert (smtp.security, smtp.auth_required) == ("starttls", True)
        (mail,) = smtp.messages
        smtp.messages.clear()
        assert (mail.mail_from, mail.rcpt_to) == ("no-reply@acme.example", [address])
        assert mail.message["From"] == "Acme <no-reply@acme.example>"
        assert mail.message["To"] == address
        assert "Acme" in mail.message["Subject"]
        text, html = (mail.message.get_body((kind,)) for kind in ("plain", "html"))
        assert text
        assert html
        for part in (text.get_content(), unescape(re.sub("<[^>]*>", "", html.get_content()))):
            assert (secret or "203.0.113.7") in part
        assert event == before


@pytest.mark.parametrize("reply", ["550 5.1.1 No such user alex@example.com", "550 5.2.1 Mailbox disabled"])
def test_a_rejected_mail_is_logged_without_an_address_and_not_retried(
    *, reply: str, handler: Handler, smtp: SmtpServer, load: Load, encrypted: Encrypted,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    smtp.replies["RCPT"] = reply
    event = load("sign_up", encrypted("482910"))
    assert handler()(event, Context()) == {**event, "response": {}}
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 1
    assert "reject" in errors[0]
    assert "alex" not in errors[0]
    assert smtp.messages == []


@pytest.mark.parametrize(
    "email", ["alex@example.com\r\nBcc: evil@example.com", "alex\n@example.com", "\0@example.com", "alex"]
)
def test_a_malformed_recipient_is_logged_without_the_address_and_nothing_is_sent(
    *, email: str, handler: Handler, sent: list[Message], load: Load, encrypted: Encrypted,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    event = load("sign_up", encrypted("482910"))
    event["request"]["userAttributes"]["email"] = email
    assert handler()(event, Context()) == {**event, "response": {}}
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "recipient cannot be written to" in record.getMessage()
    assert not [word for word in ("alex", "evil", "example") if word in caplog.text]
    assert sent == []


@pytest.mark.parametrize(
    ("command", "reply", "kind"),
    [
        ("RCPT", "451 4.3.0 Try again later", Unavailable),
        ("AUTH", "535 5.7.8 Authentication failed", ConfigurationError),
        ("MAIL", "550 5.1.8 Sender not verified", ConfigurationError),
    ],
)
def test_what_a_retry_or_an_operator_can_mend_is_raised(
    *, command: str, reply: str, kind: type[MailroomError], handler: Handler, smtp: SmtpServer, load: Load,
    encrypted: Encrypted,
) -> None:  # fmt: skip
    smtp.replies[command] = reply
    with pytest.raises(kind):
        handler()(load("sign_up", encrypted("482910")), Context())
    assert smtp.messages == []


def test_the_function_recovers_from_a_failure(
    handler: Handler, smtp: SmtpServer, load: Load, encrypted: Encrypted
) -> None:
    lambda_handler, event = handler(), load("sign_up", encrypted("482910"))
    smtp.replies["DATA"] = "451 4.3.0 Try again later"
    with pytest.raises(Unavailable):
        lambda_handler(event, Context())
    smtp.replies.clear()
    smtp.drop_connections()
    lambda_handler(event, Context())
    assert len(smtp.messages) == 1


@pytest.mark.parametrize("name", ["sms_sibling", "other_trigger"])
def test_the_events_of_other_triggers_are_raised(
    name: str, handler: Handler, sent: list[Message], load: Load, encrypted: Encrypted
) -> None:
    with pytest.raises(EventError):
        handler()(load(name, encrypted("482910")), Context())
    assert sent == []


def test_what_cannot_be_decrypted_is_raised(
    handler: Handler, sent: list[Message], load: Load, encrypted: Encrypted
) -> None:
    with pytest.raises(DecryptionError):
        handler()(load("sign_up", encrypted("482910", pool_id="eu-west-1_Other")), Context())
    assert sent == []


@pytest.mark.parametrize("context", [None, object(), Context()], ids=["none", "bare", "Lambda's"])
def test_any_context_will_do(
    context: object, handler: Handler, sent: list[Message], load: Load, encrypted: Encrypted
) -> None:
    handler()(load("sign_up", encrypted("482910")), context)
    assert len(sent) == 1


def test_lambdas_clock_bounds_the_delivery(
    handler: Handler, sent: list[Message], load: Load, encrypted: Encrypted
) -> None:
    with pytest.raises(Unavailable, match="No time is left"):
        handler()(load("sign_up", encrypted("482910")), Context(400))
    assert sent == []


def test_a_retry_of_an_event_without_a_code_has_the_key_of_its_request(
    handler: Handler, sent: list[Message], load: Load
) -> None:
    lambda_handler, event = handler(), load("admin_create_user", "")
    for _ in range(2):
        lambda_handler(event, Context())
    assert {message.idempotency_key for message in sent} == {Context.aws_request_id}


@pytest.mark.parametrize(
    ("name", "changes", "level", "line"),
    [
        ("sign_up", {}, logging.INFO, "CustomEmailSender_SignUp delivered by pigeon"),
        (
            "undocumented_source",
            {},
            logging.WARNING,
            "CustomEmailSender_PasskeyAdded is not a documented trigger",
        ),
        ("sign_up", {"MAILROOM_DRY_RUN": "1"}, logging.WARNING, "CustomEmailSender_SignUp dry run"),
        (
            "sign_up",
            {"MAILROOM_ALLOWED_RECIPIENTS": "b@*"},
            logging.WARNING,
            "CustomEmailSender_SignUp vetoed: the rec",
        ),
    ],
)
def test_the_outcome_is_logged(
    *, name: str, changes: dict[str, str], level: int, line: str, handler: Handler, load: Load,
    encrypted: Encrypted, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.INFO, "cognito_mailroom")
    handler(**changes)(load(name, encrypted("482910")), Context())
    assert [record.levelno for record in caplog.records if line in record.getMessage()] == [level]
    assert not [word for word in ("482910", "alex", "example.com") if word in caplog.text]


@pytest.mark.parametrize("name", ["MAILROOM_PROVIDER", "MAILROOM_KMS_KEY_ARN", "MAILROOM_FROM"])
def test_a_function_that_lacks_a_setting_does_not_start(name: str, handler: Handler) -> None:
    with pytest.raises(ConfigurationError, match=f"{name} is missing"):
        handler(**{name: ""})


def test_the_handler_of_the_root_is_the_one_of_the_package(
    handler: Handler,
) -> None:
    assert handler() is sys.modules["cognito_mailroom.function.trigger"].lambda_handler
