"""The sentences of one language, and how values get into them: as plain text, or as HTML.

A sentence is data, never code. It may hold the names of values in braces, ``{product_name}``, and ``<b>`` and
``<a>``, which plain text is without; all else is shown as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from markupsafe import Markup, escape

from cognito_mailroom.settings.suggestions import did_you_mean

from .languages import Catalogue

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
TAG = re.compile(r"</?[ab]>")
_ESCAPED_TAG = re.compile(r"&lt;(/?[ab])&gt;")
_WITHOUT_BLANKS = {"ja", "zh"}

Sentence = str | Mapping[str, str]
"""One for all, or one for each of CLDR's plural categories."""
Scopes = Mapping[str, Mapping[str, Mapping[str, Sentence]]]
"""Entries by scope, language and key; the scope is a client's id, a pool's, or empty."""


class Duration(NamedTuple):
    """So many of a unit; ``unit`` is ``days``, ``hours``, ``minutes`` or ``seconds``."""

    unit: str
    number: int


class UnknownSentence(Exception):
    """A template names a sentence there is none of."""


class Sentences:
    """One language's sentences; ``own`` are the operator's, which go before."""

    def __init__(self, catalogue: Catalogue, own: Mapping[str, Sentence]) -> None:
        self.catalogue = catalogue
        self.language = catalogue.LANGUAGE
        self.direction = catalogue.DIRECTION
        self.blank = "" if self.language.partition("-")[0] in _WITHOUT_BLANKS else " "
        self._own = own
        self._taken_apart: dict[tuple[str, Duration | None, bool], list[str]] = {}

    def text(self, key: str, value_of: Callable[[str], object], duration: Duration | None = None) -> str:
        """A sentence as plain text.

        Raises:
            UnknownSentence: there is none of that key.

        """
        parts = self._parts(key, duration, as_html=False)
        for index in range(1, len(parts), 2):
            parts[index] = self._kept_apart(str(value_of(parts[index])))
        return "".join(parts)

    def html(
        self, key: str, value_of: Callable[[str], object], duration: Duration | None = None, a: str = ""
    ) -> Markup:
        """A sentence as HTML; ``a`` is what ``<a>`` stands for, with its attributes.

        Raises:
            UnknownSentence: there is none of that key.

        """
        parts = self._parts(key, duration, as_html=True)
        for index in range(1, len(parts), 2):
            parts[index] = f"<bdi>{escape(value_of(parts[index]))}</bdi>"
        html = "".join(parts)
        return Markup(html.replace("<a>", a) if a else html)  # noqa: S704 - all of it is escaped

    def __contains__(self, key: str) -> bool:
        return key in self._own or key in self.catalogue.SENTENCES

    def _parts(self, key: str, duration: Duration | None, *, as_html: bool) -> list[str]:
        """What a sentence says, in turns with the names of the values in between; taken apart once."""
        wanted = key, duration, as_html
        if wanted not in self._taken_apart:
            sentence = self._sentence(key, duration)
            plain = _ESCAPED_TAG.sub(r"<\1>", str(escape(sentence))) if as_html else TAG.sub("", sentence)
            self._taken_apart[wanted] = PLACEHOLDER.split(plain)
        return self._taken_apart[wanted].copy()

    def _sentence(self, key: str, duration: Duration | None) -> str:
        if duration:
            key = f"{key}.{duration.unit}"
        forms = self._own.get(key) or self.catalogue.SENTENCES.get(key)
        if forms is None:
            raise UnknownSentence(f"{key!r}{did_you_mean(key, self.catalogue.SENTENCES)}")
        if isinstance(forms, str):
            sentence = forms
        else:
            count = duration.number if duration else 0
            index = int(self.catalogue.PLURALS[count if count < 200 else 100 + count % 100])
            category = self.catalogue.CATEGORIES[index]
            sentence = forms[index] if isinstance(forms, tuple) else forms.get(category) or forms["other"]
        return sentence.replace("{n}", str(duration.number)) if duration else sentence

    def _kept_apart(self, value: str) -> str:
        if self.direction == "ltr":
            return value
        from .direction import kept_apart

        return kept_apart(value)

    def directed(self, text: str) -> str:
        """A plain text all of whose lines run in the direction of the language."""
        if self.direction == "ltr":
            return text
        from .direction import from_right

        return from_right(text)
