"""What SendGrid is sent."""

from __future__ import annotations

from collections.abc import Callable
from email.header import decode_header, make_header
from typing import Any

import pytest
from cognito_mailroom import ConfigurationError, InlineImage, Receipt
from cognito_mailroom.testing import IDEMPOTENCY_KEY, a_message
from cognito_mailroom_sendgrid.standin import SendGrid

Send = Callable[..., Receipt]


def body(sendgrid: SendGrid) -> Any:
    (request,) = sendgrid.server.requests
    return request.json()


def test_a_mail_without_tracking_and_with_all_to_search_for(send: Send, sendgrid: SendGrid) -> None:
    message = a_message()
    assert send(message) == Receipt(message_id="stand-in-1")
    sent = body(sendgrid)
    assert sorted(sent.pop("categories")) == ["1example23456789", "sign_up"]
    assert sent == {
        "from": {"email": "no-reply@acme.example", "name": "Acme, Inc."},
        "personalizations": [
            {
                "to": [{"email": str(message.recipient)}],
                "custom_args": {"idempotency_key": IDEMPOTENCY_KEY},
            }
        ],
        "reply_to": {"email": "support@acme.example", "name": "Acme Support"},
        "subject": message.subject,
        "content": [
            {"type": "text/plain", "value": message.text},
            {"type": "text/html", "value": message.html},
        ],
        "headers": {"Auto-Submitted": "auto-generated"},
        "mail_settings": {"sandbox_mode": {"enable": False}},
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
            "subscription_tracking": {"enable": False},
            "ganalytics": {"enable": False},
        },
    }


def test_nothing_is_sent_for_what_a_mail_lacks(send: Send, sendgrid: SendGrid) -> None:
    send(a_message(tags=(), idempotency_key="", reply_to=None, html="", headers={}))
    sent = body(sendgrid)
    assert not {"categories", "reply_to", "headers"} & sent.keys()
    assert sent["personalizations"][0].keys() == {"to"}
    assert [part["type"] for part in sent["content"]] == ["text/plain"]


def test_a_dynamic_template_with_its_variables_and_no_bodies(send: Send, sendgrid: SendGrid) -> None:
    message = a_message(text="", html="", hosted_template="d-1a2b3c")
    send(message)
    sent = body(sendgrid)
    assert sent["template_id"] == "d-1a2b3c"
    assert sent["personalizations"][0]["dynamic_template_data"] == dict(message.variables)
    assert "content" not in sent


def test_in_the_sandbox_a_mail_is_checked_and_not_sent(send: Send, sendgrid: SendGrid) -> None:
    receipt = send(a_message(), SENDGRID_SANDBOX="true")
    assert receipt.detail == "checked, and not sent: SENDGRID_SANDBOX is on"
    assert body(sendgrid)["mail_settings"] == {"sandbox_mode": {"enable": True}}
    assert sendgrid.messages == []


def test_mails_go_past_the_lists_that_are_named(send: Send, sendgrid: SendGrid) -> None:
    send(a_message(), SENDGRID_BYPASS_SUPPRESSIONS="bounces, unsubscribes")
    assert body(sendgrid)["mail_settings"] == {
        "sandbox_mode": {"enable": False},
        "bypass_bounce_management": {"enable": True},
        "bypass_unsubscribe_management": {"enable": True},
    }
    assert len(sendgrid.messages) == 1


@pytest.mark.parametrize(
    ("tags", "categories"),
    [
        (["sign_up", "sign_up"], {"sign_up"}),
        (["x" * 300], {"x" * 255}),
        (["x" * 300, "x" * 255], {"x" * 255}),
        ([str(number) for number in range(12)], {str(number) for number in range(10)}),
    ],
    ids=["doubled", "long", "doubled once shortened", "many"],
)
def test_tags_keep_to_what_categories_may_be(
    send: Send, sendgrid: SendGrid, tags: list[str], categories: set[str]
) -> None:
    send(a_message(tags=tags))
    sent = body(sendgrid)["categories"]
    assert set(sent) == categories
    assert len(sent) == len(categories)


@pytest.mark.parametrize("name", ["Reply-To", "subject", "BCC", "X-SG-EID", "Content-Transfer-Encoding"])
def test_headers_that_sendgrid_reserves_are_left_out(send: Send, sendgrid: SendGrid, name: str) -> None:
    send(a_message(headers={name: "x", "X-Subject": "kept"}))
    assert body(sendgrid)["headers"] == {"X-Subject": "kept"}


def test_a_header_beyond_ascii_is_encoded_as_sendgrid_wants_it(send: Send, sendgrid: SendGrid) -> None:
    text = "Grüße aus Zürich, sehr lang, " * 5 + "und Schluss"
    send(a_message(headers={"X-Note": text}))
    sent = body(sendgrid)["headers"]["X-Note"]
    assert sent.isascii()
    assert "\n" not in sent
    assert str(make_header(decode_header(sent))) == text


def test_inline_images_are_named_by_their_content_ids(send: Send, sendgrid: SendGrid) -> None:
    logo = InlineImage(content_id="logo", media_type="image/png", content=b"\x89PNG\r\n\x1a\n")
    send(a_message(inline_images=[logo]))
    assert body(sendgrid)["attachments"] == [
        {
            "content": "iVBORw0KGgo=",
            "filename": "logo.png",
            "type": "image/png",
            "disposition": "inline",
            "content_id": "logo",
        }
    ]


def test_the_base_url_may_have_a_path(send: Send, sendgrid: SendGrid) -> None:
    with pytest.raises(ConfigurationError, match=r"answered 404: .*: check SENDGRID_BASE_URL"):
        send(a_message(), SENDGRID_BASE_URL=f"{sendgrid.server.url}/through/")
    assert sendgrid.server.requests[0].path == "/through/v3/mail/send"
