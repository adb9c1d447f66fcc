"""Mails are rendered whole or not at all; an operator's folder replaces templates file by file."""

from __future__ import annotations

import importlib.resources
from collections.abc import Callable
from pathlib import Path

import pytest
from cognito_mailroom import ConfigurationError, Message
from cognito_mailroom.app import Mailroom
from cognito_mailroom.telemetry.record import EventRecord

from tests.mail.rendered import FULL, bodies, problems, subject


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "templates").mkdir()
    return tmp_path / "templates"


def test_one_file_replaces_one_template_and_no_other(folder: Path) -> None:
    (folder / "sign_up.txt").write_text("Grüezi {{ name }}: {{ code }}", "utf-8")
    text, html = bodies(folder, "sign_up")
    assert text == "Grüezi some name: some code"
    assert html == bodies(None, "sign_up")[1]
    assert subject(folder, "sign_up") == subject(None, "sign_up")
    assert bodies(folder, "resend_code") == bodies(None, "resend_code")


def test_a_layout_is_replaced_for_every_mail(folder: Path) -> None:
    (folder / "layout.txt").write_text("{{ product_name }}|{% block intro %}{% endblock %}")
    assert {bodies(folder, slug)[0].partition("|")[0] for slug in ("sign_up", "generic")} == {
        "some product_name"
    }


def test_copies_of_all_defaults_are_in_order(folder: Path) -> None:
    for template in (importlib.resources.files("cognito_mailroom.mail") / "templates").iterdir():
        (folder / template.name).write_text(template.read_text("utf-8"), "utf-8")
    assert problems(folder) == ""
    assert bodies(folder, "sign_up") == bodies(None, "sign_up")


def test_an_empty_folder_is_in_order(folder: Path) -> None:
    assert problems(folder) == ""


def test_a_part_may_be_included_and_may_name_what_its_includer_sets(folder: Path) -> None:
    (folder / "_signature.txt").write_text("Yours, {{ team }}")
    (folder / "generic.txt").write_text("{% set team = 'Acme' %}{{ code }} {% include '_signature.txt' %}")
    assert problems(folder) == ""
    assert bodies(folder, "generic")[0] == "some code Yours, Acme"


@pytest.mark.parametrize(
    ("name", "source", "fault"),
    [
        ("sign_up.txt", "{{ code", "The template sign_up.txt does not compile, line 1: unexpected end"),
        ("sign_up.html", "\n{% if %}", "The template sign_up.html does not compile, line 2: "),
        ("_part.txt", "{% endfor %}", "The template _part.txt does not compile, line 1: "),
        (
            "sign_up.txt",
            "{{ cod }}",
            "sign_up.txt, line 1, names an unknown variable 'cod', did you mean 'code'?",
        ),
        (
            "sign_up.txt",
            "{% if xyzzy %}{% endif %}",
            "sign_up.txt, line 1, names an unknown variable 'xyzzy'.",
        ),
        ("signup.txt", "", "signup.txt replaces no template, did you mean 'sign_up.txt'?; begin the name"),
        ("README.md", "", "README.md replaces no template; begin the name of a part"),
        ("sub/sign_up.txt", "", "sub/sign_up.txt replaces no template, did you mean 'sign_up.txt'?"),
        ("sign_up.txt", b"\xff", "The template sign_up.txt is not in UTF-8"),
    ],
)
def test_what_is_wrong_with_a_template_is_known_at_start(
    *, name: str, source: str | bytes, fault: str, folder: Path, environ: dict[str, str], sent: list[Message]
) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(source.encode() if isinstance(source, str) else source)
    with pytest.raises(ConfigurationError) as refused:
        Mailroom.from_environ(environ | {"MAILROOM_TEMPLATES": str(folder)})
    assert str(refused.value).startswith(f"MAILROOM_TEMPLATES: {fault}")
    assert sent == []


def test_every_broken_template_is_named_at_once(folder: Path) -> None:
    broken = {"sign_up.txt", "sign_up.html", "generic.subject"}
    for name in broken:
        (folder / name).write_text("{{ nothing }}")
    assert {
        name for name in broken if f"{name}, line 1, names an unknown variable" in problems(folder)
    } == broken


CONTEXT = """
from cognito_mailroom import hookimpl

class Context:
    @hookimpl
    def mailroom_template_context(self, notification):
        return {"slogan": "We deliver.", "line": "a\\x00b"}
"""


@pytest.mark.usefixtures("sent")
def test_a_variable_of_an_extension_is_accepted(
    folder: Path, install: Callable[..., None], send: Callable[..., EventRecord], sent: list[Message]
) -> None:
    (folder / "generic.txt").write_text("{{ slogan }} {{ code }}")
    assert "unknown variable 'slogan'" in problems(folder)
    install("acme-context", CONTEXT, extensions={"context": "Context"})
    send("undocumented_source", MAILROOM_TEMPLATES=str(folder))
    assert sent[0].text == "We deliver. 482910"


@pytest.mark.parametrize(
    ("name", "source", "fault"),
    [
        (
            "generic.txt",
            "{{ slogen }}",
            "generic.txt, line 1, names an unknown variable: 'slogen' is undefined.",
        ),
        ("generic.html", "{{ {}[code] }}", "generic.html, line 1, names an unknown variable: an item not"),
        (
            "generic.subject",
            "{{ ''[code] }}",
            "generic.subject, line 1, names an unknown variable: an item not",
        ),
        ("generic.txt", "{% include 'no' ~ 'ne' %}", "generic.txt, line 1, needs none, which does not exist"),
        ("generic.html", "{{ code / 0 }}", "generic.html, line 1, failed with TypeError."),
        ("generic.subject", "{{ line }}", "generic.subject: the message's subject contains a control char"),
    ],
)
def test_a_template_that_fails_on_an_event_is_named_and_nothing_is_sent(
    *, name: str, source: str, fault: str, folder: Path, install: Callable[..., None],
    send: Callable[..., EventRecord], sent: list[Message],
) -> None:  # fmt: skip
    (folder / name).write_text(source)
    install("acme-context", CONTEXT, extensions={"context": "Context"})
    with pytest.raises(ConfigurationError) as refused:
        send("undocumented_source", MAILROOM_TEMPLATES=str(folder))
    assert str(refused.value).startswith(f"The template {fault}")
    assert "482910" not in str(refused.value)
    assert sent == []


def test_html_is_escaped_and_text_is_not(folder: Path) -> None:
    for part in ("txt", "html", "subject"):
        (folder / f"generic.{part}").write_text("{{ code }}")
    known = FULL | {"code": """<b>&'"\u00a9"""}
    assert bodies(folder, "generic", known) == ("""<b>&'"©""", "&lt;b&gt;&amp;&#39;&#34;©")
    assert subject(folder, "generic", known) == """<b>&'"©"""


def test_a_subject_is_one_line(folder: Path) -> None:
    (folder / "generic.subject").write_text("\n  Your {{ product_name }}\n code\n\n")
    assert subject(folder, "generic") == "Your some product_name code"
