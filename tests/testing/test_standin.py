from __future__ import annotations

import pytest
from cognito_mailroom import Address, InlineImage
from cognito_mailroom.testing.stand_in import ReceivedMail

ACME = Address("no-reply@acme.example", "Zoë's Bäckerei, 東京店")
ZOE = Address("zoë@bücher.example", 'Zoë "Z" <Ö>')


def test_a_mail_written_from_fields_reads_back() -> None:
    mail = ReceivedMail.written(
        ACME,
        [ZOE, Address("bo@example.com")],
        headers={"Subject": "Grüße · 🔑 " * 30, "Reply-To": ACME.formatted, "X-Note": "Zürich"},
        text="Grüß Gott\n",
        html="<p>Grüß Gott</p>\n",
    )
    message = mail.message
    assert (mail.mail_from, mail.rcpt_to) == (str(ACME), [str(ZOE), "bo@example.com"])
    assert [(each.display_name, each.addr_spec) for each in message["To"].addresses] == [
        (ZOE.display_name, str(ZOE)),
        ("", "bo@example.com"),
    ]
    assert message["From"].addresses[0].display_name == ACME.display_name
    assert message["Reply-To"].addresses[0].display_name == ACME.display_name
    assert (message["Subject"], message["X-Note"]) == ("Grüße · 🔑 " * 30, "Zürich")
    bodies = {part.get_content_type(): part.get_content() for part in message.iter_parts()}
    assert bodies == {"text/plain": "Grüß Gott\r\n", "text/html": "<p>Grüß Gott</p>\r\n"}


@pytest.mark.parametrize(("body", "kind"), [("text", "text/plain"), ("html", "text/html")])
def test_one_body_is_enough(body: str, kind: str) -> None:
    mail = ReceivedMail.written(ACME, [ZOE], headers={}, **{body: "Hello\n"})  # type: ignore[arg-type]
    assert (mail.message.get_content_type(), mail.message.get_content()) == (kind, "Hello\r\n")


@pytest.mark.parametrize("text", ["Hello\n", ""])
def test_images_stand_beside_the_html_that_shows_them(text: str) -> None:
    images = [
        InlineImage(content_id="logo", media_type="image/png", content=bytes(range(256))),
        InlineImage(content_id="dark@acme.example", media_type="image/svg+xml", content=b"<svg/>\r\n"),
    ]
    mail = ReceivedMail.written(ACME, [ZOE], headers={}, text=text, html="<p>Hello\n", inline_images=images)
    assert mail.inline_images == tuple(images)
    bodies = [mail.message.get_body((kind,)) for kind in ("plain", "html")]
    assert [body and body.get_content() for body in bodies] == [
        text.replace("\n", "\r\n") or None,
        "<p>Hello\r\n",
    ]


def test_a_mail_without_images_has_none() -> None:
    assert ReceivedMail.written(ACME, [ZOE], headers={}, text="Hello", html="<p>Hello").inline_images == ()


def test_a_hosted_template_has_no_body() -> None:
    mail = ReceivedMail.written(ACME, [ZOE], headers={}, hosted_template="d-1", variables={"code": "1"})
    assert (mail.hosted_template, mail.variables) == ("d-1", {"code": "1"})
    assert mail.message.get_payload() == ""


def test_a_header_cannot_smuggle_in_another() -> None:
    with pytest.raises(ValueError, match="linefeed"):
        ReceivedMail.written(ACME, [ZOE], headers={"Subject": "Hello\r\nBcc: eve@evil.example"})


def test_the_repr_does_not_show_what_the_mail_says() -> None:
    mail = ReceivedMail.written(ACME, [ZOE], headers={}, text="code 1234", variables={"code": "1234"})
    assert "1234" not in repr(mail)
