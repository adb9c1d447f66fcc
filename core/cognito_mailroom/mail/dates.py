"""The time of a sign-in: as Cognito writes it, and as the reader's language does."""

from __future__ import annotations

from datetime import UTC, datetime

from .languages import Catalogue

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def parse(login_time: str) -> datetime | None:
    """Cognito's ``Friday, March 19, 2021 02:25 PM UTC``; None of what is written in another way.

    Source: https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-email-sender.html
    """
    try:
        _, month, day, year, clock, half, zone = login_time.replace(",", " ").split()
        hour, minute = map(int, clock.split(":"))
        since_midnight = hour % 12 + 12 * ("AM", "PM").index(half)
        when = datetime(int(year), 1 + _MONTHS.index(month), int(day), since_midnight, minute, tzinfo=UTC)
    except (ValueError, OverflowError):  # the latter of a number that C has none of
        return None
    return when if zone == "UTC" and 1 <= hour <= 12 else None


def in_words(when: datetime, catalogue: Catalogue) -> str:
    """A weekday, a date and a time as CLDR writes them; the zone is not named."""
    weekday = catalogue.WEEKDAYS[when.weekday()]
    date = catalogue.DATES[when.month - 1].format(weekday=weekday, day=when.day, year=when.year)
    return catalogue.DATE_TIME.format(
        date=date, time=catalogue.TIMES[when.hour].format(minute=f"{when.minute:02}")
    )
