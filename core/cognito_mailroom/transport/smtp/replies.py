"""Parses a server's reply into code, enhanced status and words."""

from __future__ import annotations

import re
from collections.abc import Callable

from attrs import field, frozen

# RFC 2034, 4: every line of a reply begins with the status. Some servers write "#5.1.1" or "5.1.1:", and
# qmail ends the words with "(#5.1.1)"; one that stands anywhere else is somebody else's.
_STATUS = re.compile(r"^#?([245]\.\d{1,3}\.\d{1,3})(?![\d.]):?[ \t]*", re.MULTILINE)
_LAST_STATUS = re.compile(r"\(#([245]\.\d{1,3}\.\d{1,3})\)\s*\Z")
_ADDRESS = re.compile(r"\S+@\S+")
_MAX_TEXT = 4_096  # characters that are looked at: servers say what matters at once


@frozen
class SmtpReply:
    """A server's reply: its code, its enhanced status or an empty text, and its cleaned words.

    ``text`` is all it said but addresses, on one line, to tell what it means; it may quote anything else, so
    show ``words``.
    """

    code: str
    status: str
    words: str
    text: str = field(default="", repr=False)

    @classmethod
    def read(cls, answer: tuple[int, bytes], clean: Callable[[str], str]) -> SmtpReply:
        """From what smtplib returns, which has -1 for the code of what is no SMTP reply."""
        said = answer[1].decode("utf-8", "replace")[:_MAX_TEXT]
        status = _STATUS.search(said) or _LAST_STATUS.search(said)
        code = f"{answer[0]:03}" if answer[0] >= 0 else ""
        text = _STATUS.sub("", said)
        judged = " ".join(_ADDRESS.sub("…", text).split())
        return cls(code, status[1] if status else "", clean(text), judged)

    def __str__(self) -> str:
        return " ".join(filter(None, (self.code, self.status, self.words)))
