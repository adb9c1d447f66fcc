"""The preview without a browser: what its server answers, and what the command prints and writes."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tomllib
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from cognito_mailroom.mail.examples import SLUGS
from cognito_mailroom.mail.languages import installed, load
from cognito_mailroom.testing.smtp_server import SmtpServer

Run = Callable[..., subprocess.CompletedProcess[str]]
LAYOUT = '{% extends "default/layout.html" %}\n'


class Preview:
    """A running preview, asked as a browser asks."""

    def __init__(self, url: str) -> None:
        self.host = urlsplit(url).netloc
        self.origin = f"http://{self.host}"

    def ask(self, path: str, body: object = None, **headers: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection(self.host, timeout=10)
        sent = {name.replace("_", "-"): text for name, text in headers.items()}
        try:
            connection.request("POST" if body else "GET", path, json.dumps(body) if body else None, sent)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def get(self, path: str, **query: str) -> Any:
        status, body = self.ask(f"/{path}?{urlencode(query)}")
        assert status == 200
        return json.loads(body)

    def begin(self) -> Any:
        """What the page is told at the start."""
        begin = re.search(r'<script type="application/json" id="begin">(.*)</script>', self.ask("/")[1])
        assert begin
        return json.loads(begin[1])

    @property
    def token(self) -> str:
        token: str = self.begin()["token"]
        return token

    def choices(self) -> Any:
        with self.changes() as following:
            return following()["choices"]

    @contextmanager
    def changes(self) -> Iterator[Callable[[], Any]]:
        """Reads what the page is told next: at once, and after each change."""
        connection = http.client.HTTPConnection(self.host, timeout=30)
        connection.request("GET", "/changes")
        answer = connection.getresponse()

        def following() -> Any:
            while not (line := answer.readline()).startswith(b"data:"):
                pass
            return json.loads(line.removeprefix(b"data:"))

        try:
            yield following
        finally:
            answer.close()
            connection.close()


@pytest.fixture(scope="module")
def mail_server() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("templates")


@contextmanager
def previewing(settings: dict[str, str]) -> Iterator[Preview]:
    command = [
        sys.executable,
        "-W",
        "error",
        "-m",
        "cognito_mailroom.cli",
        "preview",
        "--port=0",
        "--no-open",
    ]
    with subprocess.Popen(  # noqa: S603
        command, env=os.environ | settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        [url] = re.findall(r"http://\S+", process.stdout.readline())
        yield Preview(url)
        process.terminate()
        assert (process.wait(), process.stderr.read()) == (143, "")


@pytest.fixture(scope="module")
def running(templates: Path, mail_server: SmtpServer) -> Iterator[Preview]:
    settings = {
        "MAILROOM_TEMPLATES": str(templates),
        "MAILROOM_PROVIDER": "smtp",
        "MAILROOM_FROM": "Kite <mail@kite.example>",
        "MAILROOM_REPLY_TO": "help@kite.example",
    }
    with previewing({**settings, **mail_server.environ}) as preview:
        yield preview


@pytest.fixture
def preview(running: Preview, templates: Path, mail_server: SmtpServer) -> Iterator[Preview]:
    mail_server.messages.clear()
    yield running
    with running.changes() as following:
        following()
        for path in (left := list(templates.iterdir())):
            path.unlink()
        if left:
            following()


def write(preview: Preview, path: Path, text: str) -> None:
    """Saves a file, and waits until the preview has seen it."""
    with preview.changes() as following:
        following()
        path.write_text(text, "utf-8")
        following()


# -- what the server answers -----------------------------------------------------------------------------


def test_there_is_every_mail_with_its_examples(preview: Preview) -> None:
    choices = preview.choices()

    assert list(choices["mails"]) == list(SLUGS)
    assert "no-code" in choices["mails"]["admin_create_user"]
    assert "no-code" not in choices["mails"]["sign_up"]
    assert {"NO_ACTION", "MFA_REQUIRED"} < set(choices["mails"]["account_take_over_notification"])
    assert choices["brands"]["default"]["name"] == "Kite"
    assert sorted(choices["brands"]["default"]["languages"]) == sorted(installed())
    assert choices["problems"] == []


def test_a_change_is_not_missed_between_the_page_and_its_stream(preview: Preview, templates: Path) -> None:
    seen = preview.begin()["version"]
    write(preview, templates / "_part.html", "")

    with preview.changes() as following:
        assert following()["version"] > seen
    assert preview.begin()["version"] > seen


def test_a_mail_is_told_as_an_inbox_and_its_reader_see_it(preview: Preview) -> None:
    mail = preview.get("mail", mail="sign_up", language="de")

    assert mail["sender"] == ["Kite", "mail@kite.example"]
    assert "482910" in mail["preheader"]
    assert mail["preheader"] == mail["preheader"].strip()
    headers = {name: (read, sent) for name, read, sent in mail["headers"]}
    assert headers["Reply-To"] == ("help@kite.example",) * 2
    assert headers["Subject"][0] == mail["subject"]
    assert headers["Subject"][1].isascii()
    assert "Date" not in headers
    assert mail["subject"] in mail["html"]
    assert "    482910\n" in mail["text"]
    assert mail == preview.get("mail", mail="sign_up", language="de")


@pytest.mark.parametrize(
    ("example", "shown", "hidden"),
    [
        ("usual", "Alex", None),
        ("no-name", "Hello,", "Alex"),
        ("long-name", "Schillingsfürst", "Alex"),
        ("rtl-name", "ליאורה", "Alex"),
        ("gone", "Alex", None),
    ],
)
def test_an_example_is_what_it_says(preview: Preview, example: str, shown: str, hidden: str | None) -> None:
    html = preview.get("mail", mail="sign_up", language="en", example=example)["html"]

    assert shown in html
    assert hidden is None or hidden not in html


@pytest.mark.parametrize(
    ("name", "text", "said", "line"),
    [
        ("sign_up.html", LAYOUT + "{% block heading %}\n{{ nmae }}{% endblock %}", "'nmae' is undefined", 3),
        ("sign_up.html", LAYOUT + "{% block heading", "does not compile", 2),
        ("sign_up.txt", "\n{{ 1 / 0 }}", "ZeroDivisionError", 2),
    ],
)
def test_a_mistake_is_told_with_its_lines_until_it_is_mended(
    preview: Preview, templates: Path, name: str, text: str, said: str, line: int
) -> None:
    write(preview, templates / name, text)

    fault = preview.get("mail", mail="sign_up", language="en")["fault"]

    assert said in fault["says"]
    assert name in fault["says"]
    assert fault["place"]["line"] == line
    assert [line, text.split("\n")[line - 1]] in fault["place"]["lines"]
    assert fault["place"]["file"] == str(templates / name)
    assert preview.get("mail", mail="resend_code", language="en")["subject"]
    write(preview, templates / name, "{{ subject }} {{ code }}")
    assert "fault" not in preview.get("mail", mail="sign_up", language="en")


def test_the_folder_is_checked_as_a_whole(preview: Preview, templates: Path) -> None:
    assert preview.get("folder") == []

    write(preview, templates / "sing_up.html", "")

    [said] = preview.get("folder")
    assert said.startswith("sing_up.html replaces no template, did you mean 'sign_up.html'?")


def test_a_folder_that_is_gone_is_told_of_and_the_mails_stay(folder: Path) -> None:
    with previewing({"MAILROOM_TEMPLATES": str(folder)}) as preview, preview.changes() as following:
        following()
        folder.rmdir()
        [problem] = following()["choices"]["problems"]

        assert problem["says"].startswith("MAILROOM_TEMPLATES is malformed: want an existing folder")
        assert preview.get("mail", mail="sign_up")["subject"]
        assert preview.ask("/send", {"address": "me@example.com"})[0] == 403


def test_nobody_but_the_page_sends(preview: Preview, mail_server: SmtpServer) -> None:
    mine = {"token": preview.token, "address": "me@example.com"}
    good = {"Origin": preview.origin, "Content_Type": "application/json"}
    send = "/send?mail=forgot_password&language=de"
    refused = [
        (mine, good | {"Origin": "http://evil.example"}),
        (mine, good | {"Origin": "null"}),
        (mine, {"Content_Type": "application/json"}),
        (mine, good | {"Sec_Fetch_Site": "cross-site"}),
        (mine, good | {"Content_Type": "text/plain"}),
        (mine | {"token": "guessed"}, good),
        (mine | {"token": None}, good),
        ([mine["token"]], good),
        (mine, good | {"Host": "evil.example", "Origin": "http://evil.example"}),
        (mine, good | {"Host": "127.0.0.1", "Origin": "http://127.0.0.1"}),
    ]

    assert [preview.ask(send, body, **headers)[0] for body, headers in refused] == [403] * len(refused)
    assert mail_server.messages == []

    for _ in range(2):  # what is sent again arrives again
        assert json.loads(preview.ask(send, mine, **good)[1])["sent"].startswith("Sent by smtp")
    first, second = mail_server.messages
    assert first.rcpt_to == second.rcpt_to == ["me@example.com"]
    assert first.message["Message-ID"] != second.message["Message-ID"]
    assert first.message["Subject"] == preview.get("mail", mail="forgot_password", language="de")["subject"]


@pytest.mark.parametrize("path", ["/", "/folder", "/mail?mail=sign_up", "/changes"])
def test_nothing_is_shown_under_another_name(preview: Preview, path: str) -> None:
    assert preview.ask(path, Host="evil.example")[0] == 403


@pytest.mark.parametrize(
    "address", ["", "me", "a@b.example, c@d.example", "me@example.com\nBcc: you@example.com"]
)
def test_an_address_that_is_none_is_one_sentence(
    preview: Preview, mail_server: SmtpServer, address: str
) -> None:
    body = {"token": preview.token, "address": address}

    status, said = preview.ask("/send", body, Origin=preview.origin, Content_Type="application/json")

    assert status == 200
    assert re.fullmatch(r"[A-Z][^\n]*\.", json.loads(said)["fault"])
    assert mail_server.messages == []


def test_a_provider_that_refuses_says_why_without_the_address(
    preview: Preview, mail_server: SmtpServer
) -> None:
    body = {"token": preview.token, "address": "gone@example.com"}
    mail_server.replies["RCPT"] = "550 5.1.1 No such user gone@example.com"
    try:
        _, said = preview.ask("/send", body, Origin=preview.origin, Content_Type="application/json")
    finally:
        mail_server.replies.clear()

    assert "5.1.1" in json.loads(said)["fault"]
    assert "gone@" not in said


BRAND = """
[brand]
name = "Kite"
logo = "logo.png"

