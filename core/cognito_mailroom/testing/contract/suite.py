"""`ProviderContract`: the tests that every provider plugin passes.

A plugin's tests subclass it and say how to stand in for the provider::

    class AcmeHarness(HttpHarness):
        provider = "acme"  # the entry point's name
        stand_in = AcmeServer  # see cognito_mailroom.testing.http.HttpStandIn

        def error(self, status: int, words: str) -> Reply:
            return Reply(status, {"error": words})

        def bad_recipient(self, words: str) -> Reply:
            return Reply(422, {"error": words, "field": "to"})


    class TestContract(ProviderContract):
        harness = AcmeHarness()

A test that fails says in one sentence which promise the plugin broke. What a harness declares as
impossible at its provider is skipped; ``pytest -rs`` shows why.
"""

from __future__ import annotations

from cognito_mailroom.testing.faults import Death, Fault
from cognito_mailroom.testing.harness import Counterpart, Harness
from cognito_mailroom.testing.http_harness import HttpHarness

from .connections import ConnectionContract
from .faults import FaultContract
from .mails import MailContract
from .secrets import SecretContract

__all__ = ["Counterpart", "Death", "Fault", "Harness", "HttpHarness", "ProviderContract"]


class ProviderContract(MailContract, FaultContract, ConnectionContract, SecretContract):
    """Subclass it under a name that begins with ``Test``, and set ``harness``."""

    harness: Harness
