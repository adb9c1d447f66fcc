"""A mail as an inbox and its reader get to see it."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from email.header import decode_header, make_header
from html import unescape
from typing import Self

from attrs import frozen

from cognito_mailroom.address import Address
from cognito_mailroom.message import InlineImage, Message
from cognito_mailroom.transport.mime import compose

# The padding that keeps the text of the mail out of the inbox.
_PADDING = re.compile(r"[\s\u034f\u200b-\u200d\u2007\u00a0\ufeff]+$")
_PREHEADER = re.compile(r'<div[^>]*class="[^"]*\bpreheader\b[^"]*"[^>]*>(.*?)</div>', re.DOTALL)


@frozen(kw_only=True)
class Mail:
    """A mail as an inbox and its reader get to see it."""

    sender: Address
    subject: str
    preheader: str
    headers: tuple[tuple[str, str, str], ...]
    """Each with its name, as it is read, and as it is sent."""
    text: str
    html: str
    images: Mapping[str, str]
    """``data:`` URLs by what the HTML names them: ``cid:logo``."""

    @classmethod
    def of(cls, message: Message) -> Self:
        """What a message becomes."""
        return cls(
            sender=message.sender,
            subject=message.subject,
            preheader=_preheader(message.html),
            headers=_headers(message),
            text=message.text,
            html=message.html,
            images={f"cid:{image.content_id}": _data_url(image) for image in message.inline_images},
        )


def _data_url(image: InlineImage) -> str:
    return f"data:{image.media_type};base64,{b64encode(image.content).decode()}"


def _preheader(html: str) -> str:
    found = _PREHEADER.search(html)
    return _PADDING.sub("", unescape(re.sub(r"<[^>]*>", "", found[1]))) if found else ""


def _headers(message: Message) -> tuple[tuple[str, str, str], ...]:
    """All but the date: pages that are made of the same files are the same."""
    sent = {name: " ".join(str(value).split()) for name, value in compose(message).items() if name != "Date"}
    return tuple((name, str(make_header(decode_header(value))), value) for name, value in sent.items())
