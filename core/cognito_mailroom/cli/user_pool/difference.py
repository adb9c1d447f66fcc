"""Shows what a change would do to a pool, before it is made."""

from __future__ import annotations

from collections.abc import Iterator

import click

from .lambda_config import Config, in_words
from .pool import Pool

_COLOURS = {"-": "red", "+": "green"}
Line = tuple[str, str, str]
"""``-`` or ``+``, the name of what goes or comes, and its value."""


def of_configs(was: Config, will: Config, of: str = "LambdaConfig") -> Iterator[Line]:
    """The lines on which two Lambda configurations differ, or two notes of what was there before."""
    for name in sorted({*was, *will}):
        if was.get(name) != will.get(name):
            for sign, config in (("-", was), ("+", will)):
                if name in config:
                    yield sign, f"{of}.{name}", in_words(config[name])


def show(pool: Pool, lines: list[Line]) -> None:
    """Prints the lines under the pool that they are of; none of a pool's other settings is among them."""
    click.echo(f"User pool {pool.id} ({pool.name})")
    width = max((len(name) for _, name, _ in lines), default=0)
    for sign, name, value in lines:
        click.secho(f"{sign} {name:{width}}  {value}", fg=_COLOURS[sign])


def is_to_be_made(lines: list[Line], *, yes: bool) -> bool:
    """Whether there is something to do, and leave to do it; says so where not."""
    if not lines:
        click.echo("It is so already: nothing to do.")
    elif not yes:
        click.echo("Nothing was changed; add --yes.")
    return bool(lines) and yes
