"""Writes the received mails, and a page to look at them side by side."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from secrets import token_urlsafe

import jinja2

from .received import Received
from .verification import part


def write(folder: Path, received: Sequence[Received]) -> Path:
    """Writes one ``.eml`` for each mail and an ``index.html``; returns the path of the latter."""
    folder.mkdir(parents=True, exist_ok=True)
    for each in received:
        path = folder / _eml(each)
        if each.mail:
            path.write_bytes(each.mail.content)
        else:
            path.unlink(missing_ok=True)  # an earlier run's
    page = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    template = page.from_string(resources.files(__package__).joinpath("gallery.html").read_text("utf-8"))
    index = folder / "index.html"
    index.write_text(template.render(received=received, part=part, eml=_eml, nonce=token_urlsafe()), "utf-8")
    return index


def _eml(received: Received) -> str:
    return f"{received.trigger.slug}.eml"
