"""Writes the zip or folder reproducibly: the same files make the same bytes."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

# The earliest that a zip can tell, in both notations.
_TIME, _EPOCH = (1980, 1, 1, 0, 0, 0), 315_532_800
_MODE = 0o100644  # Lambda runs as a user of its own, which must be able to read all files
_UNIX = 3
_HEADERS = 30 + 46  # bytes for each file, its name aside, before it and in the directory


def names(folder: Path) -> list[str]:
    """The paths of all files, in order."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def pack(folder: Path, prefix: str, out: Path) -> Iterator[tuple[str, int]]:
    """Writes a zip; gives each file with the bytes it takes there."""
    with ZipFile(out, "w") as archive:
        for name in names(folder):
            entry = ZipInfo(prefix + name, _TIME)
            entry.create_system, entry.external_attr = _UNIX, _MODE << 16
            archive.writestr(entry, (folder / name).read_bytes(), ZIP_DEFLATED, compresslevel=9)
            yield name, entry.compress_size + _HEADERS + 2 * len(entry.filename)


def place(folder: Path, prefix: str, out: Path) -> Iterator[tuple[str, int]]:
    """Writes a folder; gives each file with its size."""
    for name in names(folder):
        path = out / prefix / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / name, path)
        path.chmod(_MODE & 0o777)
        os.utime(path, (_EPOCH, _EPOCH))
        yield name, path.stat().st_size


def digest(out: Path) -> str:
    """SHA-256: of a zip, or of the names and digests of all files in a folder."""
    if out.is_file():
        return hashlib.sha256(out.read_bytes()).hexdigest()
    each = (f"{digest(out / name)}  {name}\n" for name in names(out))
    return hashlib.sha256("".join(each).encode()).hexdigest()
