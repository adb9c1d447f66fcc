"""The whole way of one event, with a provider that keeps what it is given."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from cognito_mailroom import ConfigurationError, Deadline, EventError, Message, Receipt, Trigger
from cognito_mailroom.app import Mailroom
from cognito_mailroom.telemetry.record import EventRecord

Load = Callable[..., dict[str, Any]]
Send = Callable[..., EventRecord]


@pytest.mark.parametrize("trigger", [trigger for trigger in Trigger if trigger.slug != "admin_create_user"])
def test_each_trigger_has_a_mail_with_its_code(trigger: Trigger, send: Send, sent: list[Message]) -> None:
    outcome = send(trigger.slug, "482910")
    (message,) = sent
    assert outcome.outcome == "Delivered"
    assert outcome.facts["trigger"] == str(trigger)
    assert outcome.receipt == Receipt(message_id="feather-1", provider="pigeon")
    assert str(message.recipient) == "alex@example.com"
    has_code = trigger is not Trigger.ACCOUNT_TAKE_OVER_NOTIFICATION
    assert message.text.count("482910") == has_code
    assert Code(message.html).text == ("482910" if has_code else "")
    assert "482910" not in message.subject


class Code(HTMLParser):
    """What a reader of the HTML part sees in the cell of the code."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self._inside = False
        self.text = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside |= tag == "td" and "code" in (dict(attrs).get("class") or "").split()

    def handle_endtag(self, tag: str) -> None:
        self._inside &= tag != "td"

    def handle_data(self, data: str) -> None:
        self.text += data if self._inside else ""


@pytest.mark.parametrize(
    "password",
    [
        """<b>&"'""", "&copy", "&copy;", "&amp;lt;", "a&lt;b", "&#39;", "{{ 7 * 7 }}", "two  spaces", "</td>",
        r"""^$*.[]{}()?"!@#%&/\,><':;|_~`=+-""", "-- ", "ümläut-✓", "x" * 256,
    ],
)  # fmt: skip
def test_a_temporary_password_arrives_intact_in_both_parts(
    password: str, load: Load, encrypted: Callable[..., str], send: Send, sent: list[Message]
) -> None:
    send(load("admin_create_user", encrypted(password, escape=True)))
    assert f"    {password}\n" in sent[0].text
    assert Code(sent[0].html).text == password


def test_a_user_without_a_password_is_told_so(load: Load, send: Send, sent: list[Message]) -> None:
    assert send(load("admin_create_user", "")).outcome == "Delivered"
    assert "password" not in sent[0].text.lower()


def test_an_undocumented_source_has_a_generic_mail(send: Send, sent: list[Message]) -> None:
    assert send("undocumented_source").facts["trigger"] == "CustomEmailSender_PasskeyAdded"
    assert sent[0].text.count("482910") == 1
    assert sent[0].tags == ("generic", "1example23456789")


def test_the_message_is_complete(send: Send, sent: list[Message]) -> None:
    send("sign_up", MAILROOM_REPLY_TO="Help <help@acme.example>")
    (message,) = sent
    assert message.sender.formatted == '"Acme" <no-reply@acme.example>'
    assert message.reply_to
    assert message.reply_to.formatted == '"Help" <help@acme.example>'
    assert message.headers == {"Auto-Submitted": "auto-generated"}
    assert message.tags == ("sign_up", "1example23456789")
    assert len(message.idempotency_key) == 64
    assert message.variables["subject"] == message.subject
    assert message.variables["code"] == "482910"
    assert (message.variables["locale"], message.variables["name"]) == ("de-CH", "Alex")


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "Acme"),
        ({"MAILROOM_PRODUCT_NAME": "Zenith"}, "Zenith"),
        ({"MAILROOM_FROM": "no-reply@acme.example"}, "acme.example"),
    ],
)
def test_the_product_has_a_name(changes: dict[str, str], name: str, send: Send, sent: list[Message]) -> None:
    send("sign_up", **changes)
    assert name in sent[0].subject
    assert name in sent[0].text


def test_the_mail_tells_how_long_a_code_is_good_for(send: Send, sent: list[Message]) -> None:
    send("forgot_password")
    send("forgot_password", MAILROOM_VALIDITY_FORGOT_PASSWORD="90 minutes")
    assert "valid for 1 hour" in sent[0].text
    assert "valid for 90 minutes" in sent[1].text
    assert "valid for 90 minutes" in sent[1].html


def test_a_dry_run_does_everything_but_the_delivery(send: Send, sent: list[Message], tmp_path: Path) -> None:
    assert send("sign_up", MAILROOM_DRY_RUN="true").outcome == "DryRun"
    with pytest.raises(EventError):
        send("sms_sibling", MAILROOM_DRY_RUN="true")
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "sign_up.html").write_text("{{ {}.nothing }}")
    with pytest.raises(ConfigurationError, match=r"sign_up\.html"):
        send("sign_up", MAILROOM_DRY_RUN="true", MAILROOM_TEMPLATES=str(folder))
    assert sent == []


@pytest.mark.parametrize("event", [None, [], {}, "", 7, "other_trigger", "sms_sibling"], ids=repr)
def test_what_is_no_event_sends_nothing(
    event: object, load: Load, encrypted: Callable[..., str], environ: dict[str, str], sent: list[Message]
) -> None:
    body = load(event, encrypted("482910")) if isinstance(event, str) and event else event
    with pytest.raises(EventError):
        Mailroom.from_environ(environ).handle(body, Deadline(30))
    assert sent == []


def test_one_mailroom_takes_many_events(
    environ: dict[str, str], load: Load, encrypted: Callable[..., str], sent: list[Message]
) -> None:
    mailroom, codes = Mailroom.from_environ(environ), ["000001", "000002", "000003"]
    for code in codes:
        mailroom.handle(load("sign_up", encrypted(code)), Deadline(30))
    assert [message.variables["code"] for message in sent] == codes
