"""The preview in a real browser: looked through, worked with, and sent from."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from cognito_mailroom.mail.examples import SLUGS
from cognito_mailroom.testing.smtp_server import SmtpServer
from playwright.sync_api import Browser, FrameLocator, Page, expect

HEADING = '{% extends "default/sign_up.html" %}{% block heading %}HEADING{% endblock %}'


COMMAND = [sys.executable, "-m", "cognito_mailroom.cli", "preview"]


@contextmanager
def previewing(folder: Path, environment: dict[str, str] | None = None, port: int = 0) -> Iterator[str]:
    """The URL of ``cognito-mailroom preview FOLDER``, with these settings and no others."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("MAILROOM_", "SMTP_"))}
    with subprocess.Popen(  # noqa: S603
        [*COMMAND, str(folder), f"--port={port}", "--no-open"],
        env=kept | (environment or {}),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        [url] = [word for word in process.stdout.readline().split() if word.startswith("http")]
        try:
            yield url
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def mail_server() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("templates")


@pytest.fixture
def folder(templates: Path) -> Iterator[Path]:
    """The folder of templates that the preview watches; it is empty, and is left so."""
    yield templates
    for path in templates.iterdir():
        path.unlink()


@pytest.fixture(scope="module")
def url(templates: Path, mail_server: SmtpServer) -> Iterator[str]:
    settings = {
        "MAILROOM_PROVIDER": "smtp",
        "MAILROOM_FROM": "Kite <mail@kite.example>",
        "SMTP_HOST": mail_server.host,
        "SMTP_PORT": str(mail_server.port),
        "SMTP_USERNAME": mail_server.username,
        "SMTP_PASSWORD": mail_server.password,
        "SMTP_CA_FILE": str(mail_server.ca_file),
    }
    with previewing(templates, settings) as url:
        yield url


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        page = context.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        yield page
    assert wrong == []


def mail(page: Page) -> FrameLocator:
    return page.frame_locator("#shown > iframe")


def test_everything_that_is_switched_is_in_the_address(page: Page, url: str) -> None:
    page.goto(url)
    expect(mail(page).locator("h1")).to_have_text("Confirm your email address")

    page.get_by_role("link", name="Account take over notification").click()
    page.get_by_label("Language").select_option("de")
    page.get_by_label("Example").select_option("NO_ACTION")
    page.get_by_label("Dark", exact=True).check(force=True)
    page.get_by_role("button", name="320").click()
    expect(mail(page).locator("html")).to_have_attribute("lang", "de")
    shown = page.content()
    address = page.url

    assert urlsplit(address).query.split("&") == [
        "mail=account_take_over_notification", "language=de", "example=NO_ACTION", "scheme=dark", "width=320",
    ]  # fmt: skip
    page.goto("about:blank")
    page.goto(address)
    expect(mail(page).locator("html")).to_have_attribute("lang", "de")
    assert page.locator("#shown > iframe").get_attribute("width") == "320"
    ground = "getComputedStyle(document.querySelector('.card')).backgroundColor"
    assert mail(page).locator("body").evaluate(ground) == "rgb(26, 32, 39)"
    assert page.locator("h1").inner_text() in shown
    page.go_back()
    page.go_back()


def test_every_view_shows_its_part_and_the_inbox_shows_the_row(page: Page, url: str) -> None:
    page.goto(f"{url}?mail=sign_up")
    expect(page.locator("#inbox")).to_contain_text("Kite")
    expect(page.locator("#inbox .preheader")).to_have_text("Your code is 482910. It is valid for 24 hours.")

    for view, part in {
        "Text": "    482910\n", "Source": "<!doctype html>", "Headers": "alex@example.com",
    }.items():  # fmt: skip
        page.get_by_label(view, exact=True).check(force=True)
        expect(page.locator("#shown")).to_contain_text(part.strip())
    assert "view=headers" in page.url


def test_the_width_is_set_by_dragging_and_by_the_keyboard(page: Page, url: str) -> None:
    page.goto(f"{url}?mail=sign_up")
    frame, knob = page.locator("#shown > iframe"), page.get_by_label("Width of the mail, in pixels")
    expect(frame).to_have_attribute("width", "600")
    frame_box, knob_box = frame.bounding_box(), knob.bounding_box()
    assert frame_box
    assert knob_box
    middle = knob_box["y"] + knob_box["height"] / 2

    # The knob stands where the mail ends.
    page.mouse.move(frame_box["x"] + 600, middle)
    page.mouse.down()
    page.mouse.move(frame_box["x"] + 450, middle, steps=3)
    page.mouse.up()
    expect(frame).to_have_attribute("width", re.compile("4(49|50|51)"))
    assert re.search("width=4(49|50|51)", page.url)

    knob.press("Home")
    knob.press("ArrowRight")
    expect(frame).to_have_attribute("width", "241")
    expect(page).to_have_url(re.compile("width=241"))


def test_it_can_be_used_without_a_mouse(page: Page, url: str) -> None:
    page.goto(f"{url}?mail=sign_up")
    expect(mail(page).locator("h1")).to_be_visible()

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the mail")).to_be_focused()
    page.get_by_role("link", name="Resend code").press("Enter")
    expect(page.get_by_role("link", name="Resend code")).to_have_attribute("aria-current", "page")
    page.get_by_label("Light", exact=True).focus()
    page.keyboard.press("ArrowRight")
    assert "scheme=dark" in page.url
    expect(page.locator("#said")).to_have_text("Resend code, English: nothing is wrong.")


@pytest.mark.parametrize(
    ("scheme", "ground", "filtered", "sheets"),
    [
        ("light", "rgb(255, 255, 255)", False, True),
        ("dark", "rgb(26, 32, 39)", False, True),
        ("forced", "rgb(255, 255, 255)", True, True),
        ("bare", "rgb(255, 255, 255)", False, False),
    ],
)
@pytest.mark.parametrize("system", ["light", "dark"])
def test_a_scheme_is_shown_whatever_the_system_has(
    page: Page, url: str, system: str, scheme: str, ground: str, *, filtered: bool, sheets: bool
) -> None:
    page.emulate_media(color_scheme=system)
    page.goto(f"{url}?mail=sign_up&scheme={scheme}")
    card = mail(page).locator(".card")
    assert card.evaluate("each => getComputedStyle(each).backgroundColor") == ground
    assert (
        page.locator("#shown > iframe").evaluate("each => getComputedStyle(each).filter") != "none"
    ) == filtered
    assert (mail(page).locator("head style").count() > 0) == sheets


def test_nothing_in_a_mail_runs_or_leads_away(page: Page, url: str, folder: Path) -> None:
    page.goto(f"{url}?mail=sign_up")
    hostile = '{{ code }}<script>top.ran = 1</script><img src="x:" onerror="top.ran = 1"><a href="https://a.example">A</a>'
    (folder / "sign_up.html").write_text(hostile, "utf-8")

    mail(page).get_by_role("link", name="A", exact=True).click()
    expect(page.locator("#shown > iframe")).to_have_attribute("sandbox", "allow-same-origin")

    expect(mail(page).get_by_role("link", name="A", exact=True)).to_be_visible()
    assert page.evaluate("window.ran") is None


def test_a_saved_file_is_seen_and_the_scroll_is_kept(
    page: Page, url: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page.set_viewport_size({"width": 1440, "height": 300})
    page.goto(f"{url}?mail=sign_up")
    expect(mail(page).locator("h1")).to_have_text("Confirm your email address")
    page.evaluate("scrollTo(0, 200)")
    assert (before := page.evaluate("scrollY")) > 100

    # A page's clock is the machine's own.
    page.evaluate("""new MutationObserver(() => { window.painted ??= Date.now(); })
        .observe(document.body, { attributeFilter: ["data-version"] })""")
    saved = page.evaluate("Date.now()")
    (folder / "sign_up.html").write_text(HEADING.replace("HEADING", "Changed"), "utf-8")
    expect(mail(page).locator("h1")).to_have_text("Changed")
    expect(page.locator("body")).to_have_attribute("data-version", re.compile(r"\d"))
    with capsys.disabled():
        print(f"\nrepainted {page.evaluate('painted') - saved} ms after the file was saved")  # noqa: T201 - a figure

    assert page.evaluate("scrollY") == before


def test_a_broken_template_is_shown_in_place_until_it_is_mended(page: Page, url: str, folder: Path) -> None:
    page.goto(f"{url}?mail=sign_up")
    expect(mail(page).locator("h1")).to_be_visible()

    (folder / "sign_up.html").write_text(
        '{% extends "default/sign_up.html" %}\n{% block heading %}\n{{ no', "utf-8"
    )
    expect(page.locator("#faults")).to_contain_text("sign_up.html does not compile, line 3")
    expect(page.locator("#faults mark")).to_have_text("3{{ no")
    page.get_by_role("link", name="Resend code").click()
    expect(mail(page).locator("h1")).to_be_visible()
    page.get_by_role("link", name="Sign up").click()
    expect(page.locator("#faults")).to_be_visible()

    (folder / "sign_up.html").write_text(HEADING.replace("HEADING", "Mended"), "utf-8")
    expect(mail(page).locator("h1")).to_have_text("Mended")
    expect(page.locator("#faults")).to_be_hidden()


def test_a_page_outlives_its_server(page: Page, folder: Path) -> None:
    with previewing(folder) as url:
        page.goto(f"{url}?mail=resend_code&language=de")
        expect(mail(page).locator("h1")).to_be_visible()
        page.evaluate("window.isOld = true")
    expect(page.locator("#faults")).to_contain_text("The preview has ended.")

    (folder / "resend_code.html").write_text("<h1>{{ code }}</h1>", "utf-8")
    with previewing(folder, port=urlsplit(url).port or 0):
        expect(mail(page).locator("h1")).to_have_text("482910")
        assert page.evaluate("window.isOld") is None
        expect(page.locator("#faults")).to_be_hidden()
        page.goto("about:blank")


def test_a_frame_is_as_high_as_its_mail(page: Page, url: str, folder: Path) -> None:
    page.goto(f"{url}?mail=sign_up")
    for height in (900, 90):  # also where it was higher before
        text = f'<body style="height: 100%; margin: 0"><div style="height: {height}px">{{{{ code }}}}</div>'
        (folder / "sign_up.html").write_text(text, "utf-8")
        expect(page.locator("#shown > iframe")).to_have_css("height", f"{height}px")


def test_what_is_shown_is_sent_to_me(page: Page, url: str, mail_server: SmtpServer) -> None:
    mail_server.messages.clear()
    page.goto(f"{url}?mail=forgot_password&language=de")
    page.get_by_label("Address").fill("me@example.com")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#send [role=status]")).to_contain_text("Sent by smtp")

    [received] = mail_server.messages
    assert received.rcpt_to == ["me@example.com"]
    assert received.message["Subject"] == page.locator("h1").inner_text()


def test_nobody_else_may_send_or_read(page: Page, url: str, mail_server: SmtpServer) -> None:
    mail_server.messages.clear()
    page.goto(url)
    token = page.evaluate("begin.token")
    host = urlsplit(url).netloc
    good = {"Origin": f"http://{host}", "Content-Type": "application/json"}

    def status(
        body: object, headers: dict[str, str], method: str = "POST", path: str = "/send?mail=sign_up"
    ) -> int:
        connection = http.client.HTTPConnection(host)
        try:
            connection.request(method, path, json.dumps(body), headers)
            return connection.getresponse().status
        finally:
            connection.close()

    mine = {"token": token, "address": "me@example.com"}
    assert status(mine, good | {"Origin": "http://evil.example"}) == 403
    assert status(mine, good | {"Origin": "http://localhost:1"}) == 403
    assert status(mine, {"Content-Type": "application/json"}) == 403
    assert status(mine, good | {"Sec-Fetch-Site": "cross-site"}) == 403
    assert status(mine, good | {"Content-Type": "text/plain"}) == 403
    assert status(mine | {"token": "guessed"}, good) == 403
    assert status([token], good) == 403
    assert status(None, {"Host": "evil.example"}, "GET", "/") == 403
    assert status(mine, good | {"Host": "evil.example", "Origin": "http://evil.example"}) == 403
    assert mail_server.messages == []
    assert status(mine, good) == 200
    assert len(mail_server.messages) == 1


def test_another_page_cannot_send(browser: Browser, url: str, folder: Path, mail_server: SmtpServer) -> None:
    mail_server.messages.clear()
    with previewing(folder) as elsewhere, browser.new_context(bypass_csp=True) as context:
        page = context.new_page()
        page.goto(elsewhere)
        said = page.evaluate(
            """url => fetch(`${url}send?mail=sign_up`, {method: "POST", body: "{}",
            headers: {"Content-Type": "application/json"}}).then(() => "answered", () => "refused")""",
            url,
        )
    assert said == "refused"
    assert mail_server.messages == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("state", ["mail=sign_up", "mail=all", "mail=sign_up&view=source&scheme=forced"])
def test_everybody_can_use_the_page(page: Page, url: str, scheme: str, width: int, state: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{url}?{state}")
    shown = page.locator(".sheet iframe" if state == "mail=all" else "#findings li")
    expect(shown.first).to_be_attached()
    found = Axe().run(page, options={"iframes": False})
    assert not found.violations_count, found.generate_report()


def test_it_starts_at_once_without_what_only_the_function_needs(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    started = monotonic()
    with previewing(folder) as url:
        connection = http.client.HTTPConnection(urlsplit(url).netloc)
        connection.request("GET", "/")
        assert connection.getresponse().status == 200
        with capsys.disabled():
            print(f"\nthe page was there after {(monotonic() - started) * 1000:.0f} ms")  # noqa: T201 - a figure
        connection.close()
    loaded = subprocess.run(
        [sys.executable, "-c", "import cognito_mailroom.cli.preview.run, sys; print(*sys.modules)"],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert {"moto", "aws_encryption_sdk", "playwright"}.isdisjoint(loaded)
    assert not [name for name in loaded if name.startswith("cognito_mailroom.cognito.")]


def test_written_as_files_it_needs_no_server(page: Page, folder: Path, tmp_path: Path) -> None:
    subprocess.run([*COMMAND, folder, "--out", tmp_path / "out"], check=True, capture_output=True)  # noqa: S603
    index = (tmp_path / "out" / "index.html").as_uri()

    page.goto(f"{index}?mail=forgot_password&language=ar")
    expect(mail(page).locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("#findings li").first).to_contain_text("Contrast")
    expect(page.get_by_role("button", name="Send")).to_be_hidden()
    page.get_by_role("link", name="All mails").click()
    expect(page.frame_locator(".sheet iframe >> nth=1").locator("h1")).to_be_visible()


def test_a_brand_is_tried_broken_and_mended(page: Page, url: str, folder: Path) -> None:
    page.goto(f"{url}?mail=sign_up&language=de")
    expect(mail(page).locator(".brand")).to_have_text("Kite")
    expect(page.get_by_label("Brand")).to_be_hidden()

    (folder / "brand.toml").write_text('[clients.example]\nname = "Partners"\naccent = "#7a1fa2"\n', "utf-8")
    page.get_by_label("Brand").select_option("client example")
    expect(mail(page).locator(".brand")).to_have_text("Partners")
    assert "brand=client+example" in page.url
    (folder / "brand.toml").write_text('[clients.example]\nname = "Friends"\naccent = "#eeeeee"\n', "utf-8")
    expect(page.locator("#faults mark")).to_have_text('3accent = "#eeeeee"')
    expect(mail(page).locator(".brand")).to_have_text("Friends")
    (folder / "brand.toml").unlink()
    expect(mail(page).locator(".brand")).to_have_text("Kite")
    expect(page.locator("#faults")).to_be_hidden()


def test_a_screenshot_is_taken_of_every_mail(folder: Path, tmp_path: Path) -> None:
    (folder / "brand.toml").write_text('[brand]\nlanguages = ["ar", "en"]', "utf-8")
    command = [*COMMAND, str(folder), "--screenshots", str(tmp_path / "shots")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603

    pictures = {
        str(path.relative_to(tmp_path / "shots")): path for path in (tmp_path / "shots").rglob("*.png")
    }
    assert done.stdout == f"{len(pictures)} screenshots are in {tmp_path / 'shots'}\n"
    assert len(pictures) == 2 * len(SLUGS) * 2
    light, dark = (pictures[f"default/ar/sign_up-{scheme}.png"].read_bytes() for scheme in ("light", "dark"))
    assert light != dark
    assert int.from_bytes(light[16:20]) == 600  # a PNG's width

    done = subprocess.run(  # noqa: S603
        [*command[:-1], str(tmp_path / "none")],
        env={**os.environ, "PATH": ""},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stderr == "Error: Screenshots need a browser: install Chromium or Google Chrome.\n"
