"""The command line, ``cognito-mailroom``: one module per command. The Lambda imports nothing of it."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command line; the entry point of the console script."""
    from .ending import orderly

    with orderly():
        _run()


def _run() -> None:
    try:
        import rich  # noqa: F401 - looked for here, so that no command has to

        from .group import commands
    except ModuleNotFoundError as error:
        if error.name not in {"click", "rich"}:
            raise
        sys.exit("cognito-mailroom needs click and rich: pip install 'cognito-mailroom[cli]'")
    commands(prog_name="cognito-mailroom")
