"""Takes a picture of every mail, for review and to compare in CI."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from cognito_mailroom.cli.replacing import replacing
from cognito_mailroom.errors import ConfigurationError

from .choice import USUAL
from .everything import all_choices
from .inbox import Mail
from .mails import Mails

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_WIDTH = 600  # CSS pixels
_SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")


def take(folder: Path, mails: Mails) -> int:
    """Writes ``BRAND/LANGUAGE/MAIL-SCHEME.png`` into a folder that is new or empty, and counts them.

    Raises:
        click.ClickException: there is no browser, a mail cannot be made, or the folder is not empty.

    """
    taken = 0
    try:
        with (
            _browser() as browser,
            browser.new_context(java_script_enabled=False) as context,
            replacing(folder, folder=True) as made,
        ):
            page = context.new_page()
            page.set_viewport_size({"width": _WIDTH, "height": 100})
            for choice in all_choices(mails):
                if choice.example != USUAL:
                    continue
                page.set_content(_with_images(mails.mail(choice)))
                place = made / re.sub(r"\W+", "-", choice.brand) / choice.language
                for scheme in _SCHEMES:
                    page.emulate_media(color_scheme=scheme)
                    page.screenshot(
                        path=place / f"{choice.mail}-{scheme}.png", full_page=True, animations="disabled"
                    )
                    taken += 1
    except ConfigurationError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{folder} cannot be written to: {error.strerror}.") from None
    return taken


def _with_images(mail: Mail) -> str:
    return re.sub(r"\bcid:[\w.@-]+", lambda found: mail.images.get(found[0], found[0]), mail.html)


@contextmanager
def _browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if path is None:
        raise click.ClickException("Screenshots need a browser: install Chromium or Google Chrome.")
    try:
        from playwright.sync_api import Error, sync_playwright
    except ModuleNotFoundError:
        raise click.ClickException(
            "Screenshots need playwright: pip install 'cognito-mailroom[preview]'"
        ) from None
    with sync_playwright() as playwright:
        try:
            # Its own sandbox refuses root, as which CI often runs; no script of the mails is run.
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        except Error:
            raise click.ClickException(f"{path} cannot be started.") from None
        yield browser
        browser.close()
