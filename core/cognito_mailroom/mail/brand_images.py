"""The images that ``brand.toml`` names: told by what they hold, kept once each."""

from __future__ import annotations

import os
import re
from pathlib import Path

from cognito_mailroom.message import InlineImage

from .folder import images

_LARGEST = 100_000
_BEGINNINGS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}


class Images:
    """Reads images of a folder, and gives each distinct one a content id: ``logo``, then ``logo-2``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.by_id: dict[str, InlineImage] = {}
        self.files: dict[str, str] = {}

    def source(self, file: str) -> str:
        """What ``<img src>`` says for a file.

        Raises:
            ValueError: it is not there, lies elsewhere, is too large, or is no image that mails can show.

        """
        content = self._read(file)
        for known, image in self.by_id.items():
            if image.content == content:
                return f"cid:{known}"
        content_id = f"logo-{len(self.by_id) + 1}" if self.by_id else "logo"
        image = InlineImage(content_id=content_id, media_type=_media_type(content), content=content)
        self.by_id[content_id], self.files[content_id] = image, file
        return f"cid:{content_id}"

    def _read(self, file: str) -> bytes:
        try:
            path = (self._folder / file).resolve(strict=True)
            if not path.is_relative_to(self._folder.resolve()):
                raise ValueError("the image lies outside the folder of brand.toml: copy it there")
            if not path.is_file():
                raise ValueError("it is not a file: want a PNG, JPEG or GIF beside brand.toml")
            with path.open("rb") as opened:
                content = opened.read(_LARGEST + 1)
        except FileNotFoundError:
            raise ValueError("there is no such file beside brand.toml") from None
        except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, before Python 3.13
            reason = (
                os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "a loop of links"
            )
            raise ValueError(f"the image cannot be read: {reason}") from None
        if len(content) > _LARGEST:
            raise ValueError("the image is over 100 kB, which every mail would carry: make it smaller")
        if file not in images(self._folder):  # a bundle would leave it out
            raise ValueError(
                "want a name as in images/logo.png, with .png, .jpg, .jpeg or .gif and no dot before"
            )
        return content


def _media_type(content: bytes) -> str:
    for beginning, media_type in _BEGINNINGS.items():
        if content.startswith(beginning):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        raise ValueError("it is WebP, which many mail programs do not show: want PNG, JPEG or GIF")
    if re.search(rb"<svg[\s>]", content[:2000]):
        raise ValueError("it is SVG, which Gmail and Outlook drop: want PNG, JPEG or GIF")
    raise ValueError("it is no image that mails can show: want PNG, JPEG or GIF")
