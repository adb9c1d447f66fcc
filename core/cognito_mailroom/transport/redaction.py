"""Hides secrets and names in the words of others, in every spelling that a mail or an API gives them.

The words are decoded as often as anything in them looks escaped, without blanks and in lower case, and in
each of these views runs of characters that a secret has as well are looked for. So neither the kinds of
escaping nor the places of a line break need to be known beforehand.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from attrs import frozen

from cognito_mailroom.notification import Notification

_PIECE = 4  # characters from which a part counts: single digits stay readable
_LONG_PIECE = 8  # from which one counts in the middle of a word, too
_DECODINGS = 4
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
_BASE64 = re.compile(r"[\w+/-]{6,}", re.ASCII)
_LONG_BASE64 = re.compile(r"[\w+/-]{40,}={0,2}(?:\r?\n[\w+/-]+={0,2}(?=\r?\n|\Z))*", re.ASCII)
_WORD = re.compile(r"""(?:"[^"\r\n]{1,64}"@)?[^\s<>"',;:()\[\]]+""")
# To read one of them tells nobody that it is somebody's name or login as well.
_ORDINARY = frozenset(
    {
        *(
            "account",
            "accounts",
            "address",
            "addresses",
            "admin",
            "client",
            "domain",
            "email",
            "example",
            "host",
        ),
        *(
            "info",
            "mail",
            "mailbox",
            "mailer",
            "message",
            "name",
            "post",
            "postmaster",
            "recipient",
            "recipients",
        ),
        *("rejected", "sender", "server", "service", "smtp", "support", "test", "unknown", "user", "users"),
    }
)


def redacted(words: str, secrets: Iterable[str], names: Iterable[str] = ()) -> str:
    """The words with "…" for all addresses, and for every piece of four characters of what is private.

    Of a text with letters, pieces shorter than eight count as words of their own only; of the ``names`` all
    do, and such as every refusal has stay. Takes milliseconds for kilobytes: cut what is longer before.
    """
    wanted, names = [*_needles(secrets)], [*names]
    # A domain is nobody's secret, but in base64 nothing shows that it is one.
    encoded = [*wanted, *_needles(names, name=True)]
    wanted += _needles((each.rpartition("@")[0] or each for each in names), name=True)
    hidden = bytearray(len(words))
    view = _View(words, tuple((place, place + 1) for place in range(len(words))))
    for _ in range(_DECODINGS):
        for start, end in (*view.addresses(), *view.base64(encoded), *view.pieces(wanted)):
            hidden[start:end] = b"\1" * (end - start)
        if not _ESCAPED.search(view.text):
            break
        view = view.decoded()
    shown = groupby(zip(words, hidden, strict=True), key=itemgetter(1))
    return "".join("…" if mark else "".join(char for char, _ in part) for mark, part in shown)


def private_words(notification: Notification) -> tuple[list[str], list[str]]:
    """The secrets that a mail tells, and the names it has."""
    told, attributes = notification.secret, notification.attributes
    links = [text for name, text in attributes.items() if name.startswith("ONE_CLICK_LINK")]
    names = [attributes.get("email", ""), attributes.get("given_name", ""), notification.user_name]
    return [told.reveal() if told else "", *links], [str(notification.recipient or ""), *names]


@frozen
class _Needle:
    """A text to look for, by its pieces of ``size`` characters."""

    pieces: frozenset[str]
    size: int
    least: int
    """So many characters in a row count."""
    within: float
    """So many count in the middle of a word."""


