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


def rows(out: str) -> list[list[str]]:
    """The cells of the table, but for its head."""
    return [[cell.strip() for cell in line.split("│")[1:-1]] for line in out.splitlines() if line[0] == "│"]


def test_eight_mails_arrive_whatever_the_shell_says(
    mailroom: Run, shell: dict[str, str], folder: Path
) -> None:
    shell |= HOSTILE

    done = mailroom("demo", before=WATCH)

    assert (done.returncode, done.stderr) == (0, "untouched\n")
    assert "8 of 8 mails arrived" in done.stdout
    assert "mailroom-demo/index.html" in done.stdout
    assert all(re.fullmatch(r"\d+ ms", row[3]) for row in rows(done.stdout))
    assert [row[1] for row in rows(done.stdout)] == [f"alex{number}@example.com" for number in range(1, 9)]
    assert len({len(line) for line in done.stdout.splitlines() if line.startswith("│")}) == 1
    mails = {path.stem: path.read_bytes() for path in (folder / "mailroom-demo").glob("*.eml")}
    assert mails.keys() == {trigger.slug for trigger in Trigger}
    for number, trigger in enumerate(Trigger, 1):
        mail = email.message_from_bytes(mails[trigger.slug], policy=email.policy.default)
        assert mail["To"] == f"alex{number}@example.com"
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


# A provider that is wrong in another way for each trigger, and right for the last two.
LIAR = """
from attrs import evolve
from cognito_mailroom import Receipt, Unavailable, hookimpl
from cognito_mailroom_smtp import SmtpProvider


class Liar:
    Settings = SmtpProvider.Settings

    def __init__(self, settings):
        self.smtp = SmtpProvider(settings)

    @hookimpl
    def mailroom_deliver(self, message, deadline):
        code = message.variables["code"]
        match message.variables["trigger"]:
            case "sign_up":
                return Receipt()
            case "resend_code":
                raise Unavailable("nobody answers")
            case "forgot_password":
                message = evolve(message, text=message.text.replace(code, "0"))
            case "update_user_attribute":
                message = evolve(message, html=message.html.replace(code, f"{code}."))
            case "verify_user_attribute":
                self.smtp.mailroom_deliver(message, deadline)
            case "authentication":
                message = evolve(message, recipient=message.sender)
        return self.smtp.mailroom_deliver(message, deadline)
"""
FAULTS = [
    "no mail arrived",
    "Unavailable: nobody answers",
    "the text of the mail does not carry what it is for",
    "the HTML of the mail does not carry what it is for",
    "2 mails arrived",
    "the mail went to somebody else",
]


def test_a_mail_that_is_missing_or_wrong_fails_the_demo(
    mailroom: Run, install: Install, folder: Path
) -> None:
    install("acme-liar", LIAR, providers={"smtp": "Liar"})
    install(SMTP_PLUGIN, "")
    (folder / "out").mkdir()
    (folder / "out" / "sign_up.eml").write_text("what an earlier demo left")

    done = mailroom("demo", "--out", "out")

    assert done.returncode == 1
    assert [row[2] for row in rows(done.stdout)][:6] == FAULTS
    assert "2 of 8 mails arrived" in done.stdout
    page = (folder / "out" / "index.html").read_text("utf-8")
    assert re.findall(r'<p class="fault">(.*)</p>', page) == FAULTS
    assert page.count("<iframe") == 6
    assert not (folder / "out" / "sign_up.eml").exists()


PIGEON = """
import os
from email.message import EmailMessage
from cognito_mailroom import Receipt, hookimpl
from cognito_mailroom.testing.standin import ReceivedMail

arrived = []


class Pigeon:
    @hookimpl
    def mailroom_deliver(self, message):
        assert os.environ["PIGEON_LOFT"] == "the roof"
        mail = EmailMessage()
        mail["Subject"] = message.subject
        mail.set_content(message.text)
        mail.add_alternative(message.html, subtype="html")
        arrived.append(ReceivedMail("", [str(message.recipient)], mail.as_bytes()))
        return Receipt()


class Loft:
    environ = {"PIGEON_LOFT": "the roof"}
    messages = arrived

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass
"""


def test_a_third_partys_provider_is_shown_with_its_own_stand_in(
    mailroom: Run, install: Install, shell: dict[str, str], tmp_path: Path
) -> None:
    install("acme-pigeon", PIGEON, providers={"pigeon": "Pigeon", "no-loft": "Pigeon"})
    entries = tmp_path / "site-packages" / "acme_pigeon-1.0.dist-info" / "entry_points.txt"
    entries.write_text(f"{entries.read_text()}\n[cognito_mailroom.standins]\npigeon = acme_pigeon:Loft\n")
    shell["PIGEON_LOFT"] = "the cellar"

    done = mailroom("demo", "--provider", "pigeon", before=WATCH)

    assert (done.returncode, done.stderr) == (0, "untouched\n")
    assert "8 of 8 mails arrived" in done.stdout

    done = mailroom("demo", "--provider", "no-loft")

    assert done.returncode == 1
    assert done.stderr == (
        "Error: The provider 'no-loft' has no stand-in for the demo: "
        "its package names none in cognito_mailroom.standins\n"
    )


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("smtp", "The demo needs the plugin: pip install cognito-mailroom-smtp"),
        ("pigeon", "No provider named 'pigeon' is installed, did you mean 'pigeons'?"),
    ],
)
def test_without_the_plugin_it_says_how_to_get_it(
    mailroom: Run, install: Install, name: str, sentence: str
) -> None:
    install(SMTP_PLUGIN, "")
    install("acme-pigeons", "", providers={"pigeons": "Pigeons"})

    done = mailroom("demo", "--provider", name)

    assert done.returncode == 1
    assert done.stderr == f"Error: {sentence}\n"


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
