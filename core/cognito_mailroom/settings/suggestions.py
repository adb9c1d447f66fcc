"""Suggests the nearest known name for a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """``, did you mean 'smtp'?``, or an empty text where nothing is near."""
    from difflib import get_close_matches

    near = get_close_matches(wrong.lower(), list(known), n=1)
    return f", did you mean {near[0]!r}?" if near else ""
