"""The demo with providers that are wrong, unknown or of third parties."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Run = Callable[..., CompletedProcess[str]]
Install = Callable[..., None]

# Hides the distribution, which is the same by any spelling, but not its module.
SMTP_PLUGIN = "Cognito.Mailroom.SMTP"


def subjects(out: str) -> list[str]:
    """A column of the table: the subjects, or what is wrong instead."""
    return [line.split("│")[3].strip() for line in out.splitlines() if line[0] == "│"]


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


def name_stand_in(site: Path, distribution: str, name: str, stand_in: str) -> None:
    entries = site / f"{distribution}-1.0.dist-info" / "entry_points.txt"
    entries.write_text(f"{entries.read_text()}\n[cognito_mailroom.standins]\n{name} = {stand_in}\n")


def test_a_mail_that_is_missing_or_wrong_fails_the_demo(
    mailroom: Run, install: Install, folder: Path, tmp_path: Path
) -> None:
    install("acme-liar", LIAR, providers={"smtp": "Liar"})
    name_stand_in(
        tmp_path / "site-packages", "acme_liar", "smtp", "cognito_mailroom.testing.smtp_server:SmtpServer"
    )
    install(SMTP_PLUGIN, "")
    (folder / "out").mkdir()
    (folder / "out" / "sign_up.eml").write_text("what an earlier demo left")

    done = mailroom("demo", "--out", "out")

    assert done.returncode == 1
    assert subjects(done.stdout)[:6] == FAULTS
    assert "2 of 8 mails arrived" in done.stdout
    page = (folder / "out" / "index.html").read_text("utf-8")
    assert re.findall(r'<p class="fault">(.*)</p>', page) == FAULTS
    assert page.count("<iframe") == 6
    assert not (folder / "out" / "sign_up.eml").exists()


PIGEON = """
import os
from email.message import EmailMessage
from cognito_mailroom import Receipt, hookimpl
from cognito_mailroom.testing.stand_in import ReceivedMail

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
    name_stand_in(tmp_path / "site-packages", "acme_pigeon", "pigeon", "acme_pigeon:Loft")
    shell["PIGEON_LOFT"] = "the cellar"

    done = mailroom("demo", "--provider", "pigeon")

    assert (done.returncode, done.stderr) == (0, "")
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
