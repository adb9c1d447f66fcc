"""What pip calls: setuptools, after a Python module is written for each language of the mails.

A mail loads plain data, and neither reads PO files nor asks CLDR: that is done here, once. Nothing of
what is written is committed. Source of the hooks: https://peps.python.org/pep-0517/ and pep-0660.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from shutil import rmtree

from setuptools import build_meta
from setuptools.build_meta import (
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

_CORE = Path(__file__).parents[1]
_CATALOGUES = Path("cognito_mailroom/mail/catalogues")


def _write_modules() -> None:
    """Writes the modules, unless those that are there were made of all that is there now."""
    folder = _CORE / _CATALOGUES
    stamp = folder / ".made"
    if stamp.is_file() and stamp.read_text("utf-8") == _state(folder):
        return
    from .modules import write_all  # which takes Babel

    write_all(_CORE / "translations", folder)
    stamp.write_text(_state(folder), "utf-8")


def _state(folder: Path) -> str:
    """The digest of the translations and of what makes modules of them, and the names of the modules."""
    digest = sha256(version("babel").encode())
    for path in sorted([*(_CORE / "translations").iterdir(), *Path(__file__).parent.glob("*.py")]):
        digest.update(path.name.encode() + path.read_bytes())
    return " ".join([digest.hexdigest(), *sorted(path.name for path in folder.glob("*.py"))])


def _after_writing(build: Callable[..., str]) -> Callable[..., str]:
    """A hook that writes the modules before setuptools looks what there is."""

    @wraps(build)
    def hook(*arguments: object, **named: object) -> str:
        _write_modules()
        # What setuptools left here last time would go into the next wheel, a language that is gone included.
        rmtree(Path("build/lib") / _CATALOGUES, ignore_errors=True)
        return build(*arguments, **named)

    return hook


build_editable = _after_writing(build_meta.build_editable)
build_sdist = _after_writing(build_meta.build_sdist)
build_wheel = _after_writing(build_meta.build_wheel)
