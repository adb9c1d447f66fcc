"""What CLDR knows of a language, taken from Babel and written out so far that nobody interprets it later.

CLDR puts a narrow no-break space (U+202F) before AM and PM, and behind the year in Ukrainian. Many a mail
client's font has none, so it becomes the no-break space that all have (U+00A0).
"""

from __future__ import annotations

from datetime import date, time

from babel import Locale
from babel.core import get_global
from babel.dates import DateTimeFormat, get_datetime_format, tokenize_pattern
from babel.localedata import locale_identifiers

_CATEGORIES = ("zero", "one", "two", "few", "many", "other")
_YEAR = 2001  # it begins on a Monday; the text of a month is the same in every year
_SHOWN = {("E", 4): "{weekday}", ("d", 1): "{day}", ("y", 1): "{year}", ("m", 2): "{minute}"}


def direction(locale: Locale) -> str:
    """``ltr`` or ``rtl``, as HTML names it."""
    return "rtl" if locale.character_order == "right-to-left" else "ltr"


def dates(locale: Locale) -> tuple[str, ...]:
    """The full date in each of the twelve months; weekday, day and year are left open."""
    pattern = locale.date_formats["full"].pattern
    return tuple(_written(pattern, DateTimeFormat(date(_YEAR, month, 1), locale)) for month in range(1, 13))


def weekdays(locale: Locale) -> tuple[str, ...]:
    """The names of the seven days as they stand in a full date, Monday first."""
    return tuple(DateTimeFormat(date(_YEAR, 1, day), locale)["EEEE"] for day in range(1, 8))


def times(locale: Locale) -> tuple[str, ...]:
    """The short time in each of the 24 hours; the minute is left open.

    An hour has one name: where midnight sharp has its own, as in traditional Chinese, it goes by the hour's.
    """
    pattern = locale.time_formats["short"].pattern
    return tuple(_written(pattern, DateTimeFormat(time(hour, 30), locale)) for hour in range(24))


def date_time(locale: Locale) -> str:
    """How a full date and a time are put together."""
    joined = str(get_datetime_format("full", locale=locale)).replace("'", "")
    return _plain(joined.replace("{1}", "{date}").replace("{0}", "{time}"))


def plurals(locale: Locale) -> tuple[str, ...]:
    """CLDR's plural categories of the numbers from 0 to 999."""
    return tuple(locale.plural_form(number) for number in range(1000))


def likely_scripts() -> dict[str, str]:
    """The script that a language is written in (``zh``), and in which region in another (``zh-TW``).

    Only languages whose script depends on the region: of all others, nobody has to know it.
    """
    known = get_global("likely_subtags")
    likely = {tuple(tag.split("_")): full.split("_")[1] for tag, full in known.items()}
    scripts = {tag[0]: script for tag, script in likely.items() if len(tag) == 1}
    regional = {
        tag: script
        for tag, script in likely.items()
        if len(tag) == 2 and len(tag[1]) < 4 and scripts.get(tag[0], script) != script
    }
    by_default = {language: scripts[language] for language, _ in regional}
    return dict(sorted((by_default | {"-".join(tag): script for tag, script in regional.items()}).items()))


def rules() -> dict[str, tuple[str, tuple[str, ...], str]]:
    """Of each language its direction, its plural categories, and which of these 0 to 199 have."""
    known: dict[str, tuple[tuple[str, ...], str]] = {}
    found = {}
    for tag in locale_identifiers():
        if not tag.isalpha():
            continue
        locale = Locale.parse(tag)
        same = repr(locale.plural_form)
        if same not in known:
            of_each = [locale.plural_form(number) for number in range(200)]
            categories = tuple(category for category in _CATEGORIES if category in of_each)
            known[same] = categories, "".join(str(categories.index(category)) for category in of_each)
        found[tag] = direction(locale), *known[same]
    return dict(sorted(found.items()))


def _written(pattern: str, values: DateTimeFormat) -> str:
    """A pattern with all filled in but what is left open."""
    text = ""
    for _, token in tokenize_pattern(pattern):
        # what is no letter of a pattern stands for itself
        text += token if isinstance(token, str) else _SHOWN.get(token) or values[token[0] * token[1]]
    return _plain(text)


def _plain(text: str) -> str:
    return text.replace("\u202f", "\u00a0")
