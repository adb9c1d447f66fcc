"""No secret shows; logs and errors are watched in every other test (`cognito_mailroom.testing.trial`)."""

from __future__ import annotations

from cognito_mailroom.faults import Faults
from cognito_mailroom.installed import PROVIDERS, Installed, build
from cognito_mailroom.testing.harness import Counterpart
from cognito_mailroom.testing.telltales import Telltales, attributes
from cognito_mailroom.testing.trial import broken

from .bench import Bench, Load

_LIKE_SECRETS = ("_KEY", "_PASSWORD", "_SECRET", "_TOKEN")


class SecretPromises(Bench):
    """What the plugin holds."""

    def test_secrets_are_declared(self) -> None:
        """Every setting that is named like a secret is typed as one."""
        for setting in self.settings():
            # A template for the trigger forgot_password is no secret.
            named_so = setting.name.endswith(_LIKE_SECRETS) and "_TEMPLATE_" not in setting.name
            if named_so and not setting.is_secret:
                broken(f"{setting.name} must have converter=Secret, or it shows with the other settings.")

    def test_repr(self, counterpart: Counterpart, load: Load) -> None:
        """Neither the provider nor anything it holds shows a secret."""
        load()
        provider = build(Installed().find(PROVIDERS, self.harness.provider), counterpart.environ, Faults())
        telltales = Telltales(self.secrets(counterpart))
        if what := telltales.in_text(repr(provider)):
            broken(f"{what} is in the repr of the provider.")
        for name, held in attributes(provider).items():
            if what := telltales.in_text(repr(held)):
                broken(f"{what} is in the repr of the provider's {name}, where a crash report shows it.")
