"""Runs the demo: sends each mail, prints a table, writes the gallery."""

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
from .received import Received
from .sandbox import sandbox


def run(provider: str, out: Path) -> bool:
    """Shows everything on the console and in a gallery; returns whether all mails are as they ought to be."""
    screen = console()
    with sandbox(provider) as stand_ins:
        screen.print("\n".join(stand_ins.description), style="dim")
        shown = track(Trigger, "Sending", console=screen, transient=True, disable=not screen.is_terminal)
        received = [stand_ins.send(trigger) for trigger in shown]
    screen.print(_table(received))
    try:
        index = write(out, received)
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written to: {error.strerror}") from None
    good = sum(not each.fault for each in received)
    everything = good == len(received)
    count = Text(
        f"{good} of {len(received)} mails arrived.", style="bold green" if everything else "bold red"
    )
    screen.print(count, f"Look at them: {index}", soft_wrap=True)
    screen.print("Next, with settings of your own: cognito-mailroom plugins --check", soft_wrap=True)
    return everything


def _table(received: Sequence[Received]) -> Table:
    table = Table()
    for heading in ("Trigger", "Recipient", "Subject"):
        table.add_column(heading, overflow="fold")
    table.add_column("Event to inbox", justify="right", overflow="fold")
    for each in received:
        subject = Text(each.fault, style="red") if each.fault else Text(each.subject)
        table.add_row(each.name, each.recipient, subject, each.duration)
    return table
