"""Marks that keep plain text from right to left in order; HTML has elements and attributes for that.

The isolates that Unicode has for this are shown as boxes by some mail programs.
Source: https://www.unicode.org/reports/tr9/
"""

from __future__ import annotations

import re
import unicodedata

_LEFT_TO_RIGHT_MARK, _RIGHT_TO_LEFT_MARK = "\u200e", "\u200f"
_RIGHT_TO_LEFT = {"R", "AL"}


def kept_apart(value: str) -> str:
    """A value for a sentence from right to left, where signs at its ends would change sides: "Yahoo!"."""
    if re.fullmatch(r"[\d.]*", value):
        return value
    return _mark(value) + value + _mark(value[::-1])


def _mark(value: str) -> str:
    """What goes before the first character, where it has no direction and its value's is from the left."""
    if _direction(value[0]) or _first(value) in _RIGHT_TO_LEFT:
        return ""
    return _LEFT_TO_RIGHT_MARK


def from_right(text: str) -> str:
    """A text in which lines that begin with a foreign word run from right to left all the same.

    What is foreign as a whole, a link or an address, is left as it is, and so is what is there to be copied.
    """
    return "\n".join(_RIGHT_TO_LEFT_MARK + line if _is_turned(line) else line for line in text.split("\n"))


def _is_turned(line: str) -> bool:
    copied = line.startswith((" ", "https:"))
    return not copied and _first(line) == "L" and not _RIGHT_TO_LEFT.isdisjoint(map(_direction, line))


def _first(text: str) -> str:
    return next(filter(None, map(_direction, text)), "")


def _direction(char: str) -> str:
    """The one that a character has of itself, or an empty text."""
    direction = unicodedata.bidirectional(char)
    return direction if direction in {"L", *_RIGHT_TO_LEFT} else ""
