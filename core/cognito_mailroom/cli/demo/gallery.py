"""Writes the received mails, and a page to look at them side by side."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from secrets import token_urlsafe

import jinja2

from .arrival import Arrival
from .inspection import part


def write(folder: Path, arrivals: Sequence[Arrival]) -> Path:
    """Writes one ``.eml`` for each mail and an ``index.html``; returns the path of the latter."""
    folder.mkdir(parents=True, exist_ok=True)
    for arrival in arrivals:
        path = folder / _eml(arrival)
        if arrival.mail:
            path.write_bytes(arrival.mail.content)
        else:
            path.unlink(missing_ok=True)  # an earlier run's
    page = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    template = page.from_string(resources.files(__package__).joinpath("gallery.html").read_text("utf-8"))
    index = folder / "index.html"
    index.write_text(template.render(arrivals=arrivals, part=part, eml=_eml, nonce=token_urlsafe()), "utf-8")
    return index


def _eml(arrival: Arrival) -> str:
    return f"{arrival.trigger.slug}.eml"
