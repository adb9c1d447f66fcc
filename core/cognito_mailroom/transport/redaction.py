"""Hides secrets and names in the words of others, in every spelling that a mail or an API gives them.

The words are decoded as often as anything in them looks escaped, without blanks and in lower case, and in
each of these views runs of characters that a secret has as well are looked for. So neither the kinds of
escaping nor the places of a line break need to be known beforehand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from types import MappingProxyType

from attrs import frozen

from cognito_mailroom.notification import Notification

from .spellings import Span, View

_PIECE = 4  # characters from which a part counts: single digits stay readable
_LONG_PIECE = 8  # from which one counts in the middle of a word, too
_DECODINGS = 4
_MAX_NAME = 5  # words
_TOLD = ("ONE_CLICK_LINK", "FEEDBACK_TOKEN")
_HARMLESS = {
    "product_name", "trigger", "subject", "locale", "language", "client_id", "validity", "login_time",
    "account_take_over_action",
}  # fmt: skip
# To read one of them tells nobody that it is somebody's name or login as well.
_ORDINARY = {
    "account", "accounts", "address", "addresses", "admin", "client", "domain", "email", "example", "host",
    "info", "mail", "mailbox", "mailer", "mailroom", "message", "name", "password", "post", "postmaster",
    "proxy", "recipient", "recipients", "rejected", "reply", "sender", "server", "service", "smtp", "support",
    "suspended", "test", "unknown", "user", "username", "users",
}  # fmt: skip
# What operators look for: an environment variable, a line of code. No part of one is anybody's.
_KEPT = re.compile(r"(?<!\w)[A-Z]+(?:_[A-Z]+)+_?(?!\w)|(?<![\w./-])/[\w./-]+\.py:\d+", re.ASCII)
_IP_ADDRESS = re.compile(r"\d+(?:\.\d+){3}")
_ADDRESS = re.compile(r"[^@\s]+@(?:[a-z\d-]+\.)+[a-z]{2,}", re.IGNORECASE)


def redacted(words: str, secrets: Iterable[str], names: Iterable[str] = ()) -> str:
    """The words with "…" for all addresses, and for every piece of four characters of what is private.

    Of a text with letters, pieces shorter than eight count as words of their own only; of the ``names`` all
    do. A secret that is an address, as many logins are, is a name. Pieces that are words of every refusal
    stay, and parts of names of environment variables and of files. Takes milliseconds for kilobytes: cut what
    is longer.
    """
    secrets, names = [*secrets], [*names]
    names += filter(_ADDRESS.fullmatch, secrets)
    wanted = [*_search_texts(each for each in secrets if not _ADDRESS.fullmatch(each))]
    # A domain is nobody's secret, but in base64 nothing shows that it is one.
    encoded = [*wanted, *_search_texts(names, name=True)]
    wanted += _search_texts((each.rpartition("@")[0] or each for each in names), name=True)
    hidden, kept = bytearray(len(words)), [match.span() for match in _KEPT.finditer(words)]
    for view in _views(words):
        pieces = (span for span in _pieces(view, wanted) if not any(_is_part(span, each) for each in kept))
        found = (*view.addresses(), *view.long_base64(), *pieces, *_encoded(view, encoded))
        for start, end in found:
            hidden[start:end] = b"\1" * (end - start)
    shown = groupby(zip(words, hidden, strict=True), key=itemgetter(1))
    return "".join("…" if mark else "".join(char for char, _ in part) for mark, part in shown)


def private_words(
    notification: Notification, variables: Mapping[str, str] = MappingProxyType({})
) -> tuple[list[str], list[str]]:
    """The secrets that a mail tells, its template's ``variables`` included, and the names it has."""
    code, attributes = notification.secret, notification.attributes
    secrets, names = private_variables(variables)
    secrets += [code.reveal() if code else ""]
    secrets += [text for name, text in attributes.items() if name.startswith(_TOLD)]
    names += [attributes.get("email", ""), attributes.get("given_name", ""), notification.user_name]
    return secrets, [str(notification.recipient or ""), *names]


