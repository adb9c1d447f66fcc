"""What Postmark is sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cognito_mailroom import InlineImage, Receipt
from cognito_mailroom.testing import IDEMPOTENCY_KEY, a_message
from cognito_mailroom_postmark.standin import PostmarkServer

Send = Callable[..., Receipt]


def body(postmark: PostmarkServer) -> dict[str, Any]:
    """The one request's, without what the SDK leaves null."""
    (request,) = postmark.server.requests
    return {name: value for name, value in request.json().items() if value is not None}


def test_a_mail_without_tracking_and_with_all_to_search_for(send: Send, postmark: PostmarkServer) -> None:
    message = a_message()
    assert send(message) == Receipt(message_id="stand-in-1", detail="OK")
    assert body(postmark) == {
        "From": '"Acme, Inc." <no-reply@acme.example>',
        "To": str(message.recipient),
        "ReplyTo": '"Acme Support" <support@acme.example>',
        "Subject": message.subject,
        "TextBody": message.text,
        "HtmlBody": message.html,
        "Headers": [{"Name": "Auto-Submitted", "Value": "auto-generated"}],
        "Tag": "sign_up",
        "Metadata": {"client_id": "1example23456789", "idempotency_key": IDEMPOTENCY_KEY},
        "TrackOpens": False,
        "TrackLinks": "None",
        "Attachments": [],
    }


def test_inline_images_are_named_by_their_content_ids(send: Send, postmark: PostmarkServer) -> None:
    logo = InlineImage(content_id="logo", media_type="image/png", content=b"\x89PNG\r\n\x1a\n")
    send(a_message(inline_images=[logo]))
    assert body(postmark)["Attachments"] == [
        {
            "Name": "logo.png",
            "Content": "iVBORw0KGgo=",
            "ContentType": "image/png",
            "ContentID": "cid:logo",
        }
    ]


def test_nothing_is_sent_for_what_a_mail_lacks(send: Send, postmark: PostmarkServer) -> None:
    send(a_message(tags=(), idempotency_key="", reply_to=None, html="", headers={}))
    sent = body(postmark)
    assert not {"Tag", "ReplyTo", "HtmlBody"} & sent.keys()
    assert sent["Metadata"] == {}


def test_metadata_keeps_to_what_postmark_takes(send: Send, postmark: PostmarkServer) -> None:
    send(a_message(tags=("sign_up", "c" * 128), idempotency_key="k" * 128))
    assert body(postmark)["Metadata"] == {"client_id": "c" * 80, "idempotency_key": "k" * 80}


def test_the_message_stream(send: Send, postmark: PostmarkServer) -> None:
    send(a_message(), POSTMARK_MESSAGE_STREAM="outbound")
    assert body(postmark)["MessageStream"] == "outbound"


@pytest.mark.parametrize(
    ("name", "field"), [("reset-v2", ("TemplateAlias", "reset-v2")), ("123", ("TemplateId", 123))]
)
def test_a_template_by_its_alias_or_its_number(
    name: str, field: tuple[str, object], send: Send, postmark: PostmarkServer
) -> None:
    message = a_message(text="", html="", hosted_template=name)
    send(message)
    sent = body(postmark)
    assert postmark.server.requests[0].path.rstrip("/") == "/email/withTemplate"
    assert sent.items() >= {field, ("TrackOpens", False), ("TrackLinks", "None"), ("Tag", "sign_up")}
    assert sent["TemplateModel"] == dict(message.variables)
    assert not {"Subject", "TextBody", "HtmlBody"} & sent.keys()


def test_a_netrc_does_not_come_between(
    send: Send, postmark: PostmarkServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    send(a_message())
    assert "Authorization" not in postmark.server.requests[0].headers
