"""A code is copied as it was meant, whatever it looks like."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import Page

from tests.browser.mails import PASSWORD, mail

Show = Callable[..., Page]

LEFTS = """cell => {
    const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), lefts = [], range = new Range()
    while (texts.nextNode()) {
        for (let at = 0; at < texts.currentNode.length; at++) {
            range.setStart(texts.currentNode, at)
            range.setEnd(texts.currentNode, at + 1)
            lefts.push(range.getBoundingClientRect().left)
        }
    }
    return lefts
}"""


@pytest.mark.parametrize("clicks", [1, 2, 3])
@pytest.mark.parametrize(
    ("slug", "language", "code"),
    [
        ("sign_up", "en", "482910"),
        ("authentication", "en", "00482910"),
        ("authentication", "ar", "00482910"),
        ("admin_create_user", "he", PASSWORD),
        ("admin_create_user", "en", "<two  spaces> &copy; in-between, "),
    ],
)
def test_a_click_selects_the_code_and_nothing_else(
    show: Show, slug: str, language: str, code: str, clicks: int
) -> None:
    page = show(mail(slug, language, known={"code": code}).html)
    page.locator(".code").click(click_count=clicks, position={"x": 50, "y": 30})
    assert page.evaluate("getSelection().toString()") == code
    page.keyboard.press("Control+C")
    page.set_content("<textarea autofocus></textarea>")
    page.locator("textarea").focus()
    page.keyboard.press("Control+V")
    assert page.locator("textarea").input_value() == code


def test_eight_digits_are_shown_four_and_four(show: Show) -> None:
    page = show(mail("authentication", known={"code": "00482910"}).html)
    lefts = page.locator(".code").evaluate(LEFTS)
    steps = [round(right - left) for left, right in pairwise(lefts)]
    assert len(steps) == 7
    assert len({*steps[:3], *steps[4:]}) == 1
    assert steps[3] - steps[0] >= 10
