"""Fixtures of the contract's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from cognito_mailroom.plugins.discovery import PROVIDERS, Installed
from cognito_mailroom.settings.reading import Variable, variables
from cognito_mailroom.telemetry.third_party_logs import restrict_third_party_logs
from cognito_mailroom.testing.builders import CODE, RECIPIENT
from cognito_mailroom.testing.driver import Driver
from cognito_mailroom.testing.faults import Death, Fault
from cognito_mailroom.testing.harness import Counterpart, Harness
from cognito_mailroom.testing.leak_detection import LeakDetector

Load = Callable[..., Driver]


class ContractFixtures:
    """The fixtures of every part."""

    harness: Harness

    @pytest.fixture
    def counterpart(self) -> Iterator[Counterpart]:
        """The provider's server."""
        with self.harness.counterpart() as counterpart:
            yield counterpart

    @pytest.fixture
    def load(self, counterpart: Counterpart, monkeypatch: pytest.MonkeyPatch) -> Load:
        """Loads the plugin as the function does, with the counterpart's settings and further ones."""

        def load(**further: str) -> Driver:
            environ = {**counterpart.environ, **further}
            for name, text in environ.items():
                monkeypatch.setenv(name, text)
            private = {"the recipient's address": RECIPIENT, "the code": CODE, **self.secrets(counterpart)}
            return Driver(self.harness.provider, environ, LeakDetector(private), self.harness.server_loggers)

        restrict_third_party_logs()
        return load

    @pytest.fixture
    def hosted(self) -> str:
        """The setting that names the template for a sign-up; skips the test if there is none."""
        for setting in self.settings():
            if setting.name.endswith("_TEMPLATE_SIGN_UP"):
                return setting.name
        pytest.skip(f"{self.harness.provider} has no setting for hosted templates")

    def settings(self) -> list[Variable]:
        """What the plugin reads from the environment."""
        plugin = Installed().find(PROVIDERS, self.harness.provider).load()
        settings = getattr(plugin, "Settings", None)
        return [] if settings is None else list(variables(settings))

    def secrets(self, counterpart: Counterpart) -> dict[str, str]:
        """The values that must stay private, by the names of the settings that hold them."""
        names = [setting.name for setting in self.settings() if setting.is_secret]
        names += ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]
        environ = counterpart.environ
        return {f"the value of {name}": environ[name] for name in names if environ.get(name)}

    def skip_exempt(self, row: Fault | Death) -> None:
        """Skips a test that has no meaning at this provider."""
        if reason := self.harness.exempt.get(row):
            pytest.skip(f"{self.harness.provider}: {reason}")
