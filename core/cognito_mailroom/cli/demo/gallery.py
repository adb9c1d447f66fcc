"""Writes the received mails, and a page to look at them side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING

import jinja2

from cognito_mailroom.cli.replacing import replacing_within

from .received import Received
from .verification import part

if TYPE_CHECKING:
    from cognito_mailroom.testing.stand_in import ReceivedMail


def write(folder: Path, received: Sequence[Received]) -> Path:
    """Writes one ``.eml`` for each mail and an ``index.html``; returns the path of the latter."""
    page = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    template = page.from_string(resources.files(__package__).joinpath("gallery.html").read_text("utf-8"))
    text = template.render(received=received, page=_page, part=part, eml=_eml, nonce=token_urlsafe())
    with replacing_within(folder) as made:
        (made / "index.html").write_text(text, "utf-8")
        for each in received:
            if each.mail:
                (made / _eml(each)).write_bytes(each.mail.content)
    for each in received:
        if not each.mail:
            (folder / _eml(each)).unlink(missing_ok=True)  # an earlier run's
    return folder / "index.html"


def _page(mail: ReceivedMail) -> str:
    """The HTML as it looks beside no other part: with its images in it."""
    urls = {
        image.content_id: f"data:{image.media_type};base64,{image.base64}" for image in mail.inline_images
    }
    return re.sub(r"cid:([\w.@-]+)", lambda cid: urls.get(cid[1], cid[0]), part(mail, "html"))


def _eml(received: Received) -> str:
    return f"{received.trigger.slug}.eml"
