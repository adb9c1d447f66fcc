"""What an operator's folder makes of example data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cognito_mailroom.mail.checking import check, example_renderer
from cognito_mailroom.mail.examples import example
from cognito_mailroom.mail.variables import NAMES
from cognito_mailroom.settings.problems import Problems

FULL = {name: f"some {name}" for name in NAMES}


def problems(folder: Path) -> str:
    """What is wrong with the folder, in one sentence."""
    found = Problems()
    renderer = example_renderer(folder, found)
    check(renderer, found, extended=False)
    return str(found.error()) if found else ""


def bodies(folder: Path | None, slug: str, known: Mapping[str, str] = FULL) -> tuple[str, str]:
    """The text and the HTML of a mail with these variables."""
    return example_renderer(folder, Problems()).bodies(example(slug), {**known, "trigger": slug})


def subject(folder: Path | None, slug: str, known: Mapping[str, str] = FULL) -> str:
    """The subject of a mail with these variables."""
    return example_renderer(folder, Problems()).subject(example(slug), {**known, "trigger": slug})
