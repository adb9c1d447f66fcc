"""A real browser for the mails: the system's own Chromium, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (  # Chromium's own errands on the network have no part in these tests
    "--disable-background-networking", "--disable-component-update", "--disable-gpu", "--disable-quic",
    "--disable-sync", "--no-first-run",
)  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.exit(
            "These tests need a browser: install the package chromium or Google Chrome.", returncode=1
        )
    with sync_playwright() as playwright:
        # Chromium's sandbox refuses to run as root, as which CI often runs; it only ever sees our mails.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", *QUIET])
        yield browser
        browser.close()


@pytest.fixture
def show(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a mail in light or dark at a width in pixels; fails if it asks for anything."""
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    with browser.new_context() as context:
        context.route("**/*", refuse)

        def show(html: str, scheme: Literal["light", "dark"] = "light", width: int = 600) -> Page:
            page = context.new_page()
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)
            page.set_content(html)
            return page

        yield show
    assert asked == [], "the mail loads something from elsewhere"
