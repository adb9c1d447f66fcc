"""Contract: each fault becomes the right error in time, nothing is sent twice, the next mail goes through."""

from __future__ import annotations

from time import monotonic

import pytest

from cognito_mailroom import Unavailable
from cognito_mailroom.testing.builders import RECIPIENT, a_message
from cognito_mailroom.testing.driver import PLENTY, Outcome, violated
from cognito_mailroom.testing.faults import Fault
from cognito_mailroom.testing.harness import Counterpart

from .fixtures import ContractFixtures, Load

_WORDS = "Sorry, said the provider"
_SHORT, _SLACK = 0.5, 3.0
"""Seconds: the deadline where nothing else ends a fault, and what a slow machine may take on top."""


class FaultContract(ContractFixtures):
    """The fault table, on a new connection and, where that makes a difference, on a kept one."""

    @pytest.mark.parametrize("fault", Fault, ids=lambda fault: fault.name.lower())
    def test_fault(self, fault: Fault, counterpart: Counterpart, load: Load) -> None:
        """Met by the first mail."""
        self.skip_exempt(fault)
        started = monotonic()
        counterpart.meet(fault, self._words(counterpart))
        driver = load()
        outcome = driver.deliver(a_message(), _patience(fault))
        _check_tries(fault, max(counterpart.attempts, counterpart.connections))
        self._check(fault, outcome, monotonic() - started)
        counterpart.heal()
        if fault.passes:
            driver.deliver(a_message()).expect_receipt(f"After {fault.what} the next mail must be delivered")

    @pytest.mark.parametrize(
        "fault", [each for each in Fault if each.is_for_kept], ids=lambda fault: fault.name.lower()
    )
    def test_fault_on_kept_connection(self, fault: Fault, counterpart: Counterpart, load: Load) -> None:
        """Met by the second mail."""
        self.skip_exempt(fault)
        driver = load()
        driver.deliver(a_message()).expect_receipt("A mail must be delivered")
        attempts, connections = counterpart.attempts, counterpart.connections
        started = monotonic()
        counterpart.meet(fault, self._words(counterpart))
        outcome = driver.deliver(a_message(), _patience(fault))
        _check_tries(fault, max(counterpart.attempts - attempts, counterpart.connections - connections))
        self._check(fault, outcome, monotonic() - started)
        counterpart.heal()
        driver.deliver(a_message()).expect_receipt(f"After {fault.what} the next mail must be delivered")

    def test_no_time_left(self, counterpart: Counterpart, load: Load) -> None:
        """Once the deadline is over nothing is begun."""
        outcome = load().deliver(a_message(), 0)
        if not isinstance(outcome.result, Unavailable):
            violated(
                f"A deadline that is over must raise Unavailable, but mailroom_deliver {outcome.ending}."
            )
        if counterpart.attempts:
            violated("A mail was sent after the deadline.")

    def _words(self, counterpart: Counterpart) -> str:
        """What providers say, at their worst: they repeat what they were given."""
        return f"{_WORDS}, about {RECIPIENT} {' '.join(self.secrets(counterpart).values())}"

    def _check(self, fault: Fault, outcome: Outcome, passed: float) -> None:
        if outcome.seconds > _SHORT + _SLACK:
            when = f"at the deadline, {_SHORT} s from now" if fault.is_slow else "at once"
            violated(
                f"{fault.what} must be given up {when}, but mailroom_deliver took {outcome.seconds:.1f} s."
            )
        if fault in self.harness.succeeds:
            outcome.expect_receipt(f"{fault.what} must count as a success here")
        else:
            outcome.expect(fault, passed)
        if fault.has_words and _WORDS not in str(outcome.result):
            violated(f"{fault.what} must show the provider's own words, but the error is: {outcome.result}")


def _patience(fault: Fault) -> float:
    return _SHORT if fault.is_slow else PLENTY


def _check_tries(fault: Fault, tries: int) -> None:
    if tries > 1:
        violated(
            f"{fault.what} was tried {tries} times: a plugin tries once, and the mailroom decides on more."
        )
