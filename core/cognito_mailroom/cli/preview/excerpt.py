"""The lines of a file around a mistake that an error names."""

from __future__ import annotations

import re
from pathlib import Path

from attrs import frozen

from cognito_mailroom.mail.environment import DEFAULTS

_PLACE = re.compile(r"(?P<name>[\w./-]+\.(?:html|txt|subject|toml))\b[^;]*?\bline (?P<line>\d+)")
_AROUND = 3  # lines


@frozen
class Excerpt:
    """Where it is: ``lines`` are numbered, and ``line`` is the number of the one that is named."""

    file: str
    line: int
    lines: tuple[tuple[int, str], ...]


def excerpt(error: str, folder: Path | None) -> Excerpt | None:
    """What an error speaks of; None where it names no file with a line, or the file is gone."""
    if not (place := _PLACE.search(error)):
        return None
    name, line = place["name"], int(place["line"])
    for path in (*([folder / name] if folder else ()), DEFAULTS / name.removeprefix("default/")):
        try:
            found = path.read_text("utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError):
            continue
        first = max(line - _AROUND, 1)
        return Excerpt(str(path), line, tuple(enumerate(found[first - 1 : line + _AROUND], first)))
    return None
