"""What Mailgun is sent."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from cognito_mailroom import Address, ConfigurationError, InlineImage, Receipt, Unsupported
from cognito_mailroom.testing import IDEMPOTENCY_KEY, a_message
from cognito_mailroom_mailgun.standin import Mailgun

Send = Callable[..., Receipt]


def form(mailgun: Mailgun) -> dict[str, list[str]]:
    (request,) = mailgun.server.requests
    return request.form()


def test_a_mail_without_tracking_and_with_all_to_search_for(send: Send, mailgun: Mailgun) -> None:
    message = a_message()
    assert send(message) == Receipt(message_id="1@mg.example.com", detail="Queued. Thank you.")
    assert form(mailgun) == {
        "from": ['"Acme, Inc." <no-reply@acme.example>'],
        "to": [str(message.recipient)],
        "subject": [message.subject],
        "text": [message.text],
        "html": [message.html],
        "h:Auto-Submitted": ["auto-generated"],
        "h:Reply-To": ['"Acme Support" <support@acme.example>'],
        "v:idempotency_key": [IDEMPOTENCY_KEY],
        "o:tag": ["sign_up", "1example23456789"],
        "o:tracking": ["no"],
        "o:tracking-clicks": ["no"],
        "o:tracking-opens": ["no"],
    }


def test_inline_images_are_files_by_the_name_of_their_content_ids(send: Send, mailgun: Mailgun) -> None:
    logo = InlineImage(content_id="logo", media_type="image/png", content=b"\x89PNG\r\n\x1a\n")
    send(a_message(inline_images=[logo]))
    (request,) = mailgun.server.requests
    assert request.files() == [("inline", "logo", "image/png", logo.content)]


def test_nothing_is_sent_for_what_a_mail_lacks(send: Send, mailgun: Mailgun) -> None:
    send(a_message(tags=(), idempotency_key="", reply_to=None, html="", headers={}))
    assert form(mailgun).keys() == {
        "from", "to", "subject", "text", "o:tracking", "o:tracking-clicks", "o:tracking-opens"
    }  # fmt: skip


def test_a_stored_template_with_its_variables_in_json_and_a_text_part(send: Send, mailgun: Mailgun) -> None:
    message = a_message(text="", html="", hosted_template="welcome")
    send(message)
    sent = form(mailgun)
    assert sent["template"] == ["welcome"]
    assert json.loads(sent["t:variables"][0]) == dict(message.variables)
    assert sent["t:text"] == ["yes"]
    assert not {"text", "html"} & sent.keys()
    # In a v: field they would show in the mail's headers and in Mailgun's log.
    assert [name for name in sent if name.startswith("v:")] == ["v:idempotency_key"]


def test_in_test_mode_a_mail_is_taken_and_not_sent(send: Send, mailgun: Mailgun) -> None:
    send(a_message(), MAILGUN_TEST_MODE="true")
    assert form(mailgun)["o:testmode"] == ["yes"]
    assert mailgun.messages == []


@pytest.mark.parametrize(
    ("tags", "sent"),
    [
        (["sign_up", "sign_up"], ["sign_up"]),
        (["x" * 200], ["x" * 128]),
        (["anmeldung-für-東京", "東京"], ["anmeldung-fr-"]),
        (["a", "b", "c", "d"], ["a", "b", "c"]),
    ],
    ids=["doubled", "long", "beyond ASCII", "many"],
)
def test_tags_keep_to_what_mailgun_takes(
    send: Send, mailgun: Mailgun, tags: list[str], sent: list[str]
) -> None:
    send(a_message(tags=tags))
    assert form(mailgun)["o:tag"] == sent


@pytest.mark.parametrize("name", ["From", "to", "SUBJECT", "reply-to"])
def test_a_header_does_not_replace_what_the_mail_itself_says(send: Send, mailgun: Mailgun, name: str) -> None:
    send(a_message(headers={name: "x", "X-Subject": "kept"}))
    sent = form(mailgun)
    assert f"h:{name}" not in sent
    assert sent["h:X-Subject"] == ["kept"]


def test_a_reply_to_among_the_headers_counts_where_the_mail_has_none(send: Send, mailgun: Mailgun) -> None:
    send(a_message(reply_to=None, headers={"Reply-To": "support@acme.example"}))
    assert form(mailgun)["h:Reply-To"] == ["support@acme.example"]


@pytest.mark.parametrize("field", ["sender", "recipient", "reply_to"])
@pytest.mark.parametrize("name", ["Zoë, Ltd (Zürich)", "株式会社アクメ" * 12, "=?utf-8?q?x?="])
def test_a_name_beyond_ascii_is_in_short_encoded_words(
    name: str, field: str, send: Send, mailgun: Mailgun
) -> None:
    address = Address("no-reply@acme.example", name)
    send(a_message(**{field: address}))
    sent = form(mailgun)[{"sender": "from", "recipient": "to", "reply_to": "h:Reply-To"}[field]][0]
    assert sent.isascii()
    assert max(map(len, sent.split(" "))) <= 75
    assert Address.parse(sent) == address


@pytest.mark.parametrize(
    ("field", "kind"),
    [("recipient", Unsupported), ("sender", ConfigurationError), ("reply_to", ConfigurationError)],
)
def test_an_address_outside_ascii_is_not_tried(
    field: str, kind: type[Exception], send: Send, mailgun: Mailgun
) -> None:
    with pytest.raises(kind, match="ASCII before") as raised:
        send(a_message(**{field: Address("zoë@acme.example")}))
    assert type(raised.value) is kind
    assert "zoë" not in str(raised.value)
    assert not mailgun.server.requests


def test_more_than_mailgun_takes_is_not_tried(send: Send, mailgun: Mailgun) -> None:
    message = a_message(text="", html="", hosted_template="welcome", variables={"name": "ä" * 2000})
    send(message)
    with pytest.raises(Unsupported, match="no more than 16384 bytes of headers, tags and variables"):
        send(message.evolve(headers={"X-Note": "x" * 5000}))
    assert len(mailgun.messages) == 1


def test_a_mail_of_nothing_but_text(send: Send, mailgun: Mailgun) -> None:
    send(a_message(html="", sender=Address("no-reply@acme.example")))
    (mail,) = mailgun.messages
    assert mail.message["From"] == "no-reply@acme.example"
    assert mail.message.get_content_type() == "text/plain"


def test_the_domain_and_the_base_url_are_in_the_url(send: Send, mailgun: Mailgun) -> None:
    base_url = f"{mailgun.server.url}/through/"
    with pytest.raises(ConfigurationError, match="check MAILGUN_DOMAIN"):
        send(a_message(), MAILGUN_BASE_URL=base_url, MAILGUN_DOMAIN="mg.acme.example")
    assert mailgun.server.requests[0].path == "/through/v3/mg.acme.example/messages"


def test_a_base_url_with_the_version_is_understood(send: Send, mailgun: Mailgun) -> None:
    send(a_message(), MAILGUN_BASE_URL=f"{mailgun.server.url}/v3")
    assert len(mailgun.messages) == 1


def test_a_proxy_in_the_environment_is_not_asked_for_what_is_on_this_very_machine(
    send: Send, mailgun: Mailgun, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    send(a_message())
    assert len(mailgun.messages) == 1
