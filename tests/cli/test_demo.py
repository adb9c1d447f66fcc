from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from subprocess import CompletedProcess
from textwrap import dedent

import pytest
from cognito_mailroom import Trigger

Run = Callable[..., CompletedProcess[str]]
Install = Callable[..., None]

# Hides the distribution, which is the same by any spelling, but not its module.
SMTP_PLUGIN = "Cognito.Mailroom.SMTP"
# Each would ruin the demo if it were heeded.
HOSTILE = {
    "AWS_PROFILE": "nobody",
    "AWS_ENDPOINT_URL_KMS": "http://127.0.0.1:1",
    "HTTP_PROXY": "http://127.0.0.1:1",
    "MAILROOM_PROVIDER": "pigeon",
    "MAILROOM_DRY_RUN": "true",
    "MAILROOM_ALLOWED_RECIPIENTS": "nobody@example.com",
    "MAILROOM_TEMPLATES": "nowhere",
    "SMTP_SECURITY": "none",
    "SMTP_PORT": "1",
}
# Says whether the command left the environment as it was.
WATCH = dedent("""
    import atexit, os, sys
    before = dict(os.environ)
    atexit.register(lambda: print("disturbed" if os.environ != before else "untouched", file=sys.stderr))
""")


class Page(HTMLParser):
    """The attributes of every element, by tag."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: dict[str, list[dict[str, str | None]]] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.setdefault(tag, []).append(dict(attrs))


def test_eight_mails_arrive_whatever_the_shell_says(
    mailroom: Run, shell: dict[str, str], folder: Path
) -> None:
    shell |= HOSTILE

    done = mailroom("demo", before=WATCH)

    assert (done.returncode, done.stderr) == (0, "untouched\n")
    assert "8 of 8 mails arrived" in done.stdout
    assert "mailroom-demo/index.html" in done.stdout
    rows = re.findall(r"│ *([^│]+?) *│ *(\S+) *│ *([^│]+?) *│ *(\d+) ms *│", done.stdout)
    assert [row[1] for row in rows] == [f"alex+{trigger.slug}@example.com" for trigger in Trigger]
    assert len({len(line) for line in done.stdout.splitlines() if line.startswith("│")}) == 1
    mails = {path.stem: path.read_bytes() for path in (folder / "mailroom-demo").glob("*.eml")}
    assert mails.keys() == {trigger.slug for trigger in Trigger}
    for slug, content in mails.items():
        mail = email.message_from_bytes(content, policy=email.policy.default)
        assert mail["To"] == f"alex+{slug}@example.com"
        assert mail.get_body(("html",)) is not None


def test_the_gallery_shows_every_mail_and_loads_nothing(mailroom: Run, folder: Path) -> None:
    done = mailroom("demo", "--out", "a/b")

    assert done.returncode == 0, done.stderr
    page = Page((folder / "a" / "b" / "index.html").read_text("utf-8"))
    frames = page.found["iframe"]
    assert [frame["sandbox"] for frame in frames] == ["allow-same-origin"] * 8
    assert all("<!doctype html>" in (frame["srcdoc"] or "") for frame in frames)
    assert len(page.found["pre"]) == 8
    targets = [link["href"] or "" for link in page.found["a"]]
    assert targets[:8] == [f"#{trigger.slug}" for trigger in Trigger]
    assert [article["id"] for article in page.found["article"]] == [trigger.slug for trigger in Trigger]
    assert all((folder / "a" / "b" / target).is_file() for target in targets[8:])
    sources = [element.get("src") for elements in page.found.values() for element in elements]
    assert not any(sources)
    assert "link" not in page.found


LIARS = """
from attrs import evolve
from cognito_mailroom import Receipt, Unavailable, hookimpl
from cognito_mailroom_smtp import SmtpProvider


class Silent:
    @hookimpl
    def mailroom_deliver(self, message):
        return Receipt()


class Down:
    @hookimpl
    def mailroom_deliver(self, message):
        raise Unavailable("nobody answers")


class _Smtp:
    Settings = SmtpProvider.Settings

    def __init__(self, settings):
        self._real = SmtpProvider(settings)


class Wrong(_Smtp):
    @hookimpl
    def mailroom_deliver(self, message, deadline):
        code = message.variables["code"] or message.variables["one_click_link_invalid"]
        return self._real.mailroom_deliver(evolve(message, text=message.text.replace(code, "0")), deadline)


class Punctuated(_Smtp):
    @hookimpl
    def mailroom_deliver(self, message, deadline):
        html = message.html.replace("</td>", ".</td>")
        return self._real.mailroom_deliver(evolve(message, html=html), deadline)


class Twice(_Smtp):
    @hookimpl
    def mailroom_deliver(self, message, deadline):
        self._real.mailroom_deliver(message, deadline)
        return self._real.mailroom_deliver(message, deadline)


class Astray(_Smtp):
    @hookimpl
    def mailroom_deliver(self, message, deadline):
        return self._real.mailroom_deliver(evolve(message, recipient=message.sender), deadline)
"""


@pytest.mark.parametrize(
    ("liar", "fault", "good"),
    [
        ("Silent", "no mail arrived", 0),
        ("Down", "Unavailable: nobody answers", 0),
        ("Wrong", "the text of the mail does not carry what it is for", 0),
        (
            "Punctuated",
            "the HTML of the mail does not carry what it is for",
            1,
        ),  # a take-over notice has no code
        ("Twice", "2 mails arrived", 0),
        ("Astray", "the mail went to somebody else", 0),
    ],
)
def test_a_mail_that_is_missing_or_wrong_fails_the_demo(
    *, mailroom: Run, install: Install, folder: Path, liar: str, fault: str, good: int
) -> None:
    install("liars", LIARS, providers={"smtp": liar})
    install(SMTP_PLUGIN, "")

    done = mailroom("demo")

    assert done.returncode == 1
    assert done.stdout.count(fault) == 8 - good
    assert f"{good} of 8 mails arrived" in done.stdout
    assert (folder / "mailroom-demo" / "index.html").read_text("utf-8").count(fault) == 8 - good


def test_what_an_earlier_demo_left_does_not_pass_for_a_mail(
    mailroom: Run, install: Install, folder: Path
) -> None:
    install("liars", LIARS, providers={"smtp": "Silent"})
    install(SMTP_PLUGIN, "")
    (folder / "mailroom-demo").mkdir()
    (folder / "mailroom-demo" / "sign_up.eml").write_text("an earlier mail")

    mailroom("demo")

    assert [path.name for path in (folder / "mailroom-demo").iterdir()] == ["index.html"]


def test_without_the_plugin_it_says_how_to_get_it(mailroom: Run, install: Install) -> None:
    install(SMTP_PLUGIN, "")

    done = mailroom("demo")

    assert done.returncode == 1
    assert done.stderr == "Error: The demo needs the plugin: pip install cognito-mailroom-smtp\n"


@pytest.mark.parametrize("missing", ["moto", "aiosmtpd", "trustme"])
def test_without_the_stand_ins_it_says_how_to_get_them(mailroom: Run, missing: str) -> None:
    done = mailroom("demo", before=f"import sys; sys.modules[{missing!r}] = None")

    assert done.returncode == 1
    assert done.stderr == f"Error: The demo needs {missing}: pip install 'cognito-mailroom[local]'\n"


def test_a_folder_that_cannot_be_written_is_one_sentence(mailroom: Run, folder: Path) -> None:
    (folder / "file").touch()

    done = mailroom("demo", "--out", "file/demo")

    assert done.returncode == 1
    assert done.stderr == "Error: file/demo cannot be written to: Not a directory\n"
