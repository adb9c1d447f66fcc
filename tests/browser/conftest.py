"""One page of a real browser, which all mails are opened in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, Route

from tests.browser.chromium import launched


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def asked() -> list[str]:
    """What mails tried to load."""
    return []


@pytest.fixture(scope="session")
def page(browser: Browser, asked: list[str]) -> Page:
    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    page = browser.new_page()
    page.route("**/*", refuse)
    page.evaluate(AXE_SCRIPT)  # setting another content leaves it there
    return page


@pytest.fixture
def show(page: Page, asked: list[str]) -> Iterator[Callable[..., Page]]:
    """Opens a mail in light or dark at a width in pixels; fails if it asks for anything."""

    def show(html: str, scheme: Literal["light", "dark"] = "light", width: int = 600) -> Page:
        page.set_viewport_size({"width": width, "height": 568})
        page.emulate_media(color_scheme=scheme)
        page.set_content(html)
        return page

    yield show
    found = asked.copy()
    asked.clear()
    assert found == [], "the mail loads something from elsewhere"