def _needles(texts: Iterable[str], *, name: bool = False) -> Iterator[_Needle]:
    for text in {form for each in texts for form in _forms(each)}:
        size = min(_PIECE, len(text))
        if size < _PIECE - name:  # a name may be short
            continue
        # Of a long token a few characters tell nothing, and turn up in any text.
        least = max(size, len(text) // 16)
        within = _LONG_PIECE if text.upper() != text.lower() else _PIECE
        pieces = frozenset(text[at : at + size] for at in range(len(text) - size + 1))
        yield _Needle(
            pieces, size, least, within=float("inf") if name else max(least, min(within, len(text)))
        )


def _forms(text: str) -> set[str]:
    """How a text looks in views of words that hold it: it may look escaped itself, and in base64 is UTF-8."""
    forms, view = set(), _View(text, ((0, 0),) * len(text))
    for _ in range(_DECODINGS):
        forms |= {view.squeezed()[0], _lower(view.text.encode("utf-8", "replace"))}
        if not _ESCAPED.search(view.text):
            break
        view = view.decoded()
    return forms


def _lower(data: bytes) -> str:
    return data.lower().decode("latin-1")


@frozen
class _View:
    """What the words say once decoded; ``spans`` are where in the words each character comes from."""

    text: str
    spans: Sequence[tuple[int, int]]

    def decoded(self) -> _View:
        """One step further."""
        text, spans, end = [], list[tuple[int, int]](), 0
        for match in _ESCAPED.finditer(self.text):
            text += [self.text[end : match.start()], meant := _meaning(match[0])]
            spans += self.spans[end : match.start()]
            end = match.end()
            spans += [(self.spans[match.start()][0], self.spans[end - 1][1])] * len(meant)
        return _View("".join([*text, self.text[end:]]), [*spans, *self.spans[end:]])

    def squeezed(self) -> tuple[str, list[int]]:
        """In lower case and without blanks, and where in this view each character stands."""
        places = list(range(len(self.text)))
        for match in reversed(list(_BLANKS.finditer(self.text))):
            del places[match.start() : match.end()]
        folded = [(char, place) for place in places for char in self.text[place].casefold()]
        return "".join(char for char, _ in folded), [place for _, place in folded]

    def addresses(self) -> Iterator[tuple[int, int]]:
        """Whatever has something before and after an @."""
        for word in _WORD.finditer(self.text):
            if "@" in word[0][1:-1]:
                yield self._span(word.start(), word.start() + len(word[0].rstrip(".")))

    def pieces(self, wanted: Sequence[_Needle]) -> Iterator[tuple[int, int]]:
        """What the text has of any of the needles, blanks or none."""
        text, places = self.squeezed()
        for needle, start, end in _runs(text, wanted):
            first, last = places[start], places[end - 1]
            before, after = self.text[first - 1 : first], self.text[last + 1 : last + 2]
            alone = not (before.isalnum() or after.isalnum())
            if text[start:end] not in _ORDINARY and (alone or end - start >= needle.within):
                yield self._span(first, last + 1)

    def base64(self, wanted: Sequence[_Needle]) -> Iterator[tuple[int, int]]:
        """Long runs of it, and whatever says something of a needle from wherever one begins to read."""
        for run in _LONG_BASE64.finditer(self.text):
            capitals, small = (sum(map(is_it, run[0])) for is_it in (str.isupper, str.islower))
            if min(capitals, small) > len(run[0]) // 8:  # unlike a path or a number in hexadecimal
                yield self._span(run.start(), run.end())
        places = [place for place, char in enumerate(self.text) if not char.isspace()]
        for run in _BASE64.finditer("".join(self.text[place] for place in places)):
            for begin in range(run.start(), run.start() + 4):
                sextets = run.string[begin : run.end()]
                sextets = sextets[: len(sextets) - (len(sextets) % 4 == 1)]
                data = b64decode(sextets + "=" * (-len(sextets) % 4), b"-_" if {*"-_"} & {*sextets} else None)
                for _, start, end in _runs(_lower(data), wanted):
                    first, last = begin + start * 8 // 6, begin + (end * 8 - 1) // 6
                    yield self._span(places[first], places[last] + 1)

    def _span(self, start: int, end: int) -> tuple[int, int]:
        return self.spans[start][0], self.spans[end - 1][1]


def _runs(text: str, wanted: Sequence[_Needle]) -> Iterator[tuple[_Needle, int, int]]:
    """Where pieces of a needle follow one another for as long as it takes."""
    for size in {needle.size for needle in wanted}:
        known = frozenset[str]().union(*(needle.pieces for needle in wanted if needle.size == size))
        found = [at for at in range(len(text) - size + 1) if text[at : at + size] in known]
        for needle in (needle for needle in wanted if found and needle.size == size):
            start = end = -2
            for at in [*(at for at in found if text[at : at + size] in needle.pieces), len(text) + 2]:
                if at != end + 1:
                    if start >= 0 and end + size - start >= needle.least:
                        yield needle, start, end + size
                    start = at
                end = at


def _meaning(escaped: str) -> str:
    if escaped[0] == "&":
        from html import unescape  # which brings the names of two thousand characters

        return unescape(escaped.lower() if escaped[1] == "#" else escaped)
    if escaped[0] == "\\":
        if escaped[1] in "uUxX":
            units = [int(unit, 16) for unit in re.split(r"\\[ux]", escaped, flags=re.IGNORECASE)[1:]]
            data = b"".join(unit.to_bytes(2, "big") for unit in units)
            return data.decode("utf-16-be", "replace")
        return " " if escaped[1] in "nrtbfv" else escaped[1]
    return bytes.fromhex(re.sub(r"[%=\s]", "", escaped)).decode("utf-8", "replace")
