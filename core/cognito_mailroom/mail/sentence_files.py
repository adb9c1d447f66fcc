"""Reads and checks the operator's files of sentences: see `own_sentences`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cognito_mailroom.settings.problems import Problems

from .folder import files
from .language_tags import canonical, rules
from .languages import AddedLanguage, Catalogue, installed, load, match
from .sentence_entries import fault, is_stale, log, said
from .sentences import Scopes, Sentence

_NAME = re.compile(r"sentences/(?:([^/]+)/)?([^/]+)\.toml")


def read(folder: Path, problems: Problems) -> tuple[Scopes, dict[str, AddedLanguage]]:
    """What all files say, and the languages that they add.

    Adds to ``problems`` each mistake with its file and key.
    """
    reader = _Reader(folder, problems)
    for name in files(folder):
        if name.startswith("sentences/"):
            reader.read(name)
    reader.check_complete()
    return reader.scopes, reader.added


class _Reader:
    def __init__(self, folder: Path, problems: Problems) -> None:
        self._folder, self._problems = folder, problems
        self.scopes: dict[str, dict[str, dict[str, Sentence]]] = {}
        self.added: dict[str, AddedLanguage] = {}
        self._named: dict[str, set[str]] = {}
        """The keys, faulty ones among them, of what counts for all brands, by language."""

    def read(self, name: str) -> None:
        try:
            scope, tag = _place(name)
            catalogue, table = self._catalogue(tag), _parsed(self._folder / name)
            checked = self._begun(scope, tag)
        except ValueError as error:
            self._problem(name, str(error))
            return
        for key, entry in _entries(table):
            if not scope:
                self._named.setdefault(tag, set()).add(key)
            if wrong := fault(key, entry, catalogue):
                self._problem(name, wrong)
                continue
            checked[key] = said(entry)
            if is_stale(key, entry):
                log.warning("%s: %s was written for another English sentence than today's", name, key)

    def check_complete(self) -> None:
        """A language that core does not speak has nothing to fall back on."""
        for tag in self.added:
            missing = sorted(load("en").SENTENCES.keys() - self._named.get(tag, set()))
            if missing:
                more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
                near = match(tag, installed())
                or_else = f"; to change some of {near}, name it {near}.toml" if near else ""
                self._problem(
                    f"sentences/{tag}.toml",
                    f"core does not speak {tag}, so that it has to be complete, and lacks "
                    f"{', '.join(missing[:3])}{more}{or_else}",
                )

    def _catalogue(self, tag: str) -> Catalogue:
        if tag in installed():
            return load(tag)
        if tag not in self.added:
            if not (known := rules(tag)):
                raise ValueError(f"CLDR knows no language {tag!r}")
            self.added[tag] = AddedLanguage(tag, *known)
        return self.added[tag]

    def _begun(self, scope: str, tag: str) -> dict[str, Sentence]:
        languages = self.scopes.setdefault(scope, {})
        if tag in languages:
            raise ValueError(f"another file is of {tag}, too: put both into one")
        return languages.setdefault(tag, {})

    def _problem(self, name: str, words: str) -> None:
        self._problems.add(f"MAILROOM_TEMPLATES: {name}: {words}")


def _place(name: str) -> tuple[str, str]:
    """The client or pool that a file is for, and the tag of its language."""
    if not (found := _NAME.fullmatch(name)):
        raise ValueError("this is no file of sentences, such as sentences/de.toml or sentences/POOL/de.toml")
    return found[1] or "", canonical(found[2])


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError("it is not in UTF-8: save it so") from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"it is not TOML: {error}") from None
    except (ValueError, RecursionError):
        raise ValueError("it has a number too long or nests too deeply") from None
    except OSError as error:
        raise ValueError(f"it cannot be read: {error.strerror}") from None


def _entries(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The leaves: what has the key of a sentence, or is no table of such."""
    english = load("en").SENTENCES
    for name, value in table.items():
        key = prefix + name
        if isinstance(value, dict) and key not in english:
            yield from _entries(value, f"{key}.")
        else:
            yield key, value
