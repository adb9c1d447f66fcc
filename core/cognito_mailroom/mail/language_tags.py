"""The tags of languages that operators add, and what CLDR knows of these."""

from __future__ import annotations

import re

_TAG = re.compile(r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|[0-9]{3}))?", re.ASCII | re.IGNORECASE)
_SCRIPTS_FROM_THE_RIGHT = {"Adlm", "Arab", "Hebr", "Nkoo", "Rohg", "Syrc", "Thaa"}


def canonical(tag: str) -> str:
    """A tag in BCP 47's spelling, ``pt_br`` as ``pt-BR``.

    Raises:
        ValueError: it is none.

    """
    if not (found := _TAG.fullmatch(tag)):
        raise ValueError("its name has to be the tag of a language, such as de or pt-BR")
    language, script, region = (part or "" for part in found.groups())
    return "-".join(filter(None, (language.lower(), script.title(), region.upper())))


def rules(tag: str) -> tuple[str, tuple[str, ...], str] | None:
    """Direction, plural categories and plurals of a canonical tag's language; None of an unknown one."""
    from .catalogues._rules import RULES  # of all languages that there are

    language, *others = tag.split("-")
    if not (known := RULES.get(language)):
        return None
    direction, categories, plurals = known
    if others and len(others[0]) == len("Arab"):
        direction = "rtl" if others[0] in _SCRIPTS_FROM_THE_RIGHT else "ltr"
    return direction, categories, plurals
