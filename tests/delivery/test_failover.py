"""The decisions alone: who is next, for how long, and whether once more."""

from __future__ import annotations

import pytest
from cognito_mailroom import MailroomError, RateLimited, Unavailable
from cognito_mailroom.delivery.failover import Failover
from hypothesis import given
from hypothesis import strategies as st

NAMES = ("first", "second", "third")


@pytest.mark.parametrize(
    ("failed", "now", "order"),
    [
        ({}, 1000.0, ("first", "second", "third")),
        ({"first": 990.0}, 1000.0, ("second", "third", "first")),
        ({"second": 990.0}, 1000.0, ("first", "third", "second")),
        ({"first": 990.0, "second": 980.0}, 1000.0, ("third", "first", "second")),
        ({"first": 990.0, "second": 990.0, "third": 990.0}, 1000.0, ("first", "second", "third")),
        ({"first": 939.0}, 1000.0, ("first", "second", "third")),
        # A process may be younger than a failed provider is tried last.
        ({}, 1.0, ("first", "second", "third")),
    ],
)
def test_who_failed_lately_is_tried_last_and_never_skipped(
    failed: dict[str, float], now: float, order: tuple[str, ...]
) -> None:
    failover = Failover(NAMES)
    for name, when in failed.items():
        failover.failed(name, when)
    assert failover.order(now) == order


def test_a_mail_that_was_taken_ends_the_grudge() -> None:
    failover = Failover(NAMES)
    failover.failed("first", 10.0)
    failover.delivered("first")
    assert failover.order(11.0) == NAMES


@pytest.mark.parametrize(
    ("error", "left", "wait"),
    [
        (RateLimited("Slower.", retry_after=3.0), 30.0, 3.0),
        (RateLimited("Slower.", retry_after=0.0), 2.0, 0.0),
        (RateLimited("Slower.", retry_after=3.0), 4.9, None),
        (RateLimited("Slower.", retry_after=3600.0), 30.0, None),
        (RateLimited("Slower.", retry_after=-1.0), 30.0, 0.0),
        (RateLimited("Slower."), 30.0, None),
        (Unavailable("Down."), 30.0, None),
    ],
)
def test_only_a_known_wait_that_fits_is_worth_it(
    error: MailroomError, left: float, wait: float | None
) -> None:
    assert Failover(("only",)).wait(error, left) == wait


@given(left=st.floats(0.1, 900), spent=st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_whatever_earlier_providers_do_with_their_share_the_last_has_as_much(
    left: float, spent: list[float]
) -> None:
    failover, fair = Failover(NAMES), left / len(NAMES)
    for number, part in enumerate(spent):
        share = failover.share(left, untried=len(NAMES) - number)
        assert share >= fair * 0.999
        left -= share * part
