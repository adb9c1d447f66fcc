"""What a browser is shown: each mail in each language, without a brand and with one that has all there is."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any, NamedTuple

from cognito_mailroom.mail.checking import example_renderer
from cognito_mailroom.mail.examples import SLUGS, example
from cognito_mailroom.settings.problems import Problems

PLAIN = example_renderer(None, Problems())
BRANDED = example_renderer(Path(__file__).with_name("acme"), Problems())
LANGUAGES = PLAIN.own.languages
EVERY = [(slug, language) for slug in SLUGS for language in LANGUAGES]

NAMES = {
    "uk": "Олександра", "ja": "さくら", "ko": "지우", "zh-Hans": "丽", "zh-Hant": "麗", "ar": "ليلى",
    "he": "נועה",
}  # fmt: skip
PASSWORD = "".join(chr(33 + 7 * index % 94) for index in range(99))  # the longest there is, of every sign


class Mail(NamedTuple):
    """What a reader gets."""

    subject: str
    text: str
    html: str


def mail(
    slug: str,
    language: str = "en",
    *,
    branded: bool = False,
    known: dict[str, str] | None = None,
    **changes: Any,
) -> Mail:
    """A mail of example data; ``known`` are variables that take the place of these."""
    renderer = BRANDED if branded else PLAIN
    notification = example(slug, **{"locale": language, "name": NAMES.get(language, "Alexandra")} | changes)
    variables = renderer.variables(notification) | (known or {})
    subject = renderer.subject(notification, variables)
    text, html = renderer.bodies(notification, {**variables, "subject": subject})
    for image in renderer.brand(None, "").inline_images:  # a browser knows no parts of a mail
        source = f"data:{image.media_type};base64,{b64encode(image.content).decode()}"
        html = html.replace(f'"cid:{image.content_id}"', f'"{source}"')
    return Mail(subject, text, html)
