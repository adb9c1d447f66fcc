"""Composes the mail as MIME: in seven bits, but for addresses outside ASCII."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, Policy
from email.utils import format_datetime, quote
from hashlib import sha256
from secrets import token_hex

from attrs import frozen

from cognito_mailroom.address import Address, is_plain
from cognito_mailroom.message import InlineImage, Message

# In characters. RFC 2047, 2: lines with encoded words have 76 at most. RFC 5322, 2.1.1: others may have 998.
_MAX_LINE, _MAX_WORD = 76, 900


@frozen
class _Header:
    """A header that is encoded and folded already.

    From a plain text the email package would decode what looks like an encoded word, line breaks
    included; it takes the quotes off a long name and encodes a long URL.
    """

    name: str  # by this the policy knows that there is nothing to parse
    value: str

    def fold(self, *, policy: Policy[EmailMessage]) -> str:
        """The whole header, as the policy asks for it."""
        return f"{self.name}: {self.value}{policy.linesep}"

    def __str__(self) -> str:
        return self.value


def compose(message: Message) -> EmailMessage:
    """The mail with all its headers; what it writes itself, ``message.headers`` cannot replace."""
    utf8 = needs_smtputf8(message.sender, message.recipient, message.reply_to)
    mail = EmailMessage((SMTPUTF8 if utf8 else SMTP).clone(cte_type="7bit"))
    mail["From"] = _mailbox("From", message.sender)
    mail["To"] = _mailbox("To", message.recipient)
    if message.reply_to:
        mail["Reply-To"] = _mailbox("Reply-To", message.reply_to)
    mail["Subject"] = _text("Subject", message.subject)
    mail["Date"] = _Header("Date", format_datetime(datetime.now(UTC)))
    mail["Message-ID"] = _Header("Message-ID", _message_id(message))
    if message.text or not message.html:
        mail.set_content(message.text)
    if message.html:
        (mail.add_alternative if message.text else mail.set_content)(message.html, subtype="html")
        add_images(mail, message.inline_images)
    for name, value in (*message.headers.items(), ("Auto-Submitted", "auto-generated")):
        if name not in mail:
            mail[name] = _text(name, value)
    return mail


def add_images(mail: EmailMessage, images: Sequence[InlineImage]) -> None:
    """Puts images beside the HTML that shows them, as multipart/related (RFC 2387) with ids (RFC 2392)."""
    html = mail.get_body(("html",)) if images else None
    if html is None:
        return
    html.make_related()
    html.set_param("type", "text/html", replace=True)
    for image in images:
        kind, subtype = image.media_type.split("/")
        cid, name = f"<{image.content_id}>", image.file_name
        html.add_related(image.content, kind, subtype, disposition="inline", filename=name, cid=cid)


def needs_smtputf8(*addresses: Address | None) -> bool:
    """Whether any of the addresses needs a server that speaks SMTPUTF8."""
    return any(address.needs_smtputf8 for address in addresses if address)


def _message_id(message: Message) -> str:
    """The same for the same key, so that mail programs recognise a mail that arrives twice."""
    key = message.idempotency_key
    unique = sha256(key.encode()).hexdigest()[:32] if key else token_hex(16)
    return f"<{unique}@{message.sender.domain}>"


def _text(name: str, text: str) -> _Header:
    plain = is_plain(text) and all(len(word) <= _MAX_WORD for word in text.split())
    header = Header(text, "us-ascii" if plain else "utf-8", _MAX_LINE, header_name=name)
    return _Header(name, header.encode(linesep="\r\n").lstrip())  # no first line that is empty


def _mailbox(name: str, address: Address) -> _Header:
    shown = address.display_name
    if not shown:
        return _Header(name, str(address))
    if is_plain(shown) and len(shown) < _MAX_LINE - len(name):
        phrase = f'"{quote(shown)}"'
    else:
        phrase = Header(shown, "utf-8", _MAX_LINE, header_name=name).encode(linesep="\r\n")
    fold = "" if len(f"{name}: {phrase} <{address}>") <= _MAX_LINE else "\r\n"
    return _Header(name, f"{phrase}{fold} <{address}>")
