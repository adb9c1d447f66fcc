"""``cognito-mailroom plugins``: lists what is installed; ``--check`` checks the environment."""

from __future__ import annotations

import os

import click


@click.command("plugins")
@click.option("--check", is_flag=True, help="Load and check everything that the environment names.")
def command(*, check: bool) -> None:
    """List the installed providers and extensions, with their hooks and settings.

    With --check, load and check instead what the environment names: settings, plugins and templates.
    """
    if check:
        from cognito_mailroom.app import Mailroom
        from cognito_mailroom.settings.core import Forwarding
        from cognito_mailroom.settings.problems import Problems
        from cognito_mailroom.settings.reading import read

        read(Forwarding, os.environ, problems := Problems())
        if problems:
            raise problems.error()
        Mailroom.from_environ(os.environ, check_all=True)
        click.echo("Settings, plugins and templates are in order.")
    else:
        from .listing import show

        show()
