"""Wraps plain text by the columns that it takes on a screen, in all scripts that mails are written in.

Lines break at blanks; in Chinese and Japanese, which have none, also beside their characters but for the
marks that may not begin or end a line. Korean breaks at blanks. A word is never broken, nor is an address.
Sources: https://www.unicode.org/reports/tr11/ and https://www.w3.org/TR/jlreq/#characters_not_starting_a_line
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from unicodedata import category, east_asian_width, name

_TIDY = re.compile(r"\S+(?: \S+)*")  # as a paragraph is, whose words were joined
_WIDE = ("W", "F")
_NOT_FIRST = frozenset(
    "、。，．・：；？！」』）］｝〉》】〕〗〙〛’”»›…‥ー〜～々〻ゝゞヽヾ％‰℃\u3000"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ"
    "!),.:;?]}%"
)
_NOT_LAST = frozenset("「『（［｛〈《【〔〖〘〚‘“«‹＃￥＄([{#$¥")


def wrap(paragraph: str, width: int = 72) -> str:
    """A text whose lines take at most ``width`` columns, but for a longer word."""
    if paragraph.isascii() and _TIDY.fullmatch(paragraph):
        return "\n".join(_ascii_lines(width).findall(paragraph))
    return "\n".join("\n".join(_wrapped(line, width)) for line in paragraph.splitlines())


@cache
def _ascii_lines(width: int) -> re.Pattern[str]:
    """What most text takes, by a pattern: a word that is longer than a line, or all that fits into one."""
    return re.compile(rf"(\S{{{width + 1},}}|.{{1,{width}}})(?: |$)")


def columns(text: str) -> int:
    """How many columns a text takes: two a wide character, none a mark that joins the one before it."""
    if text.isascii():
        return len(text)
    return sum(0 if _joins(char) else 2 if east_asian_width(char) in _WIDE else 1 for char in text)


def _wrapped(line: str, width: int) -> Iterator[str]:
    filled, taken, blanks = "", 0, ""
    for index, word in enumerate(line.split(" ")):
        blanks += " " if index else ""
        for piece in _pieces(word):
            needed = columns(piece)
            if taken + len(blanks) + needed <= width:
                filled, taken = filled + blanks + piece, taken + len(blanks) + needed
            else:
                if filled:
                    yield filled
                filled, taken = piece, needed
            blanks = ""
    yield filled


def _pieces(word: str) -> Iterator[str]:
    """The parts of a word that may stand on different lines."""
    begin = 0
    if not word.isascii():
        for end, (before, after) in enumerate(pairwise(word), 1):
            if _may_break(before, after):
                yield word[begin:end]
                begin = end
    if word:
        yield word[begin:]


def _may_break(before: str, after: str) -> bool:
    return (
        (_is_ideographic(before) or _is_ideographic(after))
        and not before.isdecimal()  # 24時間
        and before not in _NOT_LAST
        and after not in _NOT_FIRST
        and not _joins(after)
        and before != "\u200d"
    )


def _is_ideographic(char: str) -> bool:
    return east_asian_width(char) in _WIDE and not name(char, "").startswith("HANGUL ")


def _joins(char: str) -> bool:
    """Whether it is drawn over the character before it, or not at all."""
    return category(char) in {"Mn", "Me", "Cf"}
