"""Problems are gathered, so that one error can say them all."""

from __future__ import annotations

import pytest
from cognito_mailroom import ConfigurationError, EventError
from cognito_mailroom.settings.problems import Problems


def refuse(error: Exception) -> None:
    raise error


def test_all_faults_are_one_sentence() -> None:
    problems = Problems()
    assert not problems
    problems.add("A is missing")
    with problems.collecting("B"):
        refuse(ConfigurationError("no such thing."))
    assert len(problems) == 2
    assert str(problems.error()) == "A is missing; B: no such thing."


def test_other_errors_pass() -> None:
    with pytest.raises(EventError), Problems().collecting("B"):
        raise EventError("No event.")
