"""``cognito-mailroom demo``: the whole way of all eight mails, on stand-ins of KMS and a mail server."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("demo")
@click.option(
    "--provider",
    metavar="NAME",
    default="smtp",
    show_default=True,
    help="Whose plugin delivers the mails, to a stand-in of the provider.",
)
@click.option(
    "--out",
    metavar="DIR",
    default="mailroom-demo",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the received mails and their gallery are written.",
)
def command(*, provider: str, out: Path) -> None:
    """Send all eight mails to a stand-in of a provider, and look at what arrives.

    Needs no account, no network and no settings; those that change what mails look like, such as
    MAILROOM_TEMPLATES, MAILROOM_FROM and MAILROOM_EXTENSIONS, count. A stand-in of KMS encrypts the codes
    as Cognito does, the Lambda function decrypts them and writes the mails, and the real plugin delivers
    them: by default to a mail server with TLS and a login.
    """
    from .run import run

    raise SystemExit(not run(provider, out))
