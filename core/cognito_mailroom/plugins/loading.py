"""Builds plugins from their entry points and the environment; imports only those that are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib.metadata import EntryPoint
from typing import Any

from attrs import has

from cognito_mailroom.deadline import Deadline
from cognito_mailroom.errors import ConfigurationError
from cognito_mailroom.settings.problems import Problems
from cognito_mailroom.settings.reading import read, variables
from cognito_mailroom.settings.secret_references import References

from .discovery import EXTENSIONS, PROVIDERS, Installed, origin
from .error_translation import translating_errors


class Loader:
    """Builds plugins, and remembers what the settings of each referred to."""

    def __init__(self, environment: Mapping[str, str], references: References) -> None:
        self.environment = environment
        self.references = references
        self.installed = Installed()
        self.settings_classes: dict[tuple[str, str], type] = {}
        """By group and name; also those of plugins that lack a setting."""
        self.settings: list[object] = []
        """All that plugins were built with, those included that a rotated secret has replaced."""
        self._built_from: dict[tuple[str, str], Mapping[str, int]] = {}

    def build(self, group: str, name: str, problems: Problems) -> object | None:
        """An instance of a plugin, with its settings if it declares any.

        Returns None after appending to ``problems`` what keeps it from being built.

        Raises:
            ConfigurationError: there is no such plugin, or it is broken.

        """
        entry = self.installed.find(group, name)
        plugin = _imported(entry)
        with translating_errors(f"the plugin {entry.name!r} of {origin(entry)}"):
            if (kind := getattr(plugin, "Settings", None)) is None:
                return plugin()  # type: ignore[no-any-return]
            settings = read(kind, self.environment, problems, self.references)
            self.settings_classes[group, name] = kind
            if settings is None:
                return None
            if settings not in self.settings:
                self.settings.append(settings)
            built: object = plugin(settings)
        self._built_from[group, name] = self.references.state(self._values(group, name))
        return built

    def is_outdated(self, group: str, name: str, deadline: Deadline) -> bool:
        """Whether what the settings of a plugin refer to, looked up again, has changed since it was built."""
        if not self._built_from.get((group, name)):
            return False
        values = self._values(group, name)
        self.references.reread(values, deadline)
        return self.references.state(values) != self._built_from[group, name]

    def settings_of(self, group: str, name: str) -> type | None:
        """What an installed plugin reads; None where it reads nothing, or is broken.

        It is imported for that, which is not for a function that did not choose it.
        """
        with suppress(ConfigurationError):
            kind = getattr(_imported(self.installed.find(group, name)), "Settings", None)
            return kind if isinstance(kind, type) and has(kind) else None
        return None

    def installed_settings(self) -> Iterator[type]:
        """What all that is installed reads."""
        for group in (PROVIDERS, EXTENSIONS):
            for name in self.installed.names(group):
                if kind := self.settings_of(group, name):
                    yield kind

    def _values(self, group: str, name: str) -> list[str]:
        known = variables(self.settings_classes[group, name])
        return [self.environment.get(variable.name, "") for variable in known]


def _imported(entry: EntryPoint) -> Any:
    """The class that an entry point names."""
    try:
        plugin = entry.load()
    except Exception as error:
        detail = f": {error}" if isinstance(error, ImportError) else ""
        raise ConfigurationError(
            f"the plugin {entry.name!r} of {origin(entry)} "
            f"cannot be imported ({type(error).__name__}{detail})"
        ) from error
    if not isinstance(plugin, type):
        raise ConfigurationError(f"the entry point {entry.name!r} of {origin(entry)} does not name a class")
    return plugin
