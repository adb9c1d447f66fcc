"""What a template may say, and what is left out because it could be a lure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import timedelta

import pytest
from cognito_mailroom import Address, Notification, Secret, Trigger
from cognito_mailroom.mail.languages import load
from cognito_mailroom.mail.sentences import Duration, Sentences
from cognito_mailroom.mail.variables import NAMES, fact, greeting_name, in_words, variables
from hypothesis import given
from hypothesis import strategies as st

UUID = "3f0cbb6e-2d7e-4c35-9f44-0a5f1d5b8a11"


def known(
    attributes: Mapping[str, str] | None = None,
    *,
    user_name: str = UUID,
    secret: Secret | None = None,
    good_for: Duration | None = Duration("hours", 24),  # noqa: B008 - frozen
) -> dict[str, str]:
    notification = Notification(
        trigger=Trigger.SIGN_UP, recipient=Address("alex@example.com"), attributes=attributes or {},
        user_name=user_name, secret=secret, locale="de-CH",
    )  # fmt: skip
    english = Sentences(load("en"), {})
    return variables(notification, product_name="Acme", sentences=english, good_for=good_for)


def test_every_variable_is_always_there_but_the_subject_and_is_a_text() -> None:
    found = known()
    assert {*found, "subject"} == set(NAMES)
    assert {type(value) for value in found.values()} == {str}
    assert {name: value for name, value in found.items() if value} == {
        "product_name": "Acme", "trigger": "sign_up", "locale": "de-CH", "email": "alex@example.com",
        "user_name": "alex@example.com", "validity": "24 hours", "language": "en", "account_name": UUID,
    }  # fmt: skip


def test_the_code_is_revealed_to_the_template() -> None:
    assert known(secret=Secret("482910"))["code"] == "482910"


@pytest.mark.parametrize(
    "name",
    [
        "Alex", "Ana María", "O'Neil", "Jean-Luc", "J. R. R.", "Łukasz", "Zoë", "Nguyễn", "李小龍", "राम",
        "Gal·la", "d\u2019Arc", "\u0639\u0644\u06cc\u200c\u0631\u0636", "Alex, Ada", "x" * 64,
    ],
)  # fmt: skip
def test_a_name_is_greeted(name: str) -> None:
    assert greeting_name(f" {name} ") == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    "name",
    [
        "", " ", "x" * 65, "x" * 10_000, "<b>Alex</b>", "Alex\r\nBcc: all@example.com", "Alex\x00",
        "Al\u2028ex", "Alex\u202egnp.exe", "Alex\u2066", "Alex\u200b", "{{ 7 * 7 }}", "{% raw %}", "R2D2",
        "you@example.com", "http://evil.example", "HTTPS://EVIL", "http:evil", "evil.example", "evil.com",
        "WWW.EVIL", "www. evil", "visit evil.com now", "evil.com/prize", "evil.\u0440\u0444",
        "evil.\u200dcom", "evil.c\u200com", "evil.c\ufe0fom", "evil.\u034fcom", "evil\u3002com",
        "evil\uff0ecom", "evil[.]com", "evil dot com!", "javascript:alert", "call +41 00", "🎁",
        "\U000e0041lex", "\ud800",
    ],
    ids=lambda name: ascii(name[:30]),
)  # fmt: skip
def test_a_name_that_could_be_a_lure_is_left_out(name: str) -> None:
    assert greeting_name(name) == ""


@given(st.text())
def test_a_greeting_is_short_and_made_of_letters(name: str) -> None:
    shown = greeting_name(name)
    assert len(shown) <= 64
    assert not set(shown) & set('<>{}[]()@/\\:;"\r\n\t0123456789')


@pytest.mark.parametrize(
    "text",
    ["Zürich", "St. Gallen", "203.0.113.7", "2001:db8::17", "Firefox 126.0.1, Linux", "Chrome 126.04",
     "Friday, March 19, 2021 02:25 PM UTC", "MFA_IF_CONFIGURED", "<Device>"],
)  # fmt: skip
def test_a_fact_is_told_as_cognito_reports_it(text: str) -> None:
    assert fact(f" {text} ") == text


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "x" * 121, "visit evil.com", "http://evil", "WWW.EVIL", "a\nb", "a\x1bb", "a\u202eb",
        "a\u200bb",
    ],
)  # fmt: skip
def test_a_fact_that_could_be_a_lure_is_left_out(text: str) -> None:
    assert fact(text) == ""


def test_the_facts_of_a_take_over_come_from_its_attributes() -> None:
    names = ("login_time", "ip_address", "city", "country", "device_name", "account_take_over_action")
    found = known({name.upper(): f"some {name}" for name in names})
    assert {name: found[name] for name in names} == {name: f"some {name}" for name in names}


@pytest.mark.parametrize("name", ["one_click_link_valid", "one_click_link_invalid"])
@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("https://auth.example.com/feedback?a=1&b=%20", "https://auth.example.com/feedback?a=1&b=%20"),
        ("http://auth.example.com/", ""), ("javascript:alert(1)", ""), ("https:///nowhere", ""),
        ("//auth.example.com", ""), ("https://auth.example.com/a b", ""), ("https://auth.example.com/\n", ""),
        ("https://[", ""), ("", ""), (" https://auth.example.com", ""),
    ],
)  # fmt: skip
def test_a_link_is_https_or_nothing(name: str, link: str, shown: str) -> None:
    assert known({name.upper(): link})[name] == shown


@pytest.mark.parametrize(
    ("user_name", "shown"),
    [
        ("alex", "alex"), (UUID, "alex@example.com"), (UUID.upper(), "alex@example.com"),
        ("", "alex@example.com"), ("Click http://evil.example", "alex@example.com"),
        ("Google_1234567890", "Google_1234567890"),
    ],
)  # fmt: skip
def test_the_user_name_is_one_that_a_person_knows(user_name: str, shown: str) -> None:
    assert known(user_name=user_name)["user_name"] == shown


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (timedelta(seconds=1), "1 second"), (timedelta(seconds=90), "90 seconds"),
        (timedelta(minutes=3), "3 minutes"), (timedelta(minutes=60), "1 hour"),
        (timedelta(minutes=90), "90 minutes"), (timedelta(days=1), "24 hours"),
        (timedelta(hours=36), "36 hours"), (timedelta(days=7), "7 days"), (timedelta(), ""),
    ],
)  # fmt: skip
def test_a_duration_is_told_as_people_say_it(duration: timedelta, words: str) -> None:
    assert in_words(duration) == words


def test_where_no_validity_is_known_none_is_told() -> None:
    assert known(good_for=None)["validity"] == ""