def private_variables(variables: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Which of a template's variables are secrets, and which are as names: no prose, which is in any text."""
    told = {name: text for name, text in variables.items() if name not in _HARMLESS}
    secrets = [text for name, text in told.items() if name == "code" or "://" in text]
    names = [text for text in told.values() if text not in secrets and len(text.split()) <= _MAX_NAME]
    return secrets, names


@frozen
class _SearchText:
    """A text to look for, by its pieces of ``size`` characters."""

    pieces: frozenset[str]
    size: int
    least: int
    """So many characters in a row count."""
    within: float
    """So many count in the middle of a word."""
    secret: str
    """The text itself, unless it is a name."""


def _search_texts(texts: Iterable[str], *, name: bool = False) -> Iterator[_SearchText]:
    for text in {form for each in texts for form in _forms(each)}:
        size = min(_PIECE, len(text))
        if size < _PIECE - name:  # a name may be short
            continue
        # Of a long token a few characters tell nothing, and turn up in any text.
        least = max(size, len(text) // 16)
        if name and _IP_ADDRESS.fullmatch(text):  # of which a part looks like a status
            least = len(text)
        within: float = _LONG_PIECE if text.upper() != text.lower() else _PIECE
        pieces = frozenset(text[at : at + size] for at in range(len(text) - size + 1))
        within = float("inf") if name else max(least, min(within, len(text)))
        yield _SearchText(pieces, size, least, within, "" if name else text)


def _forms(text: str) -> set[str]:
    """How a text looks in views of words that hold it: it may look escaped itself, and in base64 is UTF-8."""
    forms = [(view.squeezed()[0], _octets(view.text.encode("utf-8", "replace"))) for view in _views(text)]
    return {form for pair in forms for form in pair}


def _octets(data: bytes) -> str:
    return data.lower().decode("latin-1")


def _views(words: str) -> Iterator[View]:
    view: View | None = View.of(words)
    for _ in range(_DECODINGS):
        if view:
            yield view
            view = view.decoded()


def _pieces(view: View, wanted: Sequence[_SearchText]) -> Iterator[Span]:
    """What a view has of any of the texts, blanks or none."""
    yield from _pieces_of(view, view.squeezed(), wanted)
    numbers = [sought for sought in wanted if sought.secret.isdecimal()]
    if numbers and view.has_joints():
        yield from _pieces_of(view, view.squeezed(joined=True), numbers)


def _pieces_of(view: View, squeezed: tuple[str, list[int]], wanted: Sequence[_SearchText]) -> Iterator[Span]:
    text, places = squeezed
    for sought, start, end in _runs(text, wanted):
        first, last, piece = places[start], places[end - 1], text[start:end]
        before, after = view.text[first - 1 : first], view.text[last + 1 : last + 2]
        alone = not (before.isalnum() or after.isalnum())
        telling = piece not in _ORDINARY or piece == sought.secret
        if telling and (alone or len(piece) >= sought.within):
            yield view.span(first, last + 1)


def _is_part(span: Span, whole: Span) -> bool:
    return span != whole and whole[0] <= span[0] and span[1] <= whole[1]


def _encoded(view: View, wanted: Sequence[_SearchText]) -> Iterator[Span]:
    for inner in view.from_base64():
        for _, start, end in _runs(_octets(inner.text.encode("latin-1")), wanted):
            yield inner.span(start, end)


def _runs(text: str, wanted: Sequence[_SearchText]) -> Iterator[tuple[_SearchText, int, int]]:
    """Where pieces of a text follow one another for as long as it takes."""
    for size in {sought.size for sought in wanted}:
        known = frozenset[str]().union(*(sought.pieces for sought in wanted if sought.size == size))
        found = [at for at in range(len(text) - size + 1) if text[at : at + size] in known]
        for sought in (sought for sought in wanted if found and sought.size == size):
            start = end = -2
            for at in [*(at for at in found if text[at : at + size] in sought.pieces), len(text) + 2]:
                if at != end + 1:
                    if start >= 0 and end + size - start >= sought.least:
                        yield sought, start, end + size
                    start = at
                end = at
