"""Prints what a bundle contains and what was left out, by size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from .build_folder import BuildFolder, Part
from .packing import digest


def show(
    screen: Console, build_folder: BuildFolder, left_out: Counter[str], out: Path, written: Mapping[str, int]
) -> None:
    """Prints both tables, and the digest; ``written`` is the size that each file has in ``out``."""
    screen.print(_contents(build_folder, written))
    screen.print(_left_out(left_out))
    size = out.stat().st_size if out.is_file() else sum(written.values())
    screen.print(f"{out}: {_megabytes(size)}, SHA-256 {digest(out)}", soft_wrap=True)


def _contents(build_folder: BuildFolder, written: Mapping[str, int]) -> Table:
    unpacked, packed = Counter[Part](), Counter[Part]()
    for path, part in build_folder.parts.items():
        unpacked[part] += (build_folder.folder / path).stat().st_size
        packed[part] += written[path]
    table = Table("What is in it", "Version", "From")
    for heading in ("Unpacked", "In the bundle"):
        table.add_column(heading, justify="right")
    for part, size in sorted(packed.items(), key=lambda row: (-row[1], row[0].name)):
        row = part.name, part.version, part.source, _megabytes(unpacked[part]), _megabytes(size)
        table.add_row(*row)
    table.add_section()
    table.add_row("all", "", "", _megabytes(unpacked.total()), _megabytes(packed.total()))
    return table


def _left_out(left_out: Counter[str]) -> Table:
    table = Table("What is left out")
    table.add_column("Unpacked", justify="right")
    for reason, size in left_out.most_common():
        table.add_row(reason, _megabytes(size))
    return table


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.2f} MB"
