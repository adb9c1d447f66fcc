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

    Whatever breaks the block off, ``out`` is as it was, and nothing is left beside it. An empty folder is
    filled and not replaced: it may be mounted, somebody's current one, or in one that cannot be written to.

    Raises:
        OSError: there cannot be written, or is something other than a file or an empty folder.

    """
    out = Path(os.path.realpath(out))  # a link stays one
    if out.exists() and not (out.is_dir() if folder else out.is_file()):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    if out.is_dir():
        if any(out.iterdir()):
            raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY))
        with replacing_within(out) as made:
            yield made
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as beside:
        made = Path(beside, out.name)
        yield made
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
