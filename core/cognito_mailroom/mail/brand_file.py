"""Reads ``brand.toml``, and names every mistake in it by its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from cognito_mailroom.settings.problems import Problems
from cognito_mailroom.settings.suggestions import did_you_mean

from . import contrast
from .brand_images import Images
from .brand_keys import converters

_WHERE = "MAILROOM_TEMPLATES: brand.toml"
_TABLES = ("brand", "clients", "pools")
# https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DescribeUserPoolClient.html
_IDS = {
    "clients": (r"(?a)[\w+]{1,128}", "the id of an app client, as Cognito shows it"),
    "pools": (r"(?a)\w[\w-]*_[0-9a-zA-Z]+", "the id of a user pool, such as eu-west-1_Ab3dEfGh9"),
}
_KEY = r"""(?:[\w-]+|"[^"]*"|'[^']*')"""
_PATH = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_HEADER = re.compile(rf"\s*\[\[?\s*({_PATH})\s*\]")
_ASSIGNMENT = re.compile(rf"\s*({_PATH})\s*=")


def read(file: Path, problems: Problems, known_languages: Iterable[str] | None = None) -> dict[str, Any]:
    """What the file says, as `Brands` takes it; what is at fault is left out, and added to ``problems``."""
    try:
        text = file.read_text("utf-8-sig")
        said = tomllib.loads(text)
    except UnicodeDecodeError:
        problems.add(f"{_WHERE} is not in UTF-8: save it so")
    except OSError as error:
        problems.add(f"{_WHERE} cannot be read: {error.strerror}")
    except tomllib.TOMLDecodeError as error:
        reason, _, place = str(error).rpartition(" (at ")
        line = re.match(r"line \d+", place)
        problems.add(f"{_WHERE}{f', {line[0]}' if line else ' at its end'}: it is not TOML: {reason}")
    except (ValueError, RecursionError):
        problems.add(f"{_WHERE} has a number too long or nests too deeply")
    else:
        images = Images(file.parent)
        reader = _Reader(_lines(text), converters(images, known_languages))
        tables = reader.tables(said)
        for _, fault in sorted(reader.faults):
            problems.add(fault)
        return {**tables, "images": images.by_id, "files": images.files}
    return {}


class _Reader:
    def __init__(
        self, lines: Mapping[tuple[str, ...], int], keys: Mapping[str, Callable[[Any], Any]]
    ) -> None:
        self._lines, self._keys = lines, keys
        self.faults: list[tuple[int, str]] = []
        """Each with its line, 0 where that is unknown."""

    def tables(self, said: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """``[brand]`` as the default, and by their ids the clients and pools."""
        for name in [name for name in said if name not in _TABLES]:
            if name in self._keys:
                self._fault((name,), f"{name} belongs to a table: put it below [brand]")
            else:
                self._fault((name,), f"there is no table [{name}]{did_you_mean(name, _TABLES)}")
        default = self._entry(("brand",), said.get("brand", {}), {})
        return {"default": default} | {
            kind: self._entries(kind, said.get(kind, {}), default) for kind in _IDS
        }

    def _entries(self, kind: str, said: object, default: Mapping[str, Any]) -> dict[str, Any]:
        pattern, wanted = _IDS[kind]
        if not isinstance(said, dict):
            self._fault((kind,), f"[{kind}]: want a table of each, [{kind}.ID]")
            return {}
        for each in said:
            if not re.fullmatch(pattern, each):
                self._fault((kind, each), f"[{kind}.{_printable(each)}]: want {wanted}")
        return {each: self._entry((kind, each), entry, default) for each, entry in said.items()}

    def _entry(self, table: tuple[str, ...], said: object, default: Mapping[str, Any]) -> dict[str, Any]:
        """The values of a table by the fields of `Brand`, with those that follow from them."""
        label = f"[{'.'.join(map(_printable, table))}]"
        if not isinstance(said, dict):
            self._fault(table, f"{label}: want a table")
            return {}
        entry = {}
        for key, value in said.items():
            if key not in self._keys:
                near = did_you_mean(key, self._keys)
                self._fault((*table, key), f"{label} {_printable(key)}: there is no such key{near}")
                continue
            try:
                entry["sender" if key == "from" else key] = self._keys[key](value)
            except ValueError as error:
                self._fault((*table, key), f"{label} {key}: {error}")
        if entry.get("logo_dark") and not ("logo" in said or default.get("logo")):
            self._fault((*table, "logo_dark"), f"{label} logo_dark: want a logo beside it")
        return _completed(entry)

    def _fault(self, path: tuple[str, ...], said: str) -> None:
        line = self._lines.get(path) or self._lines.get(path[:-1], 0)
        where = f", line {line}" if line else ""
        self.faults.append((line, f"{_WHERE}{where}: {said}"))


def _completed(entry: dict[str, Any]) -> dict[str, Any]:
    """With what goes by pairs: another brand's dark logo or colour would not go with this one's light."""
    if "logo" in entry:
        entry.setdefault("logo_dark", "")
    if "accent" in entry:
        entry["on_accent"] = contrast.ink(entry["accent"])
        entry.setdefault("accent_dark", contrast.nearest(entry["accent"], contrast.DARK))
    if "accent_dark" in entry:
        entry["on_accent_dark"] = contrast.ink(entry["accent_dark"])
    return entry


def _printable(key: str) -> str:
    return key if key.isprintable() and len(key) < 60 else "…"


def _lines(text: str) -> dict[tuple[str, ...], int]:
    """Where each table and key stands, which tomllib does not tell; by the names on the way to it."""
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), 1):
        if header := _HEADER.match(line):
            table = path = _names(header[1])
        elif assignment := _ASSIGNMENT.match(line):
            path = (*table, *_names(assignment[1]))
        else:
            continue
        for end in range(1, len(path) + 1):
            found.setdefault(path[:end], number)
    return found


def _names(path: str) -> tuple[str, ...]:
    return tuple(name.strip("\"'") for name in re.findall(_KEY, path))
