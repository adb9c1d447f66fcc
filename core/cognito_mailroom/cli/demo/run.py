"""The demo from its first line to its last."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from rich.progress import track
from rich.table import Table
from rich.text import Text

from cognito_mailroom.cli.console import console
from cognito_mailroom.notification import Trigger

from .arrival import Arrival
from .gallery import write
from .stage import stage


def run(provider: str, out: Path) -> bool:
    """Shows everything on the console and in a gallery; returns whether all mails are as they ought to be."""
    screen = console()
    with stage(provider) as scene:
        screen.print("\n".join(scene.cast), style="dim")
        shown = track(Trigger, "Sending", console=screen, transient=True, disable=not screen.is_terminal)
        arrivals = [scene.perform(trigger) for trigger in shown]
    screen.print(_table(arrivals))
    try:
        index = write(out, arrivals)
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written to: {error.strerror}") from None
    good = sum(not arrival.fault for arrival in arrivals)
    everything = good == len(arrivals)
    count = Text(
        f"{good} of {len(arrivals)} mails arrived.", style="bold green" if everything else "bold red"
    )
    screen.print(count, f"Look at them: {index}", soft_wrap=True)
    screen.print("Next, with settings of your own: cognito-mailroom plugins --check", soft_wrap=True)
    return everything


def _table(arrivals: Sequence[Arrival]) -> Table:
    table = Table()
    for heading in ("Trigger", "Recipient", "Subject"):
        table.add_column(heading, overflow="fold")
    table.add_column("Event to inbox", justify="right", overflow="fold")
    for arrival in arrivals:
        subject = Text(arrival.fault, style="red") if arrival.fault else Text(arrival.subject)
        table.add_row(arrival.name, arrival.recipient, subject, arrival.duration)
    return table
