"""Loads a command's module when it is called, and prints an error that a user caused as one sentence."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

from cognito_mailroom.errors import MailroomError
from cognito_mailroom.settings.suggestions import did_you_mean

from .ending import ending_by_signal

_COMMANDS = {
    "attach": "Make the function a user pool's custom e-mail sender.",
    "bundle": "Build the package to deploy on Lambda.",
    "demo": "Send all eight mails on stand-ins, and look at them.",
    "detach": "Take the function off a user pool, and put back what was there.",
    "encrypt": "Make the code of a test event, as Cognito does.",
    "invoke": "Run the Lambda function on event files.",
    "new-plugin": "Write a plugin for another provider, ready to be filled in.",
    "plugins": "List the installed plugins, or check the settings.",
    "preview": "Design the mails: see them in every language as you write.",
    "redrive": "Replay the events in a dead-letter queue.",
}


class _Commands(click.Group):
    """Each command is the ``command`` of the module that bears its name, imported when it is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        if cmd_name not in _COMMANDS:
            hint = did_you_mean(cmd_name, _COMMANDS) or f" (there are {', '.join(_COMMANDS)})"
            ctx.fail(f"No such command {cmd_name!r}{hint}")
        command: click.Command = import_module(f".{cmd_name.replace('-', '_')}", __package__).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        # click itself would import every module for its line.
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        with ending_by_signal(), one_sentence():
            return super().invoke(ctx)


@click.group(cls=_Commands)
@click.version_option(package_name="cognito-mailroom")
def commands() -> None:
    """Amazon Cognito's e-mails, decrypted, written and handed to the provider you choose."""


@contextmanager
def one_sentence() -> Iterator[None]:
    """Turns the errors that a user can mend into a ClickException: a sentence and exit status 1."""
    try:
        yield
    except MailroomError as error:
        raise click.ClickException(describe(error)) from None
    except Exception as error:
        # Seen through sys.modules: to import botocore only for its name would cost every command.
        botocore = sys.modules.get("botocore.exceptions")
        if botocore and isinstance(error, (botocore.BotoCoreError, botocore.ClientError)):
            raise click.ClickException(f"AWS: {error}") from None
        if isinstance(error, ValueError) and str(error).startswith(
            "Invalid endpoint"
        ):  # botocore's, with the URL
            words = "AWS: an endpoint that the environment names, as AWS_ENDPOINT_URL does, is no URL."
            raise click.ClickException(words) from None
        raise


def describe(error: MailroomError) -> str:
    """The class and the sentence of an error."""
    return f"{type(error).__name__}: {error}"
