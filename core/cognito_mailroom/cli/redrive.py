"""``cognito-mailroom redrive``: sends the events of a dead-letter queue once more."""

from __future__ import annotations

import os
from collections import Counter
from time import time

import click
import environ
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from cognito_mailroom.cognito.envelope import unwrap
from cognito_mailroom.cognito.event import Request
from cognito_mailroom.errors import EventError
from cognito_mailroom.mail.variables import in_words
from cognito_mailroom.settings.core import Validity
from cognito_mailroom.settings.problems import Problems
from cognito_mailroom.settings.reading import read

from .console import console
from .dead_letters import DeadLetters, HandOn, Letter, to_function, to_queue

_OUTCOMES = ("replayed", "expired", "left", "failed")


@environ.config(prefix="MAILROOM", frozen=True)
class _Settings:
    validity: Validity = environ.group(Validity)


@click.command("redrive")
@click.argument("dead_letter_queue", metavar="DLQ_URL")
@click.option("--function", metavar="NAME", help="Invoke the function behind the trigger, asynchronously.")
@click.option("--queue", metavar="URL", help="Send to the queue that handler.queue_handler works off.")
@click.option("--dry-run", is_flag=True, help="Show what would happen, and change nothing.")
@click.option("--limit", metavar="N", type=click.IntRange(min=1), help="Stop after so many messages.")
def command(
    *, dead_letter_queue: str, function: str | None, queue: str | None, dry_run: bool, limit: int | None
) -> None:
    """Replay the events in the dead-letter queue at DLQ_URL.

    They may stand there as they were, or in Lambda's record of a failed invocation. An event that has
    outlived its code (MAILROOM_VALIDITY_...) is deleted; what is no event of ours stays where it is. A
    message is deleted only after its event was handed on. While the command runs, the messages are hidden
    from others who read the queue.
    """
    if (function is None) == (queue is None):
        raise click.UsageError("Say where the events go: either --function or --queue.")
    if queue == dead_letter_queue:
        raise click.UsageError("The events cannot go to the very queue that they come from.")
    problems = Problems()
    settings = read(_Settings, os.environ, problems)
    if settings is None:
        raise problems.error()
    hand_on = to_function(function) if function else to_queue(str(queue))
    counts: Counter[str] = Counter()
    watched = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with (
        DeadLetters(dead_letter_queue, limit) as letters,
        Progress(*columns, console=watched, transient=True, disable=not watched.is_terminal) as progress,
    ):
        task = progress.add_task("Looking" if dry_run else "Replaying", total=letters.total)
        for letter in letters:
            outcome, reason = _redrive(letter, letters, hand_on, settings.validity, dry_run=dry_run)
            counts[outcome] += 1
            if dry_run or outcome in {"left", "failed"}:
                click.echo(f"{letter.id}: {'would be ' if dry_run else ''}{outcome}: {reason}", err=True)
            progress.advance(task)
    _show(counts, dry_run=dry_run)
    raise SystemExit(counts["failed"] > 0)


def _redrive(
    letter: Letter, letters: DeadLetters, hand_on: HandOn, validity: Validity, *, dry_run: bool
) -> tuple[str, str]:
    """What becomes of one message, and why."""
    try:
        waiting = unwrap(letter.body, letter.sent_milliseconds)
        request = Request.parse(waiting.event)
    except EventError as error:
        return "left", str(error)
    age = time() - waiting.since
    outlived = validity.outlived(request.slug, age)
    outcome, reason = "replayed", request.slug
    if outlived:
        outcome, reason = "expired", f"{request.slug}: {age:.0f} s old, and good for {in_words(outlived)}"
    if not dry_run:
        try:
            if not outlived:
                hand_on(letter, waiting, request)
            letters.delete(letter)
        except ClientError as error:  # whose text may quote what it was given
            return "failed", f"AWS refuses {error.operation_name} ({error.response['Error']['Code']})"
        except BotoCoreError as error:
            return "failed", f"AWS cannot be asked ({type(error).__name__})"
    return outcome, reason


def _show(counts: Counter[str], *, dry_run: bool) -> None:
    table = Table(title="Dry run: nothing was changed" if dry_run else None)
    for outcome in _OUTCOMES:
        table.add_column(outcome.capitalize(), justify="right")
    table.add_row(*(str(counts[outcome]) for outcome in _OUTCOMES))
    console().print(table)
