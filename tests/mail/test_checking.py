"""What an operator does wrong with templates is named when the function starts, by file and line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from cognito_mailroom import ConfigurationError
from cognito_mailroom.app import Mailroom
from cognito_mailroom.mail.checking import check, example_renderer
from cognito_mailroom.mail.environment import DEFAULTS
from cognito_mailroom.mail.examples import SLUGS
from cognito_mailroom.settings.problems import Problems

from tests.mail.rendered import bodies, problems

EXTENDS = '{% extends "layout.html" %}\n'
TAKE_OVER = "account_take_over_notification"
MACROS = (DEFAULTS / "macros.html").read_text("utf-8")
# Two languages are enough to see it, and cheaper than all.
BRAND = '[brand]\nlanguages = ["en", "de"]\n[clients.abc]\nsign_in_url = "https://app.acme.example"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mails").mkdir()
    return tmp_path / "mails"


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, source in {"brand.toml": BRAND, **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(source, "utf-8")


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        (
            {"layout.html": f"{EXTENDS}{{% block intro %}}Hi{{% endblock %}}", "generic.html": EXTENDS},
            "layout.html, line 1, extends layout.html and so itself: the default of that name is def",
        ),
        (
            {"layout.html": "\n{% extends 'sign_up.html' %}", "sign_up.html": EXTENDS},
            "layout.html, line 2, extends sign_up.html and so itself: the default of that name is",
        ),
        (
            {"_a.html": "{% include '_b.html' %}", "_b.html": "{% include '_a.html' %}",
             "generic.html": "{{ code }}{% include '_a.html' %}"},
            ".html, line 1, needs itself, or calls itself without an end.",
        ),
        (
            {"macros.html": MACROS.replace("macro box", "macro cell")},
            "imports 'box' from macros.html, which has no such macro.",
        ),
        (
            {"sign_up.html": EXTENDS + "{% block intor %}Hi{% endblock %}"},
            "sign_up.html, line 2, fills a block 'intor' there is none of, did you mean 'intro'?",
        ),
        (
            {"sign_up.subject": '{% extends "layout.subject" %}{% block title %}Hi{% endblock %}'},
            "sign_up.subject, line 1, fills a block 'title' there is none of.",
        ),
        (
            {"sign_up.txt": '{% extends "layout.txt" %}\n\nWelcome, {{ name }}'},
            "sign_up.txt, line 3, has words that are never shown: put them into a block.",
        ),
        (
            {"sign_up.html": EXTENDS + "\n{% block content %}Hi{% endblock %}"},
            "The template sign_up.html leaves the code out: name {{ code }}.",
        ),
        (
            {"sign_up.html": "<head>{{ code }}</head><!-- {{ code }} --><p id='{{ code }}'>Hi"},
            "The template sign_up.html leaves the code out: name {{ code }}.",
        ),
        ({"generic.txt": "Hi"}, "The template generic.txt leaves the code out: name {{ code }}."),
        ({"generic.subject": "{# Hi #}\n"}, "The template generic.subject makes an empty subject."),
        (
            {f"{TAKE_OVER}.txt": " "},
            f"The template {TAKE_OVER}.txt makes an empty mail.",
        ),
        (
            {f"{TAKE_OVER}.html": "<p style='display: none'>Hi</p>"},
            f"The template {TAKE_OVER}.html makes an empty mail.",
        ),
        (
            {"sign_up.html": "{{ code }}\n{% include '_footer.html' %}", "_foot.html": ""},
            "sign_up.html, line 2, needs '_footer.html', which does not exist, did you mean '_foot.html'?",
        ),
        (
            {"sign_up.html": '{% extends "layuot.html" %}'},
            "sign_up.html, line 1, needs 'layuot.html', which does not exist, did you mean 'layout.html'?",
        ),
        (
            {"_part.html": "{% from 'macro.html' import p %}"},
            "_part.html, line 1, needs 'macro.html', which does not exist, did you mean 'macros.html'?",
        ),
        (
            {"sign_up.txt": "{{ code }}\n\n{{ say('sign_up.into') }}"},
            "sign_up.txt, line 3, names an unknown sentence 'sign_up.into', did you mean 'sign_up.intro'?",
        ),
        (
            {"sign_up.txt": "{{ code }}\n{{ say(trigger ~ '.into') }}"},
            "The template sign_up.txt, line 2, names an unknown sentence 'sign_up.into', did you mean",
        ),
        (
            {"sign_up.txt": "{{ code }}{% if name == 'Zoe' %}\n{{ nmae }}{% endif %}"},
            "sign_up.txt, line 2, names an unknown variable 'nmae', did you mean 'name'?",
        ),
        ({"sign_up.txt/part": "Hi"}, "sign_up.txt is a folder: want a file"),
        (
            {"sign_up.txt": "{{ code }}{% if language == 'de' %}\n{{ attributes.nickname }}{% endif %}"},
            "in de: The template sign_up.txt, line 2, names an unknown variable: an item not there.",
        ),
        (
            {"sign_up.txt": "{% if brand.sign_in_url %}Hi{% else %}{{ code }}{% endif %}"},
            "in en for client abc: The template sign_up.txt leaves the code out",
        ),
        (
            {f"{TAKE_OVER}.txt": "{% if account_take_over_action == 'MFA' %}\n{{ 1/0 }}{% endif %}."},
            f"The template {TAKE_OVER}.txt, line 2, failed with ZeroDivisionError.",
        ),
        (
            {"admin_create_user.txt": "{{ code[3] }}"},
            "The template admin_create_user.txt leaves the code out",
        ),
        ({"sentences/Acme/de.toml": ""}, "sentences/Acme: brand.toml has no client or pool of that id."),
        (
            {"sentences/abd/de.toml": ""},
            "sentences/abd: brand.toml has no client or pool of that id, did you mean 'abc'?",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_named_at_start(
    files: Mapping[str, str], fault: str, folder: Path, environ: dict[str, str]
) -> None:
    write(folder, files)
    with pytest.raises(ConfigurationError) as refused:
        Mailroom.from_environ(environ | {"MAILROOM_TEMPLATES": str(folder)})
    assert str(refused.value).startswith("MAILROOM_TEMPLATES: ")
    assert fault in str(refused.value)
    assert str(refused.value).count(fault) == 1


@pytest.mark.parametrize(
    "files",
    [
        {"layout.html": '{% extends "default/layout.html" %}{% block footer %}Yours{% endblock %}'},
        {"sign_up.html": '{% extends "default/sign_up.html" %}{% block footer %}Yours{% endblock %}'},
        {"sign_up.txt": '{% include "default/sign_up.txt" %}{% include "_no.txt" ignore missing %}'},
        {"sign_up.html": "{{ code[:3] }}<span></span>{{ code[3:] }}"},
        {"generic.html": EXTENDS + "{% block intro %}{% block mine %}Hi{% endblock %}{% endblock %}"},
        {"sign_up.txt": "{{ say('code_valid', good_for) }} {{ code }}"},
        {"sentences/abc/de.toml": '[sign_up]\nheading = "Hallo"'},
    ],
)
def test_what_is_right_is_let_be(files: Mapping[str, str], folder: Path) -> None:
    write(folder, files)
    assert problems(folder) == ""


def test_a_default_may_be_extended_by_what_replaces_it(folder: Path) -> None:
    source = '{% extends "default/layout.html" %}{% block footer %}Your Acme{% endblock %}'
    write(folder, {"layout.html": source})
    for slug in SLUGS:
        assert "Your Acme" in bodies(folder, slug)[1]
        assert "some code" in bodies(folder, slug)[1] or slug == TAKE_OVER


@pytest.mark.parametrize(("language", "at_start"), [("en", True), ("de", False)])
def test_a_start_renders_each_brand_but_a_check_each_brand_in_each_language(
    tmp_path: Path, language: str, *, at_start: bool
) -> None:
    (tmp_path / "brand.toml").write_text('[brand]\nlanguages = ["en", "de"]\n[clients.abc]\nname = "Abc"\n')
    broken = f"{{{{ code }}}}{{{{ 1 / 0 if brand.name == 'Abc' and language == '{language}' else '' }}}}"
    (tmp_path / "sign_up.txt").write_text(broken)
    for thorough, found in ((True, True), (False, at_start)):
        renderer = example_renderer(tmp_path, told := Problems())
        check(renderer, told, extended=False, thorough=thorough)
        assert bool(told) == found
        assert not found or f"in {language} for client abc: The template sign_up.txt, line 1" in str(
            told.error()
        )
