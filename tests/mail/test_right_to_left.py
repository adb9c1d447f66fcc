"""Names from left to right in Arabic and Hebrew mails: they read as they are written, as does the rest."""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from pathlib import Path

import pytest
from cognito_mailroom.mail.checking import example_renderer
from cognito_mailroom.mail.examples import SLUGS, example, examples
from cognito_mailroom.mail.languages import load
from cognito_mailroom.mail.sentences import Sentences
from cognito_mailroom.settings.problems import Problems

LEFT, RIGHT = "\u200e", "\u200f"
NAMES = ("Acme", "Yahoo!", "C++", "Acme (EU)", "3M", ".NET", "7-Eleven!", "أكمي", "(أكمي)")


def is_strong(char: str) -> bool:
    return unicodedata.bidirectional(char) in {"L", "R", "AL"}


@pytest.mark.parametrize("language", ["ar", "he"])
@pytest.mark.parametrize("name", NAMES)
def test_a_brand_reads_rightly_wherever_it_is_named(name: str, language: str, tmp_path: Path) -> None:
    (tmp_path / "brand.toml").write_text(
        f'[brand]\nname = "{name}"\npostal_address = "Elm Street 1, London."', "utf-8"
    )
    renderer = example_renderer(tmp_path, Problems())
    begin = LEFT if name.isascii() and not is_strong(name[0]) else ""
    end = LEFT if name.isascii() and not is_strong(name[-1]) else ""
    for notification in examples(language):
        known = renderer.variables(notification)
        subject = renderer.subject(notification, known)
        text, html = renderer.bodies(notification, known | {"subject": subject})
        assert subject.count(name) == subject.count(begin + name + end) > 0
        # A name of two words may be broken between them.
        body = text.replace("\n", " ").replace(RIGHT, "")
        assert body.count(name) == body.count(begin + name + end) > 0
        page = unescape(re.sub(r"(?s)^.*<body", "<body", html).replace(subject, ""))
        assert page.count(name) == page.count(f"<bdi>{name}</bdi>") > 0
        for line in (subject, *text.splitlines()):
            strong = [unicodedata.bidirectional(char) for char in line if is_strong(char)]
            assert {"R", "AL"}.isdisjoint(strong) or strong[0] != "L", ascii(line)
        assert "\nElm Street 1, London.\n" in text
        code = known["code"]
        assert not code or f"\n    {code}\n" in text


def test_what_is_copied_has_no_mark_on_its_line() -> None:
    renderer = example_renderer(None, Problems())
    notification = example("admin_create_user", locale="he")
    password = "aB3-\u05d0\u05d1"
    text, _ = renderer.bodies(
        notification, renderer.variables(notification) | {"code": password, "subject": ""}
    )
    assert f"\n    {password}\n" in text


def test_there_is_an_example_of_every_mail() -> None:
    assert {notification.slug for notification in examples("ar")} == set(SLUGS)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("", ""), ("482910", "482910"), ("192.0.2.7", "192.0.2.7"), ("Alex", "Alex"), ("דנה", "דנה"),
        ("2001:db8::17", f"{LEFT}2001:db8::17{LEFT}"), ("::1", f"{LEFT}::1{LEFT}"),
        ("+1 555", f"{LEFT}+1 555{LEFT}"), ("Dr. דנה", "Dr. דנה"), ("דנה (Dana)", f"דנה (Dana){LEFT}"),
    ],
)  # fmt: skip
def test_marks_stand_only_where_an_end_has_no_direction(value: str, written: str) -> None:
    for language, expected in (("he", written), ("en", value)):
        said = Sentences(load(language), {"label": "{label}"}).text("label", {"label": value}.__getitem__)
        assert said == expected
