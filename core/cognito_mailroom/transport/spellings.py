"""Decodes whatever words are spelt in, and keeps track of where in them each character comes from."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator, Sequence
from unicodedata import normalize

from attrs import frozen

_ESCAPED = re.compile(
    r"&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,30});"  # HTML
    r"|(?:\\u[\da-f]{4})+|\\x[\da-f]{2}|\\[^\sux]"  # JSON, and Python's repr
    r"|(?:%[\da-f]{2})+"  # URLs
    r"|(?:=[\da-f]{2})+|=[ \t]*\r?\n",  # quoted-printable
    re.IGNORECASE,
)
# In a URL, a plus is a blank. No blank that a mail server's reply has before its status is left out, so that
# 550 5.1.1 is no part of a code.
_BLANKS = re.compile(r"(?:[^\S ]|[+\u00ad\u200b-\u200f\u2060\ufeff\0])+| +(?!\d\.\d)")
# What may stand between two digits of a code, but neither within a status nor right before one.
_STATUS = r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])"
_JOINTS = re.compile(rf"(?P<status>{_STATUS})|(?<=\d)(?:[.·]| ?[-‐‑–](?! ?{_STATUS}) ?)(?=\d)")  # noqa: RUF001
_BASE64 = re.compile(r"[\w+/-]{6,}", re.ASCII)
_LONG_BASE64 = re.compile(r"[\w+/-]{40,}={0,2}(?:\r?\n[\w+/-]+={0,2}(?=\r?\n|\Z))*", re.ASCII)
_OF_URLS = str.maketrans("-_", "+/")
_WORD = re.compile(r"""(?:"[^"\r\n]{1,64}"@)?[^\s<>"',;:()\[\]]+""")

Span = tuple[int, int]


@frozen
class View:
    """What words say once decoded; ``spans`` are where in the words each character comes from."""

    text: str
    spans: Sequence[Span]

    @classmethod
    def of(cls, words: str) -> View:
        """The words as they are."""
        return cls(words, [(place, place + 1) for place in range(len(words))])

    def span(self, start: int, end: int) -> Span:
        """Where in the words a part of the text comes from."""
        return self.spans[start][0], self.spans[end - 1][1]

    def decoded(self) -> View | None:
        """One step further, or None where nothing looks escaped."""
        text, spans, end = [], list[Span](), 0
        for match in _ESCAPED.finditer(self.text):
            text += [self.text[end : match.start()], meant := _meaning(match[0])]
            spans += self.spans[end : match.start()]
            end = match.end()
            spans += [self.span(match.start(), end)] * len(meant)
        return View("".join([*text, self.text[end:]]), [*spans, *self.spans[end:]]) if end else None

    def squeezed(self, *, joined: bool = False) -> tuple[str, list[int]]:
        """In lower case and without blanks, and where in this view each character stands.

        If ``joined``, without what parts two digits either.
        """
        gaps = [*_BLANKS.finditer(self.text), *(_JOINTS.finditer(self.text) if joined else ())]
        left_out = {
            place for gap in gaps if not gap.groupdict().get("status") for place in range(*gap.span())
        }
        places = [place for place in range(len(self.text)) if place not in left_out]
        folded = [(char, place) for place in places for char in _folded(self.text[place])]
        return "".join(char for char, _ in folded), [place for _, place in folded]

    def has_joints(self) -> bool:
        """Whether it makes a difference that two digits are joined."""
        return any(not joint["status"] for joint in _JOINTS.finditer(self.text))

    def from_base64(self) -> Iterator[View]:
        """What runs of base64 say, line ends or none, from wherever one begins to read."""
        places = [place for place, char in enumerate(self.text) if not char.isspace()]
        text = "".join(self.text[place] for place in places).translate(_OF_URLS)
        for run in _BASE64.finditer(text):
            for begin in range(run.start(), run.start() + 4):
                sextets = text[begin : run.end()]
                sextets = sextets[: len(sextets) - (len(sextets) % 4 == 1)]
                data = b64decode(sextets + "=" * (-len(sextets) % 4))
                octets = [(begin + at * 8 // 6, begin + (at * 8 + 7) // 6) for at in range(len(data))]
                spans = [self.span(places[first], places[last] + 1) for first, last in octets]
                yield View(data.decode("latin-1"), spans)

    def long_base64(self) -> Iterator[Span]:
        """Runs that may well be a whole mail."""
        for run in _LONG_BASE64.finditer(self.text):
            capitals, small = (sum(map(is_it, run[0])) for is_it in (str.isupper, str.islower))
            if min(capitals, small) > len(run[0]) // 8:  # unlike a path or a number in hexadecimal
                yield self.span(run.start(), run.end())

    def addresses(self) -> Iterator[Span]:
        """Whatever has something before and after an @."""
        for word in _WORD.finditer(self.text):
            if "@" in word[0][1:-1]:
                yield self.span(word.start(), word.start() + len(word[0].rstrip(".")))


def _folded(char: str) -> str:
    return (char if char.isascii() else normalize("NFKC", char)).casefold()


def _meaning(escaped: str) -> str:
    if escaped[0] == "&":
        from html import unescape  # which brings the names of two thousand characters

        return unescape(escaped.lower() if escaped[1] == "#" else escaped)
    if escaped[0] == "\\":
        if escaped[1] in "uUxX":
            units = [int(unit, 16) for unit in re.split(r"\\[ux]", escaped, flags=re.IGNORECASE)[1:]]
            return b"".join(unit.to_bytes(2, "big") for unit in units).decode("utf-16-be", "replace")
        return " " if escaped[1] in "nrtbfv" else escaped[1]
    return bytes.fromhex(re.sub(r"[%=\s]", "", escaped)).decode("utf-8", "replace")
