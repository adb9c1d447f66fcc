"""Holds what goes into a bundle to what is installed here, by the digests that an installer wrote down."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import Distribution, PackagePath
from pathlib import Path

import click

from .build_folder import Files, both_bring

_COMPILED = {".pyc", ".so", ".pyd", ".dylib", ".dll"}  # each machine has its own


def check_installed(distributions: Iterable[Distribution], is_needed: Callable[[str], bool]) -> None:
    """Checks that the files which the function needs are those that were installed.

    Raises:
        click.ClickException: two distributions bring one, or it was changed since, or is gone: what is tested
            here is not what is deployed.

    """
    claims: dict[str, tuple[Distribution, PackagePath, str]] = {}
    for distribution in distributions:
        for path, digest in _recorded(distribution):
            if is_needed(name := path.as_posix()):
                owner, _, other = claims.setdefault(name, (distribution, path, digest))
                if other != digest:
                    raise both_bring(owner.name, distribution.name, name)
    for owner, path, digest in claims.values():
        place = Path(path.locate())
        if not place.is_file() or _digest(place.read_bytes()) != digest:
            raise click.ClickException(
                f"{owner.name} {owner.version} is not as it was installed: {path} was changed or removed. "
                "Install it anew, with pip's --force-reinstall."
            )


def checked(files: Files, distribution: Distribution) -> Files:
    """The files of a distribution's wheel for the function's machine, each held to the one installed here.

    Raises:
        click.ClickException: the index has something else under this version.

    """
    recorded = {path.as_posix(): digest for path, digest in _recorded(distribution)}
    for path, content in files:
        if path in recorded and _digest(content) != recorded[path]:
            raise click.ClickException(
                f"The wheel of {distribution.name} {distribution.version} for the function's machine is not "
                f"what is installed here: {path} differs. Install it from the index that pip asks now, or "
                "point pip to where it was installed from."
            )
        yield path, content


def _recorded(distribution: Distribution) -> Iterator[tuple[PackagePath, str]]:
    """The files with a SHA-256; lines without one, or an installer that wrote none down, say nothing.

    Source: https://packaging.python.org/en/latest/specifications/recording-installed-packages/
    """
    for path in distribution.files or ():
        own = path.suffix in _COMPILED or ".." in path.parts or path.parts[0].endswith(".dist-info")
        if path.hash is not None and path.hash.mode == "sha256" and not own:
            yield path, path.hash.value


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
