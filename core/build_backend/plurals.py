"""The plural forms of a language: their order is the PO file's, their meaning CLDR's."""

from __future__ import annotations

from dataclasses import dataclass
from gettext import c2py

from babel import Locale

from . import cldr

_CATEGORIES = ("zero", "one", "two", "few", "many", "other")


@dataclass(frozen=True)
class Plurals:
    """Which form goes with which number."""

    categories: tuple[str, ...]
    """CLDR's name of each form."""
    indices: tuple[int, ...]
    """The form of each number from 0 to 199, after which all repeats itself by the hundred."""

    def numbers(self, form: int) -> list[int]:
        """The numbers that take a form."""
        return [number for number, index in enumerate(self.indices) if index == form]


def plurals(locale: Locale, count: int, expression: str) -> Plurals:
    """The forms as ``Plural-Forms`` has them, which gives their number and an expression in C.

    Raises:
        ValueError: they are not CLDR's.

    """
    expected = cldr.plurals(locale)
    indices = [int(c2py(expression)(number)) for number in range(len(expected))]
    taken = dict(zip(indices, expected, strict=True))
    for number, (index, category) in enumerate(zip(indices, expected, strict=True)):
        if taken[index] != category or index >= count or indices[expected.index(category)] != index:
            raise ValueError(f"Plural-Forms contradicts CLDR at n = {number}, which is “{category}” there")
        if number >= 200 and index != indices[100 + number % 100]:
            raise ValueError(f"its plural of {number} is not that of {100 + number % 100}, as it has to be")
    # A form for fractions or millions alone may be written, though nothing here counts so.
    known = locale.plural_form.tags | {"other"}
    spare = [each for each in _CATEGORIES if each in known and each not in taken.values()]
    if count > len(taken) + len(spare):
        raise ValueError(f"Plural-Forms has {count} forms, and CLDR knows {len(known)}")
    taken |= zip([index for index in range(count) if index not in taken], spare, strict=False)
    return Plurals(tuple(taken[index] for index in range(count)), tuple(indices[:200]))
