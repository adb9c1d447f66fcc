"""``cognito-mailroom invoke``: the real handler, on event files."""

from __future__ import annotations

import json
import logging
from typing import IO, Any

import click

from cognito_mailroom.errors import MailroomError

from .lambda_context import LambdaContext

_log = logging.getLogger("cognito_mailroom")


@click.command("invoke")
@click.argument("events", metavar="EVENT.json...", nargs=-1, required=True, type=click.File("rb"))
@click.option(
    "--timeout",
    metavar="SECONDS",
    default=30.0,
    show_default=True,
    type=click.FloatRange(min=0, min_open=True),
    help="How long the function may take for each event.",
)
def command(*, events: tuple[IO[bytes], ...], timeout: float) -> None:
    """Run the Lambda function on event files; - is standard input.

    The settings come from the environment, as they do on Lambda: MAILROOM_PROVIDER and so on. Mails
    are really sent, unless MAILROOM_DRY_RUN is true.
    """
    bodies = [_load(file) for file in events]
    # Builds the mailroom from the environment, so not before it is wanted.
    from cognito_mailroom.function.trigger import lambda_handler

    _log.setLevel(logging.INFO)
    failed = False
    for file, body in zip(events, bodies, strict=True):
        lines = _Lines(file.name)
        _log.addHandler(lines)
        try:
            lambda_handler(body, LambdaContext(timeout))
        except MailroomError:  # which the last line tells
            failed = True
        finally:
            _log.removeHandler(lines)
        lines.print()
    raise SystemExit(failed)


def _load(file: IO[bytes]) -> Any:
    try:
        return json.loads(file.read())  # in UTF-8, UTF-16 or UTF-32, with a byte order mark or without
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise click.ClickException(f"{file.name} is not JSON: {error}") from None


class _Lines(logging.Handler):
    """Keeps what the function logs of one event; the last line is its outcome."""

    def __init__(self, event: str) -> None:
        super().__init__()
        self._event = event
        self._kept: list[tuple[str, bool]] = []

    def emit(self, record: logging.LogRecord) -> None:
        # Not printed here: an output that is cut or full is no fault of the function's.
        self._kept.append((record.getMessage(), record.levelno >= logging.ERROR))

    def print(self) -> None:
        for line, is_error in self._kept:
            click.echo(f"{self._event}: {line}", err=is_error)
