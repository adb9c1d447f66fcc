"""The system's own Chromium, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (  # Chromium's own errands on the network have no part in these tests
    "--disable-background-networking", "--disable-component-update", "--disable-gpu", "--disable-quic",
    "--disable-sync", "--no-first-run",
)  # fmt: skip


@contextmanager
def launched() -> Iterator[Browser]:
    """Runs it; without one the program ends."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise SystemExit("There is no browser here: install the package chromium or Google Chrome.")
    with sync_playwright() as playwright:
        # Chromium's sandbox refuses to run as root, as which CI often runs; it only ever sees our mails.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", *QUIET])
        try:
            yield browser
        finally:
            browser.close()
