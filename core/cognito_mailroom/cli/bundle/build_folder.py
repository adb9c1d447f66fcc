"""The folder that a bundle is built in, and which distribution each file belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from attrs import field, frozen

Files = Iterator[tuple[str, bytes]]
"""Paths below the folder that Lambda puts on Python's path, and what they hold."""


@frozen
class Part:
    """One distribution of a bundle, or what else is in it."""

    name: str
    version: str = ""
    source: str = ""


def both_bring(one: str, other: str, path: str) -> click.ClickException:
    """The error of two parts that bring one file, each its own."""
    return click.ClickException(
        f"{one} and {other} both bring a file {path}, and not the same one: one would hide the other's, so "
        "leave one of them out."
    )


@frozen
class BuildFolder:
    """Files as Lambda will find them, below the folder that it puts on the path."""

    folder: Path
    parts: dict[str, Part] = field(factory=dict)
    """What each file belongs to, by its path."""

    def add(self, part: Part, files: Files) -> None:
        """Puts files in their place.

        Raises:
            click.ClickException: a file would come to lie elsewhere, or in the place of another part's.

        """
        for path, content in files:
            if ".." in (place := self.folder / path).parts or self.folder not in place.parents:
                raise click.ClickException(f"{part.name} holds a file that is not to be in a package: {path}")
            if path in self.parts and place.read_bytes() != content:
                raise both_bring(self.parts[path].name, part.name, path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
            self.parts[path] = part

    def take_in(self, made: Path, source: Path) -> None:
        """Counts a file that was made here to the part that its source belongs to."""
        path, origin = (each.relative_to(self.folder).as_posix() for each in (made, source))
        self.parts[path] = self.parts[origin]
