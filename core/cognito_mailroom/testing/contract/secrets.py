"""Contract: secrets are declared as such, and no repr shows one; `driver` watches logs and errors."""

from __future__ import annotations

import pytest

from cognito_mailroom.deadline import Deadline
from cognito_mailroom.plugins.discovery import PROVIDERS
from cognito_mailroom.plugins.loading import Loader
from cognito_mailroom.settings.problems import Problems
from cognito_mailroom.settings.secret_references import References
from cognito_mailroom.testing.builders import CODE, RECIPIENT, a_message
from cognito_mailroom.testing.driver import PLENTY, violated
from cognito_mailroom.testing.faults import Fault
from cognito_mailroom.testing.harness import Counterpart
from cognito_mailroom.testing.leak_detection import LeakDetector, attributes

from .fixtures import ContractFixtures, Load

_LIKE_SECRETS = ("_KEY", "_PASSWORD", "_SECRET", "_TOKEN")


class SecretContract(ContractFixtures):
    """What the plugin holds."""

    def test_secrets_are_declared(self) -> None:
        """Every setting that is named like a secret is typed as one."""
        for setting in self.settings():
            # A template for the trigger forgot_password is no secret.
            named_so = setting.name.endswith(_LIKE_SECRETS) and "_TEMPLATE_" not in setting.name
            if named_so and not setting.is_secret:
                violated(f"{setting.name} must have converter=Secret, or it shows with the other settings.")

    def test_repr(self, counterpart: Counterpart, load: Load) -> None:
        """Neither the provider nor anything it holds shows a secret."""
        load()
        loader = Loader(counterpart.environ, References())
        provider = loader.build(PROVIDERS, self.harness.provider, Problems())
        leaks = LeakDetector(self.secrets(counterpart))
        if what := leaks.in_text(repr(provider)):
            violated(f"{what} is in the repr of the provider.")
        for name, held in attributes(provider).items():
            if what := leaks.in_text(repr(held)):
                violated(f"{what} is in the repr of the provider's {name}, where a crash report shows it.")

    @pytest.mark.parametrize(
        "fault", [Fault.BAD_REQUEST, Fault.BAD_RECIPIENT], ids=lambda each: each.name.lower()
    )
    def test_refusal_leaves_clean(self, fault: Fault, counterpart: Counterpart, load: Load) -> None:
        """A refusal that repeats all it was told becomes an error that error trackers may keep."""
        self.skip_exempt(fault)
        counterpart.meet(fault, f"No {CODE} for {RECIPIENT} {' '.join(self.secrets(counterpart).values())}")
        load().check_what_leaves(fault.what, a_message(), Deadline(PLENTY))

    def test_mistake_leaves_clean(self, counterpart: Counterpart, load: Load) -> None:
        """So does an exception that nobody expected, which the deadline raises wherever it is asked."""
        mistake = _Mistake(f"{CODE} {RECIPIENT} {self.secrets(counterpart)}")
        load().check_what_leaves("an unexpected KeyError", a_message(), mistake)


class _Mistake(Deadline):
    """Raises a KeyError instead of saying what is left."""

    def __init__(self, words: str) -> None:
        super().__init__(PLENTY)
        self._words = words

    def remaining(self) -> float:
        raise KeyError(self._words)