[clients.5k3example1client2id3]
name = "Kite Partners"
from = "Partners <hi@partners.example>"
languages = ["de", "ja"]
"""
LOGO = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def test_each_brand_is_shown_as_its_own(preview: Preview, templates: Path) -> None:
    (templates / "logo.png").write_bytes(LOGO)
    write(preview, templates / "brand.toml", BRAND)

    choices = preview.choices()
    partners = "client 5k3example1client2id3"
    assert list(choices["brands"]) == ["default", partners]
    assert choices["brands"][partners] == {"name": "Kite Partners", "languages": ["de", "ja"]}
    mail = preview.get("mail", mail="sign_up", language="de", brand=partners)
    assert mail["sender"] == ["Partners", "hi@partners.example"]
    assert "Kite Partners" in mail["text"]
    [(name, data)] = mail["images"].items()
    assert f'src="{name}"' in mail["html"]
    assert b64decode(data.removeprefix("data:image/png;base64,")) == LOGO
    other = preview.get("mail", mail="sign_up", language="fr", brand=partners)
    assert other["subject"] == mail["subject"]


def test_mistakes_in_the_brand_and_the_sentences_are_told_and_the_mails_go_on(
    preview: Preview, templates: Path
) -> None:
    write(preview, templates / "brand.toml", BRAND.replace('name = "Kite"', 'nmae = "Kite"'))

    unknown, missing = preview.choices()["problems"]
    assert unknown["says"].startswith("brand.toml, line 3: [brand] nmae: there is no such key")
    assert [3, 'nmae = "Kite"'] in unknown["place"]["lines"]
    assert missing["place"]["line"] == 4
    assert preview.get("mail", mail="sign_up")["subject"]


# -- checks ----------------------------------------------------------------------------------------------

BODY = '<body style="background: #fff"><p style="color: #333">{{ code }}</p>%s</body>'
CHECKS = {
    "good": ("", {}),
    "grey on white": ('<p style="color: #999">Hello</p>', {"contrast": "error"}),
    "grey on white in dark alone": (
        (
            '<div class="x"><p class="y" style="color: #000">Hello</p></div>'
            "<style>@media (prefers-color-scheme: dark) { .x .y { color: #999 !important } }</style>"
        ),
        {"contrast": "error"},
    ),
    "nothing said of colours": ("<p>Hello</p>", {}),
    "a link as dark schemes have it on white": (
        '<meta name="color-scheme" content="light dark"><a href="https://a.example">Hello</a>',
        {"contrast": "error"},
    ),
    "hidden": ('<p style="display: none; color: #fff">Hello</p>', {}),
    "no alt text": ('<img src="https://a.example/x.png">', {"alt texts": "error"}),
    "an empty alt text": ('<img alt="" src="https://a.example/x.png">', {}),
    "http": ('<a style="color: #000" href="http://a.example">Hello</a>', {"links": "error"}),
    "script": ('<a style="color: #000" href="javascript:alert()">Hello</a>', {"links": "error"}),
    "mailto and an anchor": ('<a href="mailto:a@b.example">A</a> <a href="#b">B</a>', {}),
    "large": ("<!-- " + "x" * 102 * 1024 + " -->", {"size": "error"}),
}


@pytest.mark.parametrize("case", CHECKS)
def test_a_check_finds_what_it_is_for_and_nothing_else(preview: Preview, templates: Path, case: str) -> None:
    html, bad = CHECKS[case]
    write(preview, templates / "sign_up.html", BODY % html)

    found = preview.get("findings", mail="sign_up", language="en")

    levels = {each["check"]: each["level"] for each in found if each["level"] not in {"ok", "note"}}
    assert levels == bad
    assert [bool(each["places"]) for each in found if each["check"] in bad and each["check"] != "size"] in (
        [],
        [True],
    )


def test_each_scheme_is_judged_by_itself(preview: Preview, templates: Path) -> None:
    html, _ = CHECKS["grey on white in dark alone"]
    write(preview, templates / "sign_up.html", BODY % html)

    [contrast] = [each for each in preview.get("findings", mail="sign_up") if each["check"] == "contrast"]
    assert contrast["places"] == ["Hello (2.8 : 1, dark, line 1)"]


def test_wide_lines_are_found_but_for_one_long_word(preview: Preview, templates: Path) -> None:
    write(
        preview, templates / "sign_up.txt", f"{{{{ code }}}}\n{'x' * 200}\n{'word ' * 20}\n{'語' * 39} 語\n"
    )

    found = preview.get("findings", mail="sign_up", language="en")

    [lines] = [each for each in found if each["check"] == "line lengths"]
    assert lines["places"] == ["line 3: 100 columns", "line 4: 81 columns"]


def test_a_check_says_where_the_support_of_clients_comes_from(preview: Preview) -> None:
    [clients] = [each for each in preview.get("findings", mail="sign_up") if each["check"] == "clients"]
    assert "npm install caniemail" in clients["says"]


FEATURES = {
    "last_update_date": "2025-09-09 18:08:06 +0000",
    "nicenames": {"family": {"acme": "Acme Mail"}, "platform": {"ios": "iOS", "web": "Web"}},
    "data": [
        {"title": title, "category": category, "stats": {"acme": stats}}
        for title, category, stats in [
            ("border-radius", "css", {"ios": {"1": "y", "2": "n"}, "web": {"1": "y"}}),
            ("table-layout", "css", {"ios": {"1": "n", "2": "y"}}),
            ("@media (prefers-color-scheme)", "css", {"ios": {"1": "n #1"}, "web": {"1": "n"}}),
            ("display:none", "css", {"web": {"1": "n"}}),
            ("<h1> to <h6> elements", "html", {"web": {"1": "n"}}),
            ("role attribute", "html", {"web": {"1": "n"}}),
            ("<video> element", "html", {"web": {"1": "n"}}),
        ]
    ],
}


def test_what_clients_drop_is_read_from_what_npm_puts_beside(mailroom_here: Run, folder: Path) -> None:
    place = folder / "node_modules" / "caniemail" / "dist" / "data" / "caniemail.json"
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps(FEATURES))

    done = mailroom_here("preview", "--json")

    found = json.loads(done.stdout)["mails"][0]["findings"][-1]
    assert (found["check"], found["level"]) == ("clients", "note")
    assert found["places"] == [
        "<h1>: Acme Mail",
        "@media (prefers-color-scheme): Acme Mail",
        "border-radius: Acme Mail (iOS)",
        "display:none: Acme Mail",
        "role attribute: Acme Mail",
    ]


EXTENSION = """
from cognito_mailroom import hookimpl

