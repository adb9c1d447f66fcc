"""``cognito-mailroom preview``: a page on loopback to design the mails with."""

from __future__ import annotations

from pathlib import Path

import click

from cognito_mailroom.lazy_imports import lazy_imports

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_OUT = click.Path(file_okay=False, path_type=Path)


@click.command("preview")
@click.argument("templates", metavar="[FOLDER]", required=False, type=_FOLDER)
@click.option("--templates", "named", metavar="FOLDER", type=_FOLDER, help="The same as FOLDER.")
@click.option("--port", default=8400, show_default=True, type=click.IntRange(0, 65535), help="0 is any.")
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
@click.option(
    "--caniemail",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What clients support: caniemail.json of npm's caniemail.  [default: the one in ./node_modules]",
)
@click.option("--out", metavar="DIR", type=_OUT, help="Write the page as files that need no server.")
@click.option("--screenshots", metavar="DIR", type=_OUT, help="Write a PNG a mail, language and scheme.")
@click.option("--json", "as_json", is_flag=True, help="Print the checks of all mails; 1 if any failed.")
@click.option("--sentences", metavar="TAG", help="Print a language's sentences, to begin a file of your own.")
def command(
    *,
    templates: Path | None,
    named: Path | None,
    port: int,
    no_open: bool,
    caniemail: Path | None,
    out: Path | None,
    screenshots: Path | None,
    as_json: bool,
    sentences: str | None,
) -> None:
    """Design the mails: a page on this machine that shows them as you write.

    FOLDER is what MAILROOM_TEMPLATES names otherwise. Sender, name and language are those of the
    environment, where it has any; all else is example data. Nothing is decrypted, and nothing is sent
    but from the page, by the provider in MAILROOM_PROVIDER, to an address that you type in.
    """
    if sentences is not None:
        from .sentences import starting_file

        click.echo(starting_file(sentences), nl=False)
        return
    try:
        with lazy_imports("environ.secrets"):  # which brings boto3, for sources that nobody here asks
            import environ  # noqa: F401
        from .run import Preview
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        raise click.ClickException(
            f"The preview needs {package}: pip install 'cognito-mailroom[preview]'"
        ) from None
    preview = Preview.read(templates or named, caniemail)
    if out:
        preview.write(out)
    if screenshots:
        preview.take(screenshots)
    if as_json:
        raise SystemExit(not preview.print_checks())
    if not (out or screenshots):
        preview.serve(port, open_browser=not no_open)
