"""Converters for settings: lists of names, durations, switches, language tags."""

from __future__ import annotations

import re
from datetime import timedelta

_DURATION = re.compile(r"(?ai)\s*(\d{1,6})\s*(s|m|h|d|(?:second|minute|hour|day)s?|min)\s*")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LOCALE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,8}")


def names(text: str) -> tuple[str, ...]:
    """``sendgrid, ses`` as a tuple of names; raises ValueError for an empty or a doubled one."""
    found = tuple(name.strip() for name in text.split(","))
    if not all(found):
        raise ValueError("a name between two commas is empty")
    if len(set(found)) < len(found):
        raise ValueError("a name occurs twice")
    return found


def duration(text: str) -> timedelta:
    """``24 hours``, ``15 min`` or ``7d``; raises ValueError for anything else, a bare number included."""
    if not (match := _DURATION.fullmatch(text)) or not int(match[1]):
        raise ValueError("want a number and its unit, such as 15 minutes, 24 hours or 7 days")
    return timedelta(**{_UNITS[match[2][0].lower()]: int(match[1])})


def switch(text: str) -> bool:
    """``true`` or ``false``, as people write them; raises ValueError for anything else."""
    word = text.strip().lower()
    if word in {"1", "true", "yes", "on"}:
        return True
    if word in {"0", "false", "no", "off"}:
        return False
    raise ValueError("want true or false")


def locale(text: str) -> str:
    """A language tag such as ``de-CH``, with hyphens; raises ValueError for anything else."""
    if not _LOCALE.fullmatch(text):
        raise ValueError("want a language tag such as en or de-CH")
    return text.replace("_", "-")
