"""What lies in the folder that ``MAILROOM_TEMPLATES`` names: brand, images, sentences, templates.

A bundle's folder holds what is made of these as well, and a digest of what it was made of and checked.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import jinja2

_COMPILED = "__compiled__"
_DIGEST = "digest"
_IMAGES = (".png", ".jpg", ".jpeg", ".gif")


def files(folder: Path) -> list[str]:
    """The names of an operator's files; what is made of them is none, nor what editors leave behind."""
    names = jinja2.FileSystemLoader(folder).list_templates()
    return [name for name in names if not any(map(_is_none_of_theirs, name.split("/")))]


def images(folder: Path) -> list[str]:
    """Those that a brand may show."""
    return [name for name in files(folder) if name.lower().endswith(_IMAGES)]


def templates(folder: Path) -> list[str]:
    """Those that are templates, or have no other place here."""
    return [
        name
        for name in files(folder)
        if name != "brand.toml" and not name.startswith("sentences/") and not name.lower().endswith(_IMAGES)
    ]


def compiled_into(folder: Path) -> Path:
    """Where what is made of a folder lies."""
    return folder / _COMPILED


def compiled(folder: Path | None) -> Path | None:
    """What was made of a folder ahead, and checked then; None where the folder is another by now."""
    if folder is None or not (made := folder / _COMPILED).is_dir():
        return None
    digest = made / _DIGEST
    return made if digest.is_file() and digest.read_text("ascii") == _digest(folder) else None


def seal(folder: Path) -> None:
    """Says of what is made of a folder that it goes with the folder as it is."""
    (folder / _COMPILED / _DIGEST).write_text(_digest(folder), "ascii")


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in files(folder):
        content = (folder / name).read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _is_none_of_theirs(name: str) -> bool:
    return (
        name.startswith((".", "#", _COMPILED))
        or name.endswith(("~", ".bak", ".orig", ".tmp"))
        or name.lower() in {"thumbs.db", "desktop.ini"}
    )
