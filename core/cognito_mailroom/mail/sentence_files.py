"""Reads and checks the operator's files of sentences, ``sentences/TAG.toml``."""

from __future__ import annotations

import logging
import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from cognito_mailroom.settings.problems import Problems
from cognito_mailroom.settings.suggestions import did_you_mean

from .languages import AddedLanguage, Catalogue, canonical, installed, load, rules
from .sentences import PLACEHOLDER, TAG, Scopes, Sentence

_log = logging.getLogger("cognito_mailroom")
_SETTING = "MAILROOM_TEMPLATES"
# These an operator may name in any sentence, or leave out; what else the English names, theirs must, too.
_FREE = {"product_name", "email"}


def read(folder: Path, problems: Problems) -> tuple[Scopes, dict[str, AddedLanguage]]:
    """All files of the folder, and the languages that they add.

    Adds to ``problems`` each mistake with its file and key.
    """
    scopes: dict[str, dict[str, dict[str, Sentence]]] = {}
    added: dict[str, AddedLanguage] = {}
    for path in sorted(folder.rglob("*")):
        name = f"{folder.name}/{path.relative_to(folder)}"
        if path.is_dir() or path.name.startswith(".") or path.name.endswith("~"):
            continue
        if path.suffix != ".toml" or len(path.relative_to(folder).parts) > 2:
            problems.add(f"{_SETTING}: {name} is no file of sentences: want {folder.name}/de.toml")
            continue
        scope = path.parent.name if path.parent != folder else ""
        try:
            tag = canonical(path.stem)
            entries = tomllib.loads(path.read_text("utf-8-sig"))
        except ValueError as error:
            problems.add(f"{_SETTING}: {name}: {error}")
            continue
        except OSError as error:
            problems.add(f"{_SETTING}: {name} cannot be read: {error.strerror}")
            continue
        if tag not in installed() and tag not in added:
            if not (known := rules(tag)):
                problems.add(f"{_SETTING}: {name}: there is no language {tag!r} in CLDR")
                continue
            added[tag] = AddedLanguage(tag, *known)
        catalogue = added.get(tag) or load(tag)
        checked = dict[str, Any]()
        for key, entry in _entries(entries):
            if fault := _fault(key, entry, catalogue):
                problems.add(f"{_SETTING}: {name}: {fault}")
            else:
                checked[key] = entry
        _warn_of_stale(name, checked)
        scopes.setdefault(scope, {})[tag] = {key: _said(entry) for key, entry in checked.items()}
    _check_complete(scopes, added, problems)
    return scopes, added


def _entries(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The leaves: what has the key of a sentence, or is no table of such."""
    english = load("en").SENTENCES
    for name, value in table.items():
        key = prefix + name
        if isinstance(value, dict) and key not in english:
            yield from _entries(value, f"{key}.")
        else:
            yield key, value


def _fault(key: str, entry: Any, catalogue: Catalogue) -> str:
    """What is wrong with an entry, or an empty text."""
    english = load("en").SENTENCES
    if key not in english:
        return f"there is no sentence {key!r}{did_you_mean(key, english)}"
    said = _said(entry)
    written = english[key]
    if isinstance(written, str):
        if not isinstance(said, str):
            return f"{key}: want a text"
        return next(_faults(key, said, written), "")
    categories = catalogue.CATEGORIES
    if not isinstance(said, dict) or set(said) != set(categories):
        return f"{key}: want a table of its plural forms: {', '.join(categories)}"
    for category, form in said.items():
        once = Counter(catalogue.PLURALS)[str(categories.index(category))] == 1
        for fault in _faults(f"{key}.{category}", form, written[-1], may_lack="n" if once else ""):
            return fault
    return ""


def _faults(key: str, said: object, english: str, may_lack: Collection[str] = ()) -> Iterator[str]:
    """What is wrong with a sentence, the first reason first."""
    if not isinstance(said, str) or not said.strip():
        yield f"{key}: want a text"
        return
    wanted, named = set(PLACEHOLDER.findall(english)), set(PLACEHOLDER.findall(said))
    if re.search(r"[\x00-\x08\x0b-\x1f\u2066-\u2069]", said):
        yield f"{key}: it holds a control character"
    for unknown in sorted(named - wanted - _FREE):
        yield f"{key}: there is no {{{unknown}}} here{did_you_mean(unknown, wanted | _FREE)}"
    if re.search(r"[{}]", PLACEHOLDER.sub("", said)):
        yield f"{key}: a brace stands alone"
    for missing in sorted(wanted - named - _FREE - set(may_lack)):
        yield f"{key}: {{{missing}}} is missing"
    if Counter(TAG.findall(said)) != Counter(TAG.findall(english)):
        yield f"{key}: want the tags of the English: {' '.join(TAG.findall(english)) or 'none'}"


def _said(entry: Any) -> Any:
    """An entry without the English it was written for."""
    if not isinstance(entry, dict):
        return entry
    said = {name: value for name, value in entry.items() if name != "english"}
    return said.get("text", said) if set(said) == {"text"} else said


def _warn_of_stale(name: str, entries: Mapping[str, Any]) -> None:
    english = load("en").SENTENCES
    for key, entry in entries.items():
        written = english[key]
        if isinstance(entry, dict) and entry.get("english", written) not in {written, *written}:
            _log.warning("%s: %s was written for another English sentence than today's", name, key)


def _check_complete(scopes: Scopes, added: Mapping[str, AddedLanguage], problems: Problems) -> None:
    """A language that core does not speak has nothing to fall back on."""
    for tag in added:
        missing = load("en").SENTENCES.keys() - scopes.get("", {}).get(tag, {}).keys()
        if missing:
            first = ", ".join(sorted(missing)[:3])
            problems.add(
                f"{_SETTING}: sentences/{tag}.toml: {len(missing)} sentences are missing, such as {first}: "
                "a language that is added must be complete"
            )
