"""Writes files and folders beside their places, and puts them there when they are whole."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def replacing(out: Path, *, folder: bool = False) -> Iterator[Path]:
    """A path to write a file or a folder to, which takes the place of ``out`` at the end of the block.

    Whatever breaks the block off, ``out`` is as it was, and nothing is left beside it.

    Raises:
        OSError: there cannot be written, or is something other than a file or an empty folder.

    """
    out = Path(os.path.realpath(out))  # a link stays one
    if out.exists() and not (out.is_dir() if folder else out.is_file()):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as beside:
        made = Path(beside, out.name)
        yield made
        if out.is_dir():
            out.rmdir()  # where Windows would not replace it; fails if there is something in it
        made.replace(out)


@contextmanager
def replacing_within(folder: Path) -> Iterator[Path]:
    """A folder to write files to, which come into ``folder`` together, in place of those of their names.

    Raises:
        OSError: there cannot be written.

    """
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder, prefix=".") as beside:
        yield Path(beside)
        for made in sorted(Path(beside).iterdir()):
            made.replace(folder / made.name)
