"""Contract: connections are kept, and replaced when they have died."""

from __future__ import annotations

import pytest

from cognito_mailroom.testing.builders import a_message
from cognito_mailroom.testing.driver import violated
from cognito_mailroom.testing.faults import Death
from cognito_mailroom.testing.harness import Counterpart

from .fixtures import ContractFixtures, Load

_MAILS = 100


class ConnectionContract(ContractFixtures):
    """Connections are kept between mails, and no longer than they live."""

    def test_one_connection(self, counterpart: Counterpart, load: Load) -> None:
        """All mails go over one connection."""
        driver = load()
        for _ in range(_MAILS):
            driver.deliver(a_message()).expect_receipt("One mail after the other must be delivered")
        if counterpart.connections != 1:
            violated(f"{_MAILS} mails opened {counterpart.connections} connections; keep one open.")
        if len(counterpart.messages) != _MAILS:
            violated(f"{_MAILS} mails were sent, and {len(counterpart.messages)} arrived.")

    @pytest.mark.parametrize("death", Death, ids=lambda death: death.name.lower())
    def test_dead_connection(self, death: Death, counterpart: Counterpart, load: Load) -> None:
        """A kept connection that died is replaced, and the mail sent once."""
        self.skip_exempt(death)
        driver = load()
        driver.deliver(a_message()).expect_receipt("A mail must be delivered")
        counterpart.die(death)
        driver.deliver(a_message()).expect_receipt(f"A kept connection that {death.value} must be replaced")
        if (arrived := len(counterpart.messages) - 1) != 1:
            violated(f"After a kept connection that {death.value}, the mail arrived {arrived} times.")
