"""Checks that a received mail went to the right person and carries its code or link."""

from __future__ import annotations

from collections.abc import Sequence
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cognito_mailroom.testing.stand_in import ReceivedMail


def part(mail: ReceivedMail, subtype: str) -> str:
    """The ``plain`` or the ``html`` body, or an empty text."""
    body = mail.message.get_body((subtype,))
    return str(body.get_content()) if body else ""


def fault(mails: Sequence[ReceivedMail], recipient: str, expected: str) -> str:
    """What is wrong with the mails of one event, or an empty text.

    ``expected`` is the code, the password or the link that both bodies have to carry, set apart by
    white space: what stands right behind it, people copy too.
    """
    mail, *more = mails
    if more:
        return f"{len(mails)} mails arrived"
    if mail.rcpt_to != [recipient]:
        return "the mail went to somebody else"
    reader = _Reader()
    reader.feed(part(mail, "html"))
    for name, words in (("text", part(mail, "plain").split()), ("HTML", reader.words)):
        if expected not in words:
            return f"the {name} of the mail does not carry what it is for"
    return ""


class _Reader(HTMLParser):
    """Collects the words of a page and the targets of its links."""

    _WITHIN_WORDS = ("bdi", "span")  # eight digits are shown four and four, and copied as eight

    def __init__(self) -> None:
        super().__init__()
        self._text = ""

    @property
    def words(self) -> list[str]:
        return self._text.split()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        links = [value for name, value in attrs if tag == "a" and name == "href" and value]
        self._text += "" if tag in self._WITHIN_WORDS else f" {' '.join(links)} "

    def handle_endtag(self, tag: str) -> None:
        self._text += "" if tag in self._WITHIN_WORDS else " "

    def handle_data(self, data: str) -> None:
        self._text += data
