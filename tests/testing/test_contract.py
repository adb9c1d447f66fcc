from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest


def test_a_provider_that_keeps_every_promise_passes(run_contract: Any) -> None:
    outcomes = run_contract().parseoutcomes()
    assert outcomes.keys() == {"passed"}
    assert outcomes["passed"] > 50


def test_the_suite_itself_is_not_collected(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("from cognito_mailroom.testing.contract import *")
    assert pytester.runpytest_inprocess().ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_nothing_loads_into_pytest_by_itself() -> None:
    given = "from importlib.metadata import entry_points; print(entry_points(group='pytest11').names)"
    command = (sys.executable, "-c", given)
    names = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
    assert "mailroom" not in names
