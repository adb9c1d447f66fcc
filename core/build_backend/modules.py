"""Writes the sentences of each language, and what CLDR knows of it, into a Python module of plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from pprint import pformat

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Message

from . import cldr
from .plurals import plurals
from .translations import Mistake, english, entries, read, translated

_TEMPLATE, _ENGLISH = "mails.pot", "en"
_HEAD = '"""Made from {} when this was built: change that, and install again."""\n\n'


def write_all(translations: Path, folder: Path) -> None:
    """Writes a module for each PO file, for English, and what CLDR has for all others; removes all others.

    Raises:
        SystemExit: something is wrong with a translation; pip shows these sentences and no stack trace.

    """
    problems = list[str]()
    modules = {
        "_scripts.py": _module("CLDR's likely scripts", {"LIKELY": cldr.likely_scripts()}),
        "_rules.py": _module("CLDR's rules of plurals and directions", {"RULES": cldr.rules()}),
    }
    modules |= dict(_languages(translations, problems))
    if problems:
        raise SystemExit("\n".join(f"{translations.name}/{problem}." for problem in problems))
    for path in folder.glob("*.py"):
        if path.name not in {"__init__.py", *modules}:
            path.unlink()
    for name, code in modules.items():
        _write(folder / name, code)


def _languages(translations: Path, problems: list[str]) -> Iterator[tuple[str, str]]:
    """The module of each language by its name."""
    template: dict[str, Message] | None = None
    for path in [translations / _TEMPLATE, *sorted(translations.glob("*.po"))]:
        tag = _ENGLISH if template is None else path.stem
        try:
            catalog = read(path)
            locale = Locale.parse(tag, sep="-")
            forms = plurals(locale, catalog.num_plurals, catalog.plural_expr)
        except (Mistake, ValueError, ArithmeticError, UnknownLocaleError) as error:
            problems.append(str(error) if isinstance(error, Mistake) else f"{path.name}: {error}")
            if template is None:
                return
            continue
        if template is None:
            template = entries(catalog)
            sentences = english(template)
        else:
            sentences = translated(path.name, entries(catalog), template, forms, problems)
        data = {
            "LANGUAGE": tag,
            "DIRECTION": cldr.direction(locale),
            "CATEGORIES": forms.categories,
            "PLURALS": "".join(map(str, forms.indices)),
            "DATES": cldr.dates(locale),
            "WEEKDAYS": cldr.weekdays(locale),
            "TIMES": cldr.times(locale),
            "DATE_TIME": cldr.date_time(locale),
            "SENTENCES": sentences,
        }
        yield f"{tag.replace('-', '_')}.py", _module(f"{translations.name}/{path.name}", data)


def _module(source: str, data: Mapping[str, object]) -> str:
    lines = (f"{name} = {pformat(value, width=110, sort_dicts=False)}\n" for name, value in data.items())
    return _HEAD.format(source) + "".join(lines)


def _write(path: Path, code: str) -> None:
    """Replaces a file at once, and only where it changes: others may be importing it."""
    if path.exists() and path.read_text("utf-8") == code:
        return
    new = path.with_suffix(".new")
    new.write_text(code, "utf-8")
    new.replace(path)
