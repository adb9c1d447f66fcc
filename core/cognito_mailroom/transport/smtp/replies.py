"""Parses a server's reply into code, enhanced status and words."""

from __future__ import annotations

import re
from collections.abc import Callable

from attrs import frozen

# RFC 2034, 4: every line of a reply begins with the status. Some servers write "#5.1.1" or "5.1.1:".
_STATUS = re.compile(r"^#?([245]\.\d{1,3}\.\d{1,3})(?![\d.]):?[ \t]*", re.MULTILINE)


@frozen
class SmtpReply:
    """A server's reply: its code, its enhanced status or an empty text, and its cleaned words."""

    code: str
    status: str
    words: str

    @classmethod
    def read(cls, answer: tuple[int, bytes], clean: Callable[[str], str]) -> SmtpReply:
        """From what smtplib returns, which has -1 for the code of what is no SMTP reply."""
        text = answer[1].decode("utf-8", "replace")
        status = _STATUS.search(text)
        code = f"{answer[0]:03}" if answer[0] >= 0 else ""
        return cls(code, status[1] if status else "", clean(_STATUS.sub("", text)))

    def __str__(self) -> str:
        return " ".join(filter(None, (self.code, self.status, self.words)))
