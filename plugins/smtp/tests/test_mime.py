"""Whatever a mail is made of arrives as it was meant, and as RFC 5322 has it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from typing import Any

import pytest
from cognito_mailroom import (
    Address,
    ConfigurationError,
    Deadline,
    InlineImage,
    MailroomError,
    Message,
    Unsupported,
)
from cognito_mailroom.testing import ReceivedMail, SmtpServer
from cognito_mailroom_smtp import SmtpProvider

Provide = Callable[..., SmtpProvider]
Serve = Callable[..., Any]
Send = Callable[..., ReceivedMail]

# To the email package, this is a line break and a header.
EVIL_WORD = "=?utf-8?q?hello=0D=0AX-Evil:_1=0D=0A=0D=0A?="
BEYOND_ASCII = Address("jürg@example.com", "Jürg")


@pytest.fixture
def arrives(provide: Provide, message: Message) -> Send:
    """Sends the message with some changes, and returns what arrived."""

    def send(**changes: Any) -> ReceivedMail:
        with SmtpServer(security="none") as server:
            provide(server).mailroom_deliver(message.evolve(**changes), Deadline(10))
        (mail,) = server.messages
        lines = mail.content.split(b"\r\n")
        assert max(map(len, lines)) <= 998
        assert not re.search(rb"[\r\n]", b"".join(lines))
        assert "X-Evil" not in mail.message
        return mail

    return send


def raw_headers(mail: ReceivedMail) -> dict[str, str]:
    """As they went over the wire, but unfolded."""
    head = mail.content.partition(b"\r\n\r\n")[0].decode()
    lines = re.sub(r"\r\n(?=[ \t])", "", head).split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    assert len({name.lower() for name in headers}) == len(lines)
    return headers


def decoded(raw: str) -> str:
    # Not by the parser of a newer policy: it sees blanks between encoded words, against RFC 2047, 6.2.
    return str(make_header(decode_header(raw)))


def body(mail: ReceivedMail, kind: str) -> str:
    part: Any = mail.message.get_body((kind,))
    return part.get_content().replace("\r\n", "\n") if part else ""


def test_headers(arrives: Send) -> None:
    mail = arrives(
        reply_to=Address("help@acme.example", "Help"),
        headers={"auto-submitted": "auto-generated", "X-Entity-Ref-ID": "7"},
    )
    headers = raw_headers(mail)
    assert list(headers) == [
        "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type",
        "auto-submitted", "X-Entity-Ref-ID",
    ]  # fmt: skip
    assert headers["From"] == '"Acme" <no-reply@acme.example>'
    assert headers["To"] == "jane.doe@example.com"
    assert headers["Reply-To"] == '"Help" <help@acme.example>'
    assert headers["Subject"] == "Your code"
    assert headers["auto-submitted"] == "auto-generated"
    assert headers["X-Entity-Ref-ID"] == "7"
    assert abs(mail.message["Date"].datetime - datetime.now(UTC)) < timedelta(minutes=1)


def test_every_mail_says_that_no_human_sent_it(arrives: Send) -> None:
    headers = raw_headers(arrives())
    assert headers["Auto-Submitted"] == "auto-generated"
    assert "Reply-To" not in headers


def test_what_the_plugin_writes_is_not_replaced(arrives: Send) -> None:
    mine = {"to": "x@example.org", "Message-ID": "<x>", "Content-Type": "text/x", "MIME-Version": "2"}
    mail = arrives(headers=mine)
    assert raw_headers(mail)["To"] == "jane.doe@example.com"
    assert mail.message.get_content_type() == "multipart/alternative"


def test_message_id(arrives: Send) -> None:
    keys = ("one", "one", "two", "", "", 'a <b> "c" é@' * 50)
    ids = [raw_headers(arrives(idempotency_key=key))["Message-ID"] for key in keys]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 5
    assert all(re.fullmatch(r"<[0-9a-f]{32}@acme\.example>", message_id) for message_id in ids)


def test_a_long_message_id_stays_on_one_line(arrives: Send) -> None:
    domain = ".".join(["b" * 60] * 4)
    mail = arrives(sender=Address(f"no-reply@{domain}"))
    assert re.search(rf"^Message-ID: <\w+@{domain}>\r$".encode(), mail.content, re.MULTILINE)


@pytest.mark.parametrize(
    ("text", "html", "kinds"),
    [
        ("text", "<p>html", ["multipart/alternative", "text/plain", "text/html"]),
        ("text", "", ["text/plain"]),
        ("", "<p>html", ["text/html"]),
        ("", "", ["text/plain"]),
    ],
)
def test_only_the_bodies_there_are(text: str, html: str, kinds: list[str], arrives: Send) -> None:
    mail = arrives(text=text, html=html)
    assert [part.get_content_type() for part in mail.message.walk()] == kinds
    assert body(mail, "plain").strip() == text
    assert body(mail, "html").strip() == html


@pytest.mark.parametrize(
    "text",
    [
        "short",
        ".\n..\n...\n.a\n\n.\n",
        "From me\n>From you\n.From",
        "x" * 5000,
        ("word " * 300 + "\n") * 20,
        "." * 3000,
        "Grüße, ¿qué tal?\n.\n",
        "こんにちは、世界。\n" * 50,
        "emoji 🔑 and =3D and = at the end=\n",
        "trailing blanks   \n\ttabs\t\n",
        "other line ends \x0b \x0c \x1c \x85 \u2028 \u2029 end",
        "<>&\"' \\ % ~ ` ^ {{ x }}",
    ],
)
def test_bodies_arrive_intact(text: str, arrives: Send) -> None:
    mail = arrives(text=text, html=text)
    assert mail.content.isascii()
    for kind in ("plain", "html"):
        assert body(mail, kind).removesuffix("\n") == text.removesuffix("\n")


@pytest.mark.parametrize("text", ["a\rb", "a\r\nb", "a\n\rb", "a\r\n.\r\nMAIL FROM:<evil@example.org>\r\n"])
def test_no_bare_line_end_gets_through(text: str, arrives: Send) -> None:
    assert body(arrives(text=text, html=""), "plain").split() == text.split()


@pytest.mark.parametrize(
    "subject",
    [
        "Ihr Bestätigungscode",
        "アカウントの確認コード" * 8,
        "🔑 " * 60,
        "long " * 60,
        "x" * 3000,
        "  two  blanks ",
        'comma, "quotes" and <angles>',
        EVIL_WORD,
        f"ä {EVIL_WORD} {EVIL_WORD}",
        "=?utf-8?b?",
    ],
)
def test_subjects(subject: str, arrives: Send) -> None:
    mail = arrives(subject=subject)
    assert decoded(raw_headers(mail)["Subject"]).strip() == subject.strip()
    assert mail.content.isascii()


@pytest.mark.parametrize(
    "name",
    [
        "Acme, Inc.",
        'Acme "the best" \\ Co',
        "Acme <evil@example.org>, more",
        "Acme GmbH & Co. KG, of the very long name, to be folded somewhere, <evil@example.org>, here",
        "Zürcher Käserei",
        "株式会社アクメ" * 12,
        EVIL_WORD,
    ],
)
@pytest.mark.parametrize(
    ("field", "header"), [("sender", "From"), ("recipient", "To"), ("reply_to", "Reply-To")]
)
def test_display_names(field: str, header: str, name: str, arrives: Send) -> None:
    mail = arrives(**{field: Address("someone@acme.example", name)})
    assert [address.addr_spec for address in mail.message[header].addresses] == ["someone@acme.example"]
    phrase = raw_headers(mail)[header].removesuffix(" <someone@acme.example>")
    if phrase.startswith('"'):
        phrase = re.sub(r"\\(.)", r"\1", phrase[1:-1])
    assert decoded(phrase) == name
    assert mail.content.isascii()
    lines = mail.content.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    assert max(map(len, lines)) <= 76
    assert all(len(word) <= 75 for line in lines for word in line.split() if word.startswith("=?"))


def test_long_headers_are_folded_and_not_encoded(arrives: Send) -> None:
    links = ", ".join(f"<https://acme.example/unsubscribe?token={letter * 100}>" for letter in "xyz")
    mail = arrives(headers={"List-Unsubscribe": links, "X-Name": "Größe " * 40})
    assert raw_headers(mail)["List-Unsubscribe"] == links
    assert b"\r\n <https://acme.example/unsubscribe?token=y" in mail.content
    assert decoded(raw_headers(mail)["X-Name"]).strip() == ("Größe " * 40).strip()


@pytest.mark.parametrize(
    "spec",
    [
        '"jane doe"@example.com',
        '"jane..doe."@example.com',
        '"a\\"b"@example.com',
        '"<x>"@example.com',
        '"a, b@example.org"@example.com',
        "o'x+1@example.com",
    ],
)
def test_unusual_local_parts(spec: str, arrives: Send) -> None:
    mail = arrives(recipient=Address(spec))
    assert mail.rcpt_to == [spec]
    assert f"\r\nTo: {spec}\r\n".encode() in mail.content
    assert len(mail.message["To"].addresses) == 1


def test_dots_that_only_quotes_allow(arrives: Send) -> None:
    mail = arrives(sender=Address(".no-reply@acme.example"), recipient=Address("jane..doe.@example.com"))
    assert (mail.mail_from, mail.rcpt_to) == ('".no-reply"@acme.example', ['"jane..doe."@example.com'])


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("text", ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]),
        ("", ["multipart/related", "text/html", "image/png"]),
    ],
)
def test_images_stand_beside_the_html_alone(text: str, kinds: list[str], arrives: Send) -> None:
    logo = InlineImage(content_id="logo" * 16, media_type="image/png", content=bytes(range(256)) * 9)
    mail = arrives(text=text, html="<p>html", inline_images=[logo])
    parts: list[Any] = list(mail.message.walk())
    assert [part.get_content_type() for part in parts] == kinds
    (related,) = (part for part in parts if part.get_content_subtype() == "related")
    assert related.get_param("type") == "text/html"
    assert parts[-1].get_content() == logo.content
    assert parts[-1]["Content-Disposition"] == f'inline; filename="{logo.file_name}"'
    assert parts[-1]["Content-Transfer-Encoding"] == "base64"
    assert f"\r\nContent-ID: <{logo.content_id}>\r\n".encode() in mail.content
    assert mail.content.isascii()


def test_internationalised_domains(arrives: Send) -> None:
    mail = arrives(sender=Address("no-reply@zürich.example"), recipient=Address("jane@faß.example"))
    assert mail.mail_from == "no-reply@xn--zrich-kva.example"
    assert mail.rcpt_to == ["jane@xn--fa-hia.example"]
    assert mail.content.isascii()


@pytest.mark.parametrize("field", ["sender", "recipient", "reply_to"])
def test_smtputf8_is_asked_for_where_it_is_needed(
    field: str, serve: Serve, provide: Provide, message: Message
) -> None:
    server = serve(lambda peer: peer.greet("8BITMIME", "SMTPUTF8").take_mail("250 ok").take_mail("250 ok"))
    provider = provide(server)
    provider.mailroom_deliver(message.evolve(**{field: BEYOND_ASCII}), Deadline(10))
    provider.mailroom_deliver(message, Deadline(10))
    (peer,) = server.peers
    spec = {"sender": "no-reply@acme.example", "recipient": "jane.doe@example.com", field: "jürg@example.com"}
    assert [line for line in peer.heard if line.startswith(("MAIL", "RCPT"))] == [
        f"MAIL FROM:<{spec['sender']}> SMTPUTF8 BODY=8BITMIME",
        f"RCPT TO:<{spec['recipient']}>",
        "MAIL FROM:<no-reply@acme.example>",
        "RCPT TO:<jane.doe@example.com>",
    ]
    assert "<jürg@example.com>" in peer.mails[0]
    assert peer.mails[1].isascii()


def test_smtputf8_arrives(arrives: Send) -> None:
    mail = arrives(recipient=BEYOND_ASCII, subject="Grüße", text="Schlüssel 鍵")
    assert mail.rcpt_to == ["jürg@example.com"]
    headers = raw_headers(mail)
    assert decoded(headers["Subject"]) == "Grüße"
    assert headers["To"].endswith(" <jürg@example.com>")
    assert body(mail, "plain") == "Schlüssel 鍵\n"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"recipient": BEYOND_ASCII}, Unsupported),
        ({"sender": BEYOND_ASCII}, ConfigurationError),
        ({"reply_to": BEYOND_ASCII}, ConfigurationError),
        ({"sender": BEYOND_ASCII, "recipient": BEYOND_ASCII}, ConfigurationError),
    ],
)
def test_smtputf8_that_is_not_offered(
    changes: dict[str, Address], kind: type[MailroomError], provide: Provide, message: Message
) -> None:
    with SmtpServer(security="none", smtputf8=False) as server:
        provider = provide(server)
        with pytest.raises(kind, match="SMTPUTF8"):
            provider.mailroom_deliver(message.evolve(**changes), Deadline(10))
        provider.mailroom_deliver(message, Deadline(10))
    assert len(server.messages) == 1


@pytest.mark.parametrize("evil", ["a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\rX-Evil: 1", "a\0", "a\u2028b"])
def test_what_would_inject_a_header_never_gets_here(evil: str, message: Message) -> None:
    for change in ({"subject": evil}, {"headers": {"X-Name": evil}}, {"idempotency_key": evil}):
        with pytest.raises(ValueError, match="control character"):
            message.evolve(**change)
    for address in (f"{evil}@example.com", f"x@{evil}.example"):
        with pytest.raises(ValueError, match="the address"):
            Address(address)
    with pytest.raises(ValueError, match="control character"):
        Address("x@example.com", evil)
