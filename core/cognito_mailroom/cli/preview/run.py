"""What the command does: serves, writes or checks the mails of one folder."""

from __future__ import annotations

import json
import os
import webbrowser
from contextlib import ExitStack
from functools import partial
from http.server import HTTPServer
from pathlib import Path
from typing import Self

import click
from attrs import frozen

from .clients import PLACES, Support
from .everything import all_findings
from .extensions import Extensions
from .mails import Mails
from .sending import Sender
from .server import HOST, serving
from .watching import Bytecode, Current


@frozen
class Preview:
    """The mails of a folder, with the settings in the environment, and what clients support."""

    current: Current
    support: Support | None

    @classmethod
    def read(cls, folder: Path | None, caniemail: Path | None) -> Self:
        """Where no file is named, what npm has put beside counts.

        Raises:
            ConfigurationError: a setting in the environment is malformed.

        """
        path = caniemail or next((place for place in PLACES if place.is_file()), None)
        try:
            support = Support.read(path) if path else None
        except ValueError as error:
            raise click.ClickException(f"{path} cannot be read: {error}.") from None
        return cls(
            Current(partial(Mails, folder, os.environ, Extensions.load(os.environ), Bytecode())), support
        )

    def serve(self, port: int, *, open_browser: bool) -> None:
        """Serves until Ctrl-C."""
        with ExitStack() as stack:
            try:
                server = stack.enter_context(serving(self.current, Sender(os.environ), self.support, port))
            except OSError:
                raise click.ClickException(f"Port {port} is taken: name another with --port.") from None
            stack.enter_context(self.current.following(self.current.mails.folder))
            url = f"http://{HOST}:{server.port}/"
            click.echo(f"The mails are shown at {url} until you press Ctrl-C.")
            if open_browser:
                webbrowser.open(url)
            HTTPServer.serve_forever(server)  # Werkzeug's own would take Ctrl-C for a success

    def write(self, folder: Path) -> None:
        """Writes the page and all that it shows."""
        from .files import write

        try:
            index = write(folder, self.current.mails, self.support)
        except OSError as error:
            raise click.ClickException(f"{folder} cannot be written to: {error.strerror}.") from None
        click.echo(f"Open {index}")

    def take(self, folder: Path) -> None:
        """Takes the screenshots."""
        from .screenshots import take

        click.echo(f"{take(folder, self.current.mails)} screenshots are in {folder}")

    def print_checks(self) -> bool:
        """Prints what the checks found in all mails; returns whether none of it is an error."""
        mails = self.current.mails
        found = all_findings(mails, self.support)
        problems = [*mails.problems, *mails.check()]
        click.echo(json.dumps({"problems": problems, "mails": found}, ensure_ascii=False, indent=2))
        errors = [each for mail in found for each in mail["findings"] if each["level"] == "error"]
        return not problems and not errors
