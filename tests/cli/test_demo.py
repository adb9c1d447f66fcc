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
from cognito_mailroom import Address, InlineImage, Trigger
from cognito_mailroom.cli.demo.gallery import write
from cognito_mailroom.cli.demo.received import Received
from cognito_mailroom.testing import ReceivedMail

Run = Callable[..., CompletedProcess[str]]
Install = Callable[..., None]

# Each would ruin the demo if it were heeded.
HOSTILE = {
    "AWS_PROFILE": "nobody",
    "AWS_ENDPOINT_URL_KMS": "http://127.0.0.1:1",
    "HTTP_PROXY": "http://127.0.0.1:1",
    "MAILROOM_PROVIDER": "pigeon",
    "MAILROOM_DRY_RUN": "true",
    "MAILROOM_ALLOWED_RECIPIENTS": "nobody@example.com",
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


def test_it_shows_the_mails_as_the_settings_have_them(
    mailroom: Run, shell: dict[str, str], folder: Path
) -> None:
    (folder / "mails").mkdir()
    (folder / "mails" / "brand.toml").write_text('[brand]\nname = "Brasserie"\nlanguages = ["fr"]\n')
    shell |= {"MAILROOM_TEMPLATES": "mails", "MAILROOM_FROM": "Chez nous <nous@brasserie.example>"}

    done = mailroom("demo")

    assert done.returncode == 0, done.stderr
    sign_up = folder / "mailroom-demo" / "sign_up.eml"
    mail = email.message_from_bytes(sign_up.read_bytes(), policy=email.policy.default)
    assert mail["From"] == "Chez nous <nous@brasserie.example>"
    assert mail["Subject"] == "Confirmez votre adresse e-mail pour Brasserie"


def test_a_mistake_in_the_folder_is_one_sentence(mailroom: Run, shell: dict[str, str], folder: Path) -> None:
    (folder / "brand.toml").write_text('[brand]\nnaem = "Acme"\n')
    shell |= {"MAILROOM_TEMPLATES": "."}

    done = mailroom("demo")

    assert done.returncode == 1
    assert done.stderr.startswith(
        "Error: ConfigurationError: MAILROOM_TEMPLATES: brand.toml, line 2: [brand] naem"
    )
    assert "Traceback" not in done.stderr


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


def test_the_gallery_shows_the_images_that_travel_inside_a_mail(tmp_path: Path) -> None:
    shown = '<img src="cid:logo-dark" alt="Acme"><img src="cid:logo" alt="Acme">'
    images = [
        InlineImage(content_id=each, media_type="image/png", content=each.encode())
        for each in ("logo", "logo-dark")
    ]
    acme = Address("no-reply@acme.example")
    mail = ReceivedMail.written(acme, [acme], headers={}, html=shown, inline_images=images)

    index = write(tmp_path / "demo", [Received(Trigger.SIGN_UP, str(acme), mail, 0.1, "")])

    (frame,) = Page(index.read_text("utf-8")).found["iframe"]
    assert [element["src"] for element in Page(frame["srcdoc"] or "").found["img"]] == [
        "data:image/png;base64,bG9nby1kYXJr", "data:image/png;base64,bG9nbw==",
    ]  # fmt: skip


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
