"""The default mails in a real browser: read in light and dark, on a telephone and a desk, and copied from.

Accessibility is checked by axe-core, which the package axe-playwright-python carries.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from cognito_mailroom import Trigger
from cognito_mailroom.mail.checking import example_renderer
from cognito_mailroom.mail.examples import example
from cognito_mailroom.mail.variables import NAMES
from cognito_mailroom.settings.problems import Problems
from playwright.sync_api import Page

RENDERER = example_renderer(None, Problems())
Show = Callable[..., Page]

USUAL = dict.fromkeys(NAMES, "") | {
    "product_name": "Acme", "name": "Ada", "email": "ada@example.com", "user_name": "ada@example.com",
    "code": "48291037", "validity": "24 hours",
}  # fmt: skip
NOTICE = {
    "login_time": "Friday, March 19, 2021 02:25 PM UTC", "ip_address": "2001:db8:85a3::8a2e:370:7334",
    "city": "Zürich", "country": "Switzerland", "device_name": "Firefox 120, Linux",
    "account_take_over_action": "MFA_REQUIRED",
    "one_click_link_valid": "https://login.acme.example/feedback?value=valid",
    "one_click_link_invalid": "https://login.acme.example/feedback?value=invalid",
}  # fmt: skip
PASSWORD = "".join(chr(33 + 7 * index % 94) for index in range(99))  # the longest there is, of every sign
LONG = {
    "product_name": "Donaudampfschifffahrtsgesellschaftskapitänskajüte and Partners " * 2,
    "email": f"{'ada.' * 15}x@{'b' * 60}.example.com", "user_name": "W" * 120, "name": "Wilhelmina" * 6,
}  # fmt: skip

MAILS = {slug: (slug, USUAL) for slug in [*(trigger.slug for trigger in Trigger), "generic"]} | {
    "account_take_over_notification": ("account_take_over_notification", USUAL | NOTICE),
    "a notice of nothing known": ("account_take_over_notification", USUAL),
    "a notice of long facts": ("account_take_over_notification", USUAL | NOTICE | {"device_name": "W" * 120}),
    "a long password": ("admin_create_user", USUAL | LONG | {"code": PASSWORD}),
    "long names": ("sign_up", USUAL | LONG),
    "no password": ("admin_create_user", USUAL | {"code": ""}),
}  # fmt: skip

EVERY_MAIL = pytest.mark.parametrize("mail", MAILS)
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])
WIDTHS = pytest.mark.parametrize("width", [320, 600, 1200])

# A mail is shown inside another's page, whose landmarks are not for the mail to repeat.
RULES = {rule: {"enabled": False} for rule in ("landmark-one-main", "region")}


def render(slug: str, variables: dict[str, str]) -> str:
    notification, known = example(slug), variables | {"trigger": slug}
    subject = RENDERER.subject(notification, known)
    return RENDERER.bodies(notification, known | {"subject": subject})[1]


@EVERY_MAIL
@SCHEMES
@WIDTHS
def test_everybody_can_read_it(show: Show, mail: str, scheme: str, width: int) -> None:
    page = show(render(*MAILS[mail]), scheme, width)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    found = Axe().run(page, options={"rules": RULES})
    assert not found.violations_count, found.generate_report()
    assert [doubt for doubt in found.response["incomplete"] if doubt["id"] == "color-contrast"] == []
    # axe is content with 3 : 1 for large letters; these mails are not.
    [contrast] = [rule for rule in found.response["passes"] if rule["id"] == "color-contrast"]
    measured = [check["data"]["contrastRatio"] for node in contrast["nodes"] for check in node["any"]]
    assert min(measured) >= 4.5


@pytest.mark.parametrize("clicks", [1, 2, 3])
@pytest.mark.parametrize(
    ("slug", "code"),
    [
        ("sign_up", "482910"),
        ("authentication", "00482910"),
        ("admin_create_user", PASSWORD),
        ("admin_create_user", "<two  spaces> &copy; in-between, "),
    ],
)
def test_a_click_selects_the_code_and_nothing_else(show: Show, slug: str, code: str, clicks: int) -> None:
    page = show(render(slug, USUAL | {"code": code}))
    page.locator(".code").click(click_count=clicks, position={"x": 50, "y": 30})
    assert page.evaluate("getSelection().toString()") == code
    page.keyboard.press("Control+C")
    page.set_content("<textarea autofocus></textarea>")
    page.locator("textarea").focus()
    page.keyboard.press("Control+V")
    assert page.locator("textarea").input_value() == code


@SCHEMES
def test_each_scheme_has_colours_of_its_own(show: Show, scheme: str) -> None:
    page = show(render(*MAILS["sign_up"]), scheme)
    ground = page.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") == (scheme == "light")
