"""The mail that a provider delivers, and its receipt."""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from attrs import Attribute, evolve, field, frozen

from .address import Address, has_controls
from .notification import read_only

_HEADER_NAME = re.compile(r"[!-9;-~]+")  # RFC 5322, 3.6.8: printable ASCII but the colon


def _one_line(_: object, attribute: Attribute[str], value: str) -> None:
    if has_controls(value):
        raise ValueError(f"the message's {attribute.name} contains a control character")


def _check_headers(_: object, __: object, headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError("a header of the message has a malformed name")
        if has_controls(value):
            raise ValueError(f"the header {name} of the message contains a control character")


def _in_order(tags: Iterable[str]) -> tuple[str, ...]:
    return tuple(tags)


def _check_tags(_: object, __: object, tags: tuple[str, ...]) -> None:
    if any(has_controls(tag) for tag in tags):
        raise ValueError("a tag of the message contains a control character")


# With no more than these 64 characters the header is one line, which nothing on the way has cause to encode.
_CONTENT_ID = re.compile(r"(?=.{1,64}\Z)[A-Za-z0-9][A-Za-z0-9._-]*(@[A-Za-z0-9.-]+)?")
_MEDIA_TYPE = re.compile(r"image/[a-z0-9.+-]+")


def _matching(pattern: re.Pattern[str]) -> Callable[[object, Attribute[str], str], None]:
    def check(_: object, attribute: Attribute[str], value: str) -> None:
        if not pattern.fullmatch(value):
            raise ValueError(f"an inline image's {attribute.name} is malformed")

    return check


@frozen(kw_only=True)
class InlineImage:
    """An image that travels inside the mail; the HTML shows it by ``<img src="cid:CONTENT_ID">``.

    Raises:
        ValueError: the id or the media type is malformed.

    """

    content_id: str = field(validator=_matching(_CONTENT_ID))
    """Without the angle brackets of RFC 2392, in ASCII and at most 64 characters: ``logo``."""
    media_type: str = field(validator=_matching(_MEDIA_TYPE))
    """``image/png``"""
    content: bytes = field(repr=False)

    @property
    def base64(self) -> str:
        """The content as APIs take it that are written in JSON."""
        return b2a_base64(self.content, newline=False).decode()

    @property
    def file_name(self) -> str:
        """What mail programs save it as, of the id and the media type: ``logo.png``."""
        name = self.content_id.partition("@")[0]
        extension = "." + self.media_type.removeprefix("image/").partition("+")[0]
        return name if name.endswith(extension) else name + extension


def _tuple(images: Iterable[InlineImage]) -> tuple[InlineImage, ...]:
    return tuple(images)


@frozen(kw_only=True, repr=False)
class Message:
    """A mail, ready for a provider: two bodies, or a template hosted there with its variables.

    The repr shows neither bodies nor addresses.

    Raises:
        ValueError: a header, the subject, a tag or the key holds a control character.

    """

    sender: Address
    recipient: Address
    reply_to: Address | None = None
    subject: str = field(validator=_one_line)
    text: str = ""
    html: str = ""
    headers: Mapping[str, str] = field(factory=dict, converter=read_only, validator=_check_headers)
    tags: tuple[str, ...] = field(default=(), converter=_in_order, validator=_check_tags)
    idempotency_key: str = field(default="", validator=_one_line)
    inline_images: tuple[InlineImage, ...] = field(default=(), converter=_tuple)
    """What the HTML shows by ``cid:``; none for a provider whose class says ``inline_images = False``."""
    hosted_template: str | None = None
    """The id or name of a template at the provider; then the bodies are empty."""
    variables: Mapping[str, str] = field(factory=dict, converter=read_only)
    """What a template, ours or hosted, may name; see the documentation for the list."""

    def evolve(self, **changes: Any) -> Message:
        """A copy with some fields changed, checked like any other message."""
        return evolve(self, **changes)

    def __repr__(self) -> str:
        return f"<Message {self.idempotency_key[:12] or 'without key'}>"


@frozen(kw_only=True)
class Receipt:
    """A provider's word that it took the mail."""

    message_id: str = ""
    """The provider's own id of the mail, to search for in its logs."""
    detail: str = ""
    provider: str = ""
    """The provider's name; core fills it in where the plugin left it out."""
