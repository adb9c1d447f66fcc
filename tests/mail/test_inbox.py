"""What an inbox and a locked screen show of a mail: its subject, and the first of its text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from cognito_mailroom.mail.checking import example_renderer
from cognito_mailroom.mail.examples import SLUGS, example
from cognito_mailroom.mail.rendering import Renderer
from cognito_mailroom.settings.problems import Problems

RENDERER = example_renderer(None, Problems())
HARMLESS = {"sign_up", "resend_code", "update_user_attribute", "verify_user_attribute"}
FILLER = "\u034f\u2007"  # a digit's width each pair; the mark keeps programs from making one blank of all
SHOWN = 100  # characters that an inbox shows of a mail's text


class _Body(HTMLParser):
    """The text of a page's body, hidden or not, in its order: programs look for a preview in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self._inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, _: object) -> None:
        self._inside = self._inside or tag == "body"

    def handle_data(self, data: str) -> None:
        self.text += data if self._inside else ""


def row(renderer: Renderer, slug: str, language: str) -> tuple[str, str, str]:
    """The subject, the preheader, and the code that may stand in them."""
    notification = example(slug, locale=language)
    variables = renderer.variables(notification)
    subject = renderer.subject(notification, variables)
    html = renderer.bodies(notification, variables | {"subject": subject})[1]
    [(preheader, filler)] = re.findall(rf"\A\s*(.*?)([{FILLER}]{{9,}})", _Body(html).text)
    assert len(preheader) + len(filler) / 2 >= SHOWN, "text of the mail follows the preheader"
    return subject, preheader, variables["code"]


@pytest.mark.parametrize("language", RENDERER.own.languages)
@pytest.mark.parametrize("slug", SLUGS)
def test_the_preheader_says_more_than_the_subject(slug: str, language: str) -> None:
    subject, preheader, code = row(RENDERER, slug, language)

    assert preheader == preheader.strip() != ""
    assert subject not in preheader
    assert preheader not in subject
    assert (code in preheader) == (slug in HARMLESS) or not code
    assert not code or code not in subject


@pytest.mark.parametrize("slug", SLUGS)
def test_a_brand_may_keep_the_code_out(tmp_path: Path, slug: str) -> None:
    (tmp_path / "brand.toml").write_text("[brand]\ncode_in_preheader = false", "utf-8")
    _, preheader, code = row(example_renderer(tmp_path, Problems()), slug, "en")

    assert preheader
    assert not code or code not in preheader
