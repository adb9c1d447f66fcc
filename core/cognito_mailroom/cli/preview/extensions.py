"""What the installed extensions add to the variables of templates."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import EntryPoint
from typing import Self

from attrs import frozen

from cognito_mailroom.notification import Notification
from cognito_mailroom.plugins.discovery import EXTENSIONS
from cognito_mailroom.plugins.loading import Loader
from cognito_mailroom.plugins.manager import Plugins
from cognito_mailroom.settings.core import Selection
from cognito_mailroom.settings.problems import Problems
from cognito_mailroom.settings.reading import read
from cognito_mailroom.settings.secret_references import References

_HOOK = "mailroom_template_context"


@frozen
class Extensions:
    """Those that add variables, as the function loads them; what others do is no part of a preview."""

    plugins: Plugins
    problems: Problems
    """What keeps any of them from being loaded."""

    @classmethod
    def load(cls, environment: Mapping[str, str]) -> Self:
        """Those that ``MAILROOM_EXTENSIONS`` names, or all."""
        found = cls(Plugins(environment), Problems())
        loader = Loader(environment, References())
        # A provider is a must where there are settings of a function; here there may be none.
        selection = read(Selection, {"MAILROOM_PROVIDER": "any", **environment}, found.problems)
        chosen = selection.extensions if selection else ("none",)
        names = loader.installed.names(EXTENSIONS) if chosen is None else chosen
        for name in () if names == ("none",) else names:
            with found.problems.collecting("MAILROOM_EXTENSIONS"):
                wanted = _adds_variables(loader.installed.find(EXTENSIONS, name))
                if wanted and (plugin := loader.build(EXTENSIONS, name, found.problems)):
                    found.plugins.register(plugin, name)
        return found

    @property
    def add_variables(self) -> bool:
        """Whether there is any."""
        return self.plugins.implements(_HOOK)

    def variables(self, notification: Notification) -> Mapping[str, str]:
        """What all of them add.

        Raises:
            ConfigurationError: one of them failed.

        """
        return self.plugins.template_context(notification)


def _adds_variables(entry: EntryPoint) -> bool:
    try:
        return hasattr(entry.load(), _HOOK)
    except Exception:  # noqa: BLE001 - to build it says what is wrong with it
        return True
