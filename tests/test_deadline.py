"""The one clock that every wait is bounded by."""

from __future__ import annotations

import pytest
from cognito_mailroom import Deadline


def test_the_time_that_is_left_only_shrinks() -> None:
    deadline = Deadline(30)
    first, second = deadline.remaining(), deadline.remaining()
    assert 29 < second <= first <= 30


@pytest.mark.parametrize("seconds", [0, -0.5, -1e9])
def test_the_time_that_is_left_is_never_negative(seconds: float) -> None:
    assert Deadline(seconds).remaining() == 0


def test_the_nearer_of_two_deadlines_counts() -> None:
    assert Deadline(30).within(1).remaining() <= 1
    assert 1 < Deadline(2).within(60).remaining() <= 2
    assert Deadline(-1).within(60).remaining() == 0


def test_the_repr_tells_the_time_that_is_left() -> None:
    assert repr(Deadline(-1)) == "<Deadline in 0.000 s>"
