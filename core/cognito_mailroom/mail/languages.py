"""The languages that mails are written in: which there are, which suits a user, and what it holds.

Each is a module of plain data that was made when core was built (`catalogues`); a language that is not used
is not imported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import cast

from . import catalogues


class Catalogue:
    """What the module of a language holds: this names it for type checkers."""

    LANGUAGE: str
    """Its tag, as in BCP 47: ``pt-BR``."""
    DIRECTION: str
    """``ltr`` or ``rtl``."""
    SENTENCES: Mapping[str, str | tuple[str, ...]]
    """By key; several forms are in the order of `CATEGORIES`."""
    CATEGORIES: tuple[str, ...]
    """CLDR's names of its plural forms."""
    PLURALS: str
    """The index of the form of each number from 0 to 199; a larger ``n`` takes that of ``100 + n % 100``."""
    DATES: tuple[str, ...]
    """The full date in each of twelve months, with ``{weekday}``, ``{day}`` and ``{year}`` left open."""
    WEEKDAYS: tuple[str, ...]
    """Monday first."""
    TIMES: tuple[str, ...]
    """The time in each of 24 hours, with ``{minute}`` left open."""
    DATE_TIME: str
    """How ``{date}`` and ``{time}`` are put together."""


class AddedLanguage(Catalogue):
    """A language that core has no translation of: its sentences are the operator's, its dates ISO 8601's."""

    SENTENCES: Mapping[str, str | tuple[str, ...]] = {}
    DATES = tuple(f"{{year}}-{month:02}-{{day:02}}" for month in range(1, 13))
    WEEKDAYS = ("",) * 7
    TIMES = tuple(f"{hour:02}:{{minute}}" for hour in range(24))
    DATE_TIME = "{date} {time}"

    def __init__(self, tag: str, direction: str, categories: Sequence[str], plurals: str) -> None:
        self.LANGUAGE, self.DIRECTION = tag, direction
        self.CATEGORIES, self.PLURALS = tuple(categories), plurals


@cache
def installed() -> tuple[str, ...]:
    """The tags of the languages that there are modules of, sorted; English is among them."""
    # In a bundle they may be there compiled alone.
    names = {path.name.partition(".")[0] for path in Path(catalogues.__path__[0]).iterdir()}
    return tuple(sorted(name.replace("_", "-") for name in names if name[:1].isalpha()))


@cache
def load(tag: str) -> Catalogue:
    """What a language that is `installed` holds."""
    return cast("Catalogue", import_module(f"{catalogues.__name__}.{tag.replace('-', '_')}"))


def match(tag: str, spoken: Sequence[str]) -> str | None:
    """Which of the ``spoken`` tags suits somebody who asks for ``tag``, any text at all; None if none does.

    Language and script have to be the same, where CLDR knows the script if nobody names it: ``zh-TW`` is
    ``zh-Hant``. Then the same region goes before none, and none before another: ``pt-PT`` gets ``pt-BR``.
    Among equals the first counts. Source: https://www.rfc-editor.org/rfc/rfc4647#section-3.4
    """
    if tag in spoken:
        return tag
    if not (wanted := _parts(tag)):
        return None
    language, script, region = wanted
    suitable = {
        each: (parts[1] == script, parts[2] == region, not parts[2])
        for each in spoken
        if (parts := _parts_of_spoken(each))
        if parts[0] == language and (parts[1] == script or not parts[1] or not script)
    }
    return max(suitable, key=suitable.__getitem__, default=None)


_LONGEST = 64  # characters; the registry's longest tags have half of that
_OTHER_NAMES = {"in": "id", "iw": "he", "ji": "yi", "mo": "ro", "no": "nb", "tl": "fil", "yue": "zh"}


def _parts(tag: str) -> tuple[str, str, str] | None:
    """Language, script and region of a tag in BCP 47's spelling or a locale's in POSIX's; None of rubbish."""
    first, *others = tag[:_LONGEST].partition(".")[0].replace("_", "-").lower().split("-")
    if not (first.isascii() and first.isalpha() and 2 <= len(first) <= 3):
        return None
    language, script, region = first, "", ""
    for part in others:
        if len(part) == 1:
            break  # what follows are extensions
        if part in {"cmn", "yue"}:
            language = part
        elif len(part) == 4 and part.isalpha():
            script = script or part.title()
        elif len(part) == 2 or (len(part) == 3 and part.isdecimal()):
            region = region or part.upper()
    language = "zh" if language == "cmn" else language
    if not script:
        from .catalogues._scripts import LIKELY

        script = LIKELY.get(f"{language}-{region}") or LIKELY.get(language, "")
    return _OTHER_NAMES.get(language, language), script, region


_parts_of_spoken = cache(_parts)
