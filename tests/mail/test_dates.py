"""When a sign-in was: what Cognito writes is read, and said as the reader's language does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cognito_mailroom.mail.dates import in_words, parse
from cognito_mailroom.mail.languages import load
from hypothesis import given
from hypothesis import strategies as st


@given(st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - Hypothesis adds it
def test_what_cognito_writes_is_read(when: datetime) -> None:
    written = when.strftime("%A, %B %d, %Y %I:%M %p UTC")  # tests run in the locale C
    assert parse(written) == when.replace(second=0, microsecond=0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2021-03-19T14:25:00Z",
        "Friday, March 19, 2021 02:25 PM CET",
        "Friday, March 19, 2021 14:25 PM UTC",
        "Friday, March 19, 2021 00:25 AM UTC",
        "Friday, March 19, 2021 02:60 PM UTC",
        "Friday, March 19, 2021 02:25 pm UTC",
        "Friday, February 30, 2021 02:25 PM UTC",
        "Freitag, 19. März 2021 14:25 UTC",
        "Friday, March 19, 20210 02:25 PM UTC",
        "Friday, March 19, 99999999999999999999 02:25 PM UTC",
        "Friday, March 19, 2021 02:99999999999999999999 PM UTC",
        "Friday, March 19, 2021 02:25:31 PM UTC",
    ],
)
def test_what_is_written_otherwise_is_not_read(text: str) -> None:
    assert parse(text) is None


@given(st.text())
def test_any_text_may_come(text: str) -> None:
    parse(text)


def test_it_is_said_in_words() -> None:
    when = parse("Friday, March 19, 2021 02:05 PM UTC")
    assert when
    assert in_words(when, load("en")) == "Friday, March 19, 2021, 2:05\u00a0PM"
