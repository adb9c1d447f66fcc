"""``cognito-mailroom new-plugin``: a provider plugin to begin with, complete and tested."""

from __future__ import annotations

from pathlib import Path

import click

from .project import Name, write


def _name(_: click.Context, __: click.Parameter, text: str) -> Name:
    try:
        return Name(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command("new-plugin", short_help="Write a plugin for another provider, ready to be filled in.")
@click.argument("name", callback=_name)
@click.option(
    "--out",
    metavar="DIR",
    default=".",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the project's folder is made; default: here.",
)
def command(*, name: Name, out: Path) -> None:
    """Write a project, cognito-mailroom-NAME, for a provider that has no plugin yet.

    NAME is how MAILROOM_PROVIDER will name it, such as acme or acme-mail. The plugin delivers to a
    made-up HTTP API, which you replace by the provider's own; its tests hold it to the contract that
    all plugins keep, and pass at once.
    """
    folder = out / name.distribution
    try:
        count = write(name, folder)
    except OSError as error:
        raise click.ClickException(f"{folder} cannot be written: {error.strerror or error}.") from None
    click.echo(f"{count} files are in {folder}; its README.md says what to do with them.")
    click.echo(f"See that all is well: cd {folder} && tox run")