class Team:
    @hookimpl
    def mailroom_template_context(self, notification):
        return {"team": f"the team of {notification.slug}"}
"""


def test_what_an_extension_adds_is_known(
    mailroom_here: Run, install: Callable[..., None], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("mail-team", EXTENSION, extensions={"team": "Team"})
    (folder / "sign_up.txt").write_text("{{ code }} {{ team }}")
    (folder / "brand.toml").write_text('[brand]\nlanguages = ["en"]')

    assert mailroom_here("preview", "--json", ".").returncode == 0
    monkeypatch.setenv("MAILROOM_EXTENSIONS", "none")
    told = json.loads(mailroom_here("preview", "--json", ".").stdout)
    assert "unknown variable 'team'" in told["problems"][0]


def test_a_sentence_said_otherwise_in_english_is_to_be_translated(mailroom_here: Run, folder: Path) -> None:
    (folder / "brand.toml").write_text('[brand]\nlanguages = ["en", "de"]')
    (folder / "sentences").mkdir()
    (folder / "sentences" / "en.toml").write_text('[sign_up]\nheading = "Welcome aboard"')

    told = json.loads(mailroom_here("preview", "--json", ".").stdout)["mails"]

    missing = {
        (mail["mail"], mail["language"], *finding["places"])
        for mail in told
        for finding in mail["findings"]
        if finding["check"] == "translations" and finding["level"] == "warning"
    }
    assert missing == {("sign_up", "de", "sign_up.heading")}


# -- what the command prints and writes ------------------------------------------------------------------


def test_as_json_it_tells_of_all_mails_and_whether_any_is_wrong(mailroom_here: Run, folder: Path) -> None:
    done = mailroom_here("preview", "--json")

    told = json.loads(done.stdout)
    assert (done.returncode, told["problems"]) == (0, [])
    assert {each["mail"] for each in told["mails"]} == set(SLUGS)
    assert {each["language"] for each in told["mails"]} == set(installed())

    (folder / "sign_up.html").write_text("{{ code }}{{ nmae }}")
    done = mailroom_here("preview", "--json", ".")
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert "'nmae'" in told["problems"][0]
    wrong = [each for each in told["mails"] if each["findings"][0]["check"] == "templates"]
    assert {each["mail"] for each in wrong} == {"sign_up"}


def test_files_hold_every_mail_and_the_page(mailroom_here: Run, folder: Path) -> None:
    done = mailroom_here("preview", "--out", "out")

    assert (done.returncode, done.stdout) == (0, "Open out/index.html\n")
    index = (folder / "out" / "index.html").read_text("utf-8")
    begin = json.loads(index.partition('id="begin">')[2].partition("</script>")[0])
    assert len(begin["files"]) == len(installed()) * len(SLUGS)
    assert "token" not in begin
    path = begin["files"]["default/de/sign_up"]
    script = (folder / "out" / path).read_text("utf-8")
    shown = json.loads(script.removeprefix(f'mailroom("{path}", ').removesuffix(");\n"))
    assert list(shown) == ["usual", "no-name", "long-name", "rtl-name"]
    assert shown["usual"]["findings"]
    assert (
        mailroom_here("preview", "--out", "out").stderr
        == "Error: out cannot be written to: Directory not empty.\n"
    )


@pytest.mark.parametrize("tag", installed())
def test_the_sentences_of_a_language_are_a_file_to_begin_with(mailroom_here: Run, tag: str) -> None:
    done = mailroom_here("preview", "--sentences", tag)

    assert done.returncode == 0
    written = tomllib.loads(done.stdout)
    catalogue, english = load(tag), load("en")
    for key, said in catalogue.SENTENCES.items():
        entry = written
        for name in key.split("."):
            entry = entry[name]
        before = english.SENTENCES[key]
        assert entry["english"] == (before if isinstance(before, str) else before[-1])
        forms = [entry["text"]] if isinstance(said, str) else [entry[name] for name in catalogue.CATEGORIES]
        assert tuple(forms) == ((said,) if isinstance(said, str) else said)


def test_the_sentences_of_another_language_are_english_in_its_forms(mailroom_here: Run, folder: Path) -> None:
    done = mailroom_here("preview", "--sentences", "cs")

    (folder / "brand.toml").write_text('[brand]\nlanguages = ["cs"]')
    (folder / "sentences").mkdir()
    (folder / "sentences" / "cs.toml").write_text(done.stdout, "utf-8")
    assert json.loads(mailroom_here("preview", "--json", ".").stdout)["problems"] == []
    hours = tomllib.loads(done.stdout)["duration"]["hours"]
    assert hours == {"english": "{n} hours", **dict.fromkeys(("one", "few", "other"), "{n} hours")}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--sentences", "../en"], "'../en' is no tag of a language: want one such as de or pt-BR."),
        (["--sentences", "xq"], "There is no language 'xq' in CLDR."),
        (["--caniemail", "x.json"], "x.json cannot be read: it is not caniemail's."),
        (["--port", "{port}"], "Port {port} is taken: name another with --port."),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    mailroom_here: Run, folder: Path, arguments: list[str], said: str
) -> None:
    (folder / "x.json").write_text("[]")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = mailroom_here("preview", "--no-open", *(each.format(port=port) for each in arguments))

    assert (done.returncode, done.stderr) == (1, f"Error: {said.format(port=port)}\n")


def test_a_setting_that_is_malformed_is_named(mailroom: Run, shell: dict[str, str]) -> None:
    shell["MAILROOM_FROM"] = "nobody"

    done = mailroom("preview", "--json")

    assert done.returncode == 1
    assert done.stderr.startswith("Error: ConfigurationError: MAILROOM_FROM is malformed")


@pytest.mark.parametrize("missing", ["flask", "watchfiles", "lxml.html"])
def test_a_missing_extra_is_one_sentence(mailroom: Run, missing: str) -> None:
    done = mailroom("preview", "--no-open", before=f"import sys; sys.modules[{missing!r}] = None")

    package = missing.partition(".")[0]
    assert done.returncode == 1
    assert done.stderr == f"Error: The preview needs {package}: pip install 'cognito-mailroom[preview]'\n"
