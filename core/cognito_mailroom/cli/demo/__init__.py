"""``cognito-mailroom demo``: the whole way of all eight mails, on stand-ins of KMS and a mail server."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("demo", short_help="Send all eight mails on stand-ins, and look at them.")
@click.option(
    "--out",
    metavar="DIR",
    default="mailroom-demo",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the received mails and their gallery are written.",
)
def command(*, out: Path) -> None:
    """Send all eight mails to a mail server of the demo's own, and look at what arrives.

    Needs no account, no network and no settings. A stand-in of KMS encrypts the codes as Cognito does,
    the Lambda function decrypts them and writes the mails, and the SMTP plugin delivers them over TLS.
    """
    from .run import run

    raise SystemExit(not run("smtp", out))
