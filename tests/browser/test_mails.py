"""All mails in a real browser: read in light and dark, on a telephone and a desk, in every language.

Accessibility is checked by axe-core, which the package axe-playwright-python carries.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from cognito_mailroom.mail.examples import SLUGS
from cognito_mailroom.mail.variables import ACTIONS
from playwright.sync_api import Page

from tests.browser.mails import EVERY, PASSWORD, mail

Show = Callable[..., Page]

SOME = ("en", "de", "ar", "ja")
SCHEMES, WIDTHS = ("light", "dark"), (320, 600)
HIGHEST = 250  # pixels from the top, where a code begins on the first screen of 320 by 568
TWO_LINES = 100  # pixels, with the box around a code
LONG = {
    "product_name": "Donaudampfschifffahrtsgesellschaftskapitänskajüte and Partners " * 2,
    "email": f"{'ada.' * 15}x@{'b' * 60}.example.com", "user_name": "W" * 120, "name": "Wilhelmina" * 6,
}  # fmt: skip
EXTREMES = {
    "a notice of nothing known": ("account_take_over_notification", dict.fromkeys(
        ("login_time", "ip_address", "city", "country", "device_name", "account_take_over_action",
         "one_click_link_valid", "one_click_link_invalid"), "")),
    "a notice of long facts": ("account_take_over_notification", {
        "device_name": "W" * 120, "ip_address": "2001:db8:85a3::8a2e:370:7334"}),
    "a long password": ("admin_create_user", LONG | {"code": PASSWORD}),
    "no password": ("admin_create_user", {"code": ""}),
    "no name": ("sign_up", {"name": ""}),
    "long names": ("sign_up", LONG),
}  # fmt: skip

# A mail is shown inside another's page, whose landmarks are not for the mail to repeat.
READ = """async () => {
    const found = await axe.run({rules: {"landmark-one-main": {enabled: false}, region: {enabled: false}}})
    const read = found.passes.filter(rule => rule.id == "color-contrast").flatMap(rule => rule.nodes)
    const code = document.querySelector(".code")?.getBoundingClientRect()
    const told = rules => rules.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.failureSummary}`))
    return {
        faults: told(found.violations),
        doubts: told(found.incomplete.filter(rule => rule.id == "color-contrast")),
        contrast: Math.min(...read.map(node => node.any[0].data.contrastRatio)),
        width: document.scrollingElement.scrollWidth,
        top_of_code: code?.top ?? 0,
        height_of_code: code?.height ?? 0,
    }
}"""


def checked(show: Show, html: str) -> int:
    """The top of its code on a telephone, once the mail is found readable everywhere."""
    tops: dict[int, int] = {}
    for scheme in SCHEMES:
        for width in WIDTHS:
            read = show(html, scheme, width).evaluate(READ)
            assert (read["faults"], read["doubts"]) == ([], []), (scheme, width)
            # axe is content with 3 : 1 for large letters; these mails are not.
            assert read["contrast"] >= 4.5, (scheme, width)
            assert read["width"] <= width, scheme
            tops[width] = read["top_of_code"]
    return tops[min(WIDTHS)]


@pytest.mark.parametrize(("slug", "language"), EVERY)
def test_everybody_can_read_it(show: Show, slug: str, language: str) -> None:
    assert checked(show, mail(slug, language, branded=True).html) <= HIGHEST


@pytest.mark.parametrize("language", SOME)
@pytest.mark.parametrize("slug", SLUGS)
def test_without_a_brand_too(show: Show, slug: str, language: str) -> None:
    assert checked(show, mail(slug, language).html) <= HIGHEST


@pytest.mark.parametrize("language", SOME)
@pytest.mark.parametrize("extreme", EXTREMES)
def test_whatever_is_in_it(show: Show, extreme: str, language: str) -> None:
    slug, known = EXTREMES[extreme]
    checked(show, mail(slug, language, branded=True, known=known).html)


@pytest.mark.parametrize("action", ACTIONS)
def test_whatever_was_done(show: Show, action: str) -> None:
    checked(show, mail("account_take_over_notification", action=action).html)


@pytest.mark.parametrize(
    ("slug", "language"), [(slug, language) for slug, language in EVERY if language in SOME]
)
def test_where_style_sheets_are_dropped(show: Show, slug: str, language: str) -> None:
    html = re.sub(r"(?s)<style>.*?</style>", "", mail(slug, language, branded=True).html)
    read = show(html, "light", 320).evaluate(READ)
    assert read["faults"] == []
    assert read["contrast"] >= 4.5
    assert read["width"] <= 320
    assert read["height_of_code"] < TWO_LINES


@pytest.mark.parametrize("slug", SLUGS)
def test_where_outlook_makes_it_dark(show: Show, slug: str) -> None:
    html = mail(slug, branded=True).html.replace("prefers-color-scheme: dark", "prefers-color-scheme: none")
    page = show(re.sub("(<body[^>]*>)", r"\1<div data-ogsc data-ogsb>", html))
    read = page.evaluate(READ)
    assert read["faults"] == []
    assert read["contrast"] >= 4.5
    assert page.locator("img.dark").is_visible()
    assert not page.locator("img.light").is_visible()


@pytest.mark.parametrize("language", SOME)
@pytest.mark.parametrize("slug", SLUGS)
def test_at_twice_the_size_on_a_telephone(show: Show, slug: str, language: str) -> None:
    page = show(mail(slug, language, branded=True).html, width=160)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 160
    boxes = [fact.bounding_box() for fact in page.locator(".fact").all()]
    assert all(box and box["width"] > 80 for box in boxes)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_each_scheme_has_colours_and_a_logo_of_its_own(show: Show, scheme: str) -> None:
    page = show(mail("sign_up", branded=True).html, scheme)
    ground = page.locator(".card").evaluate("card => getComputedStyle(card).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") == (scheme == "light")
    [logo] = [logo for logo in page.locator("img").all() if logo.is_visible()]
    assert scheme in str(logo.get_attribute("class"))
    assert logo.get_attribute("alt") == "Acme"
