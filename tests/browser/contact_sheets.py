"""Photographs what the tests look at: ``python -m tests.browser.contact_sheets --out DIR``.

A PNG for each language, scheme and width, with all mails on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import product
from pathlib import Path
from typing import Literal

import click
from cognito_mailroom.mail.examples import SLUGS

from tests.browser.chromium import launched
from tests.browser.mails import LANGUAGES, mail

SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
COLUMNS = {320: 5, 600: 3}  # by the width of a mail
STYLE = """
    body { margin: 16px; display: flex; flex-wrap: wrap; gap: 16px; align-items: start; background: #7f8891 }
    figure { margin: 0 }
    figcaption { font: 14px/24px sans-serif; color: #fff }
    iframe { border: 0; display: block }
"""
# Each frame becomes as high as its mail.
GROW = """Promise.all([...document.querySelectorAll("iframe")].map(async frame => {
    await Promise.all([...frame.contentDocument.images].map(image => image.decode().catch(() => {})))
    frame.height = frame.contentDocument.documentElement.scrollHeight
}))"""


def sheet(mails: Iterable[tuple[str, str]], scheme: str, width: int) -> str:
    """A page of mails, each with its caption."""
    frame = f'<iframe width="{width}" style="color-scheme: {scheme}" srcdoc="%s"></iframe>'
    figures = (
        f"<figure><figcaption dir=auto>{escape(caption)}</figcaption>{frame % escape(html)}</figure>"
        for caption, html in mails
    )
    return f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style>{"".join(figures)}'


@click.command(help=__doc__)
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--language", "languages", multiple=True, type=click.Choice(LANGUAGES), default=LANGUAGES)
@click.option("--branded", is_flag=True, help="With a logo, colours and links.")
def main(out: Path, languages: tuple[str, ...], *, branded: bool) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with launched() as browser:
        page = browser.new_page()
        for language, scheme, (width, columns) in product(languages, SCHEMES, COLUMNS.items()):
            shown = [mail(slug, language, branded=branded) for slug in SLUGS]
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": columns * (width + 16) + 16, "height": 600})
            page.set_content(sheet([(each.subject, each.html) for each in shown], scheme, width))
            page.evaluate(GROW)
            page.screenshot(path=out / f"{language}-{scheme}-{width}.png", full_page=True)
    click.echo(f"{out}: {len(languages) * 2 * len(COLUMNS)} sheets")


if __name__ == "__main__":
    main()
