"""What SES is sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from cognito_mailroom import Address, ConfigurationError, InlineImage, Receipt, Unsupported
from cognito_mailroom.testing import IDEMPOTENCY_KEY, Reply, a_message
from cognito_mailroom_ses.standin import SesServer

Send = Callable[..., Receipt]


def body(ses: SesServer) -> Any:
    (request,) = ses.server.requests
    assert (request.method, request.path) == ("POST", "/v2/email/outbound-emails")
    return request.json()


def test_a_mail_without_tracking_and_with_all_to_search_for(send: Send, ses: SesServer) -> None:
    message = a_message()
    send(message)
    assert body(ses) == {
        "FromEmailAddress": '"Acme, Inc." <no-reply@acme.example>',
        "Destination": {"ToAddresses": [str(message.recipient)]},
        "EmailTags": [
            {"Name": "trigger", "Value": "sign_up"},
            {"Name": "client_id", "Value": "1example23456789"},
            {"Name": "idempotency_key", "Value": IDEMPOTENCY_KEY},
        ],
        "ReplyToAddresses": ['"Acme Support" <support@acme.example>'],
        "Content": {
            "Simple": {
                "Subject": {"Data": message.subject, "Charset": "UTF-8"},
                "Body": {
                    "Text": {"Data": message.text, "Charset": "UTF-8"},
                    "Html": {"Data": message.html, "Charset": "UTF-8"},
                },
                "Headers": [{"Name": "Auto-Submitted", "Value": "auto-generated"}],
            }
        },
        "ConfigurationOverrides": {
            "Tracking": {"OpenTrackingEnabled": "DISABLED", "ClickTrackingEnabled": "DISABLED"}
        },
    }


def test_inline_images_are_named_by_their_content_ids(send: Send, ses: SesServer) -> None:
    logo = InlineImage(content_id="logo", media_type="image/png", content=b"\x89PNG\r\n\x1a\n")
    send(a_message(inline_images=[logo]))
    assert body(ses)["Content"]["Simple"]["Attachments"] == [
        {
            "RawContent": "iVBORw0KGgo=",
            "FileName": "logo.png",
            "ContentType": "image/png",
            "ContentDisposition": "INLINE",
            "ContentId": "logo",
            "ContentTransferEncoding": "BASE64",
        }
    ]


def test_the_settings(send: Send, ses: SesServer) -> None:
    arn = "arn:aws:ses:eu-west-1:123456789012:identity/acme.example"
    send(a_message(), SES_CONFIGURATION_SET="codes", SES_IDENTITY_ARN=arn)
    assert body(ses).items() >= {("ConfigurationSetName", "codes"), ("FromEmailAddressIdentityArn", arn)}


@pytest.mark.parametrize(
    ("tags", "key", "sent"),
    [
        ((), "", {}),
        (("sign_up",), "", {"trigger": "sign_up"}),
        (
            ("sign up", "a.b:c"),
            "ä" * 300,
            {"trigger": "sign_up", "client_id": "a_b_c", "idempotency_key": "_" * 256},
        ),
    ],
)
def test_tags_are_what_ses_takes(
    tags: tuple[str, ...], key: str, sent: dict[str, str], *, send: Send, ses: SesServer
) -> None:
    send(a_message(tags=tags, idempotency_key=key))
    assert {tag["Name"]: tag["Value"] for tag in body(ses).get("EmailTags", [])} == sent


def test_a_template(send: Send, ses: SesServer) -> None:
    password = "<Tr0ub4dor&copy>'\""
    message = a_message(
        text="",
        html="",
        hosted_template="welcome",
        sender=Address("no-reply@acme.example", "Zoë's Bäckerei"),
        variables={"code": password, "name": "Zoë"},
        headers={"Auto-Submitted": "auto-generated", "X-Note": "Grüße " * 20},
    )
    ses.server.next(Reply(200, {"MessageId": "1-2-3"}))
    assert send(message) == Receipt(message_id="1-2-3")
    sent = body(ses)
    template = sent["Content"]["Template"]
    assert template["TemplateName"] == "welcome"
    assert json.loads(template["TemplateData"]) == {
        "code": "&lt;Tr0ub4dor&amp;copy&gt;&#x27;&quot;",
        "name": "Zoë",
        "text": {"code": password, "name": "Zoë"},
    }
    headers = {header["Name"]: header["Value"] for header in template["Headers"]}
    assert headers["Auto-Submitted"] == "auto-generated"
    assert all(value.isascii() and value.isprintable() for value in headers.values())
    assert sent["FromEmailAddress"].isascii()
    assert sent["ReplyToAddresses"] == ['"Acme Support" <support@acme.example>']
    assert "ConfigurationOverrides" in sent


@pytest.mark.parametrize("name", ["Zoë's Bäckerei", "株式会社アクメ" * 12, "=?utf-8?q?x?="])
def test_a_name_beyond_ascii_is_in_short_encoded_words(name: str, send: Send, ses: SesServer) -> None:
    sender = Address("no-reply@acme.example", name)
    send(a_message(sender=sender))
    sent = body(ses)["FromEmailAddress"]
    assert sent.isascii()
    assert max(map(len, sent.split(" "))) <= 75
    assert Address.parse(sent) == sender


@pytest.mark.parametrize(("text", "html"), [("only", ""), ("", "<p>only</p>")])
def test_a_part_that_is_not_there_is_not_sent(text: str, html: str, send: Send, ses: SesServer) -> None:
    send(a_message(text=text, html=html))
    bodies = body(ses)["Content"]["Simple"]["Body"]
    assert [part["Data"] for part in bodies.values()] == [text or html]


@pytest.mark.parametrize(
    ("field", "error"),
    [("recipient", Unsupported), ("sender", ConfigurationError), ("reply_to", ConfigurationError)],
)
def test_an_address_that_ses_cannot_take(
    field: str, error: type[Exception], send: Send, ses: SesServer
) -> None:
    with pytest.raises(error, match="ASCII before") as raised:
        send(a_message(**{field: Address("zoë@acme.example")}))
    assert type(raised.value) is error
    assert "zoë" not in str(raised.value)
    assert not ses.server.requests
