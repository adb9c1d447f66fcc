"""Reads the files of distributions that pip installed from a folder or an archive."""

from __future__ import annotations

import json
from importlib.metadata import Distribution
from typing import Any

import click

from .build_folder import Files


def origin(distribution: Distribution) -> dict[str, Any] | None:
    """What pip wrote down of where it comes from; None if that was an index.

    Source: https://packaging.python.org/en/latest/specifications/direct-url/
    """
    text = distribution.read_text("direct_url.json")
    return json.loads(text) if text else None


def is_editable(distribution: Distribution) -> bool:
    """Whether it is installed as a link to its source."""
    return bool((origin(distribution) or {}).get("dir_info", {}).get("editable"))


def contents(distribution: Distribution) -> Files:
    """The files it installed, but for scripts and what was compiled here.

    Raises:
        click.ClickException: it holds machine code, which is for this machine.

    """
    if "Root-Is-Purelib: true" not in (distribution.read_text("WHEEL") or ""):
        raise click.ClickException(
            f"{distribution.name} is not plain Python, but was installed from a folder or an archive: "
            "install it by name, from where pip finds its wheels for the function's machine too."
        )
    for path in distribution.files or ():
        if ".." not in path.parts and path.suffix != ".pyc":
            yield path.as_posix(), path.read_binary()
