"""Checks an operator's sentence against the English one of its key."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterator
from typing import Any

from cognito_mailroom.settings.suggestions import did_you_mean

from .languages import Catalogue, load
from .sentences import PLACEHOLDER, TAG

log = logging.getLogger("cognito_mailroom")
# An operator may name these in any sentence, or leave them out; what else the English names, theirs must.
_FREE = {"product_name", "email"}
_TAGGED = re.compile(r"<([ab])>[^<>]+</\1>")
# Of white space a line's end and a tab may be there; of what turns the direction nothing.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def fault(key: str, entry: Any, catalogue: Catalogue) -> str:
    """What is wrong with an entry, or an empty text."""
    english = load("en").SENTENCES
    if key not in english:
        return f"there is no sentence {key!r}{did_you_mean(key, english)}"
    if isinstance(entry, dict) and not isinstance(entry.get("english", ""), str):
        return f"{key}.english: want a text"
    written, own = english[key], said(entry)
    if isinstance(written, str):
        return next(_faults(key, own, written), "")
    categories = catalogue.CATEGORIES
    if not isinstance(own, dict) or set(own) != set(categories):
        return f"{key}: want a table of its plural forms: {', '.join(categories)}"
    for category, form in own.items():
        # "an hour" may do without a number, "some hours" may not.
        once = catalogue.PLURALS.count(str(categories.index(category))) == 1
        for wrong in _faults(f"{key}.{category}", form, written[-1], optional="n" if once else ()):
            return wrong
    return ""


def said(entry: Any) -> Any:
    """An entry without the English it was written for."""
    if not isinstance(entry, dict):
        return entry
    own = {name: value for name, value in entry.items() if name != "english"}
    return own["text"] if own.keys() == {"text"} else own


def is_stale(key: str, entry: Any) -> bool:
    """Whether the English that a checked entry was written for is another by now."""
    written = load("en").SENTENCES[key]
    forms = (written,) if isinstance(written, str) else written
    return isinstance(entry, dict) and "english" in entry and entry["english"] not in forms


def _faults(key: str, own: object, english: str, optional: Collection[str] = ()) -> Iterator[str]:
    """What is wrong with a sentence, the first reason first."""
    if not isinstance(own, str) or not own.strip():
        yield f"{key}: want a text"
        return
    wanted, named = set(PLACEHOLDER.findall(english)), set(PLACEHOLDER.findall(own))
    if _CONTROL.search(own):
        yield f"{key}: it holds a control character"
    for unknown in sorted(named - wanted - _FREE):
        yield f"{key}: there is no {{{unknown}}} here{did_you_mean(unknown, wanted | _FREE)}"
    if re.search(r"[{}]", PLACEHOLDER.sub("", own)):
        yield f"{key}: a brace stands alone"
    for missing in sorted(wanted - named - _FREE - set(optional)):
        yield f"{key}: {{{missing}}} is missing"
    if _tags(own) != _tags(english):
        yield f"{key}: want the tags of the English: {' '.join(TAG.findall(english)) or 'none'}"


def _tags(text: str) -> tuple[list[str], int]:
    """The elements in any order, since that is the language's, and how many tags there are, closed or not."""
    return sorted(_TAGGED.findall(text)), len(TAG.findall(text))
