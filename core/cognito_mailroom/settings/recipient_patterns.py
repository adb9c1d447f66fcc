"""Checks patterns for recipients, such as ``*@acme.example``: one that matches nobody is a mistake."""

from __future__ import annotations

import re

from cognito_mailroom.address import Address

from .converters import names

_WILDCARD = re.compile(r"\[[^]]+\]|[*?]")


def recipient_patterns(text: str) -> tuple[str, ...]:
    """The patterns in a list; raises ValueError where one can match no address."""
    patterns = names(text)
    for pattern in patterns:
        # What may stand for anything stands for a letter here; without an @, for the @ as well.
        sample = _WILDCARD.sub("a", pattern)
        if "@" not in pattern:
            sample = _WILDCARD.sub("a@a", pattern, count=1)
        try:
            domain = Address(_WILDCARD.sub("a", sample)).domain
        except ValueError:
            raise ValueError("one of the patterns can match no address: want *@acme.example") from None
        if domain != sample.rpartition("@")[2].lower():
            raise ValueError("a pattern names an internationalised domain by its ASCII form, xn--…")
    return patterns
