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

from .gallery import write
from .stage import Arrival, stage


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
    screen.print("What to set for real ones: cognito-mailroom plugins", soft_wrap=True)
    return everything


def _table(arrivals: Sequence[Arrival]) -> Table:
    table = Table("Trigger", "Recipient", "Subject")
    table.add_column("Event to inbox", justify="right")
    for arrival in arrivals:
        subject = Text(arrival.fault, style="red") if arrival.fault else Text(arrival.subject)
        table.add_row(arrival.name, arrival.recipient, subject, arrival.duration)
    return table
