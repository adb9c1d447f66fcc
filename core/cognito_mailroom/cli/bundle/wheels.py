"""Fetches wheels for the target machine, in the versions that are installed here."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import Distribution
from pathlib import Path
from zipfile import ZipFile

import click
from packaging.utils import canonicalize_name, parse_wheel_filename

from . import subprocesses
from .build_folder import Files
from .target import Target


def fetch(
    distributions: Sequence[Distribution], target: Target, folder: Path, collecting: Callable[[], None]
) -> dict[str, Path]:
    """Their wheels by canonical name; ``collecting`` is called as pip begins with each.

    Raises:
        click.ClickException: pip cannot get one, in pip's own words.

    """
    options = ["--no-deps", "--only-binary=:all:", f"--dest={folder}", *target.pip_options]
    pins = [f"{distribution.name}=={distribution.version}" for distribution in distributions]
    _pip(
        "download",
        *options,
        *pins,
        folder=folder,
        heard=lambda line: collecting() if line.startswith("Collecting ") else None,
    )
    return {canonicalize_name(parse_wheel_filename(path.name)[0]): path for path in folder.glob("*.whl")}


def build(distribution: Distribution, folder: Path) -> Path:
    """A new wheel of a distribution that is installed in editable mode, which has no files of its own."""
    folder.mkdir()
    # setuptools would build in the source tree, where it also finds what it built last time.
    own = folder / "setuptools.cfg"
    own.write_text(f"[build]\nbuild_base = {folder / 'build'}\n[egg_info]\negg_base = {folder}\n", "utf-8")
    source = json.loads(distribution.read_text("direct_url.json") or "")["url"]
    wheel = ("wheel", "--no-deps", f"--wheel-dir={folder}", source)
    _pip(*wheel, folder=folder, DIST_EXTRA_CONFIG=str(own))
    return next(folder.glob("*.whl"))


def contents(wheel: Path) -> Files:
    """The files of a wheel, where an installer would put them beside each other; no scripts and no headers.

    Source: https://packaging.python.org/en/latest/specifications/binary-distribution-format/
    """
    with ZipFile(wheel) as archive:
        for name in archive.namelist():
            first, _, rest = name.partition("/")
            if first.endswith(".data"):
                scheme, _, path = rest.partition("/")
                path = path if scheme in {"purelib", "platlib"} else ""
            else:
                path = name
            if path and not path.endswith("/"):
                yield path, archive.read(name)


def _pip(
    *arguments: str, folder: Path, heard: Callable[[str], None] = lambda _: None, **environment: str
) -> None:
    """Runs pip, which puts its temporary files into ``folder``; ``heard`` gets each line it says."""
    options = ["--disable-pip-version-check", "--no-input", "--progress-bar=off"]
    said = []

    def hear(line: str) -> None:
        said.append(line)
        heard(line)

    command = [sys.executable, "-m", "pip", *arguments, *options]
    if subprocesses.run(command, {**os.environ, "TMPDIR": str(folder), **environment}, hear):
        # A line that ends in a colon announces a traceback, of which the last line tells most.
        errors = [line for line in said if line.startswith("ERROR: ") and not line.endswith(":")]
        words = [*filter(None, said), *errors][-1].removeprefix("ERROR: ")
        raise click.ClickException(f"pip {arguments[0]}: {words}")
