"""Faults are gathered, so that one error can say them all."""

from __future__ import annotations

import pytest
from cognito_mailroom import ConfigurationError, EventError
from cognito_mailroom.faults import Faults


def refuse(error: Exception) -> None:
    raise error


def test_all_faults_are_one_sentence() -> None:
    faults = Faults()
    assert not faults
    faults.add("A is missing")
    with faults.collecting("B"):
        refuse(ConfigurationError("no such thing."))
    assert len(faults) == 2
    assert str(faults.error()) == "A is missing; B: no such thing."


def test_other_errors_pass() -> None:
    with pytest.raises(EventError), Faults().collecting("B"):
        raise EventError("No event.")
