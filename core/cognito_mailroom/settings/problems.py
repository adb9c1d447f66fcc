"""Collects all problems of a configuration into one error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from cognito_mailroom.errors import ConfigurationError


class Problems:
    """A list of clauses, each of which says what is wrong with one setting."""

    def __init__(self) -> None:
        self._clauses: list[str] = []

    def add(self, clause: str) -> None:
        """Adds a clause, which must not repeat a value."""
        self._clauses.append(clause)

    @contextmanager
    def collecting(self, setting: str) -> Iterator[None]:
        """Takes a ConfigurationError raised inside as a fault of this setting."""
        try:
            yield
        except ConfigurationError as error:
            self.add(f"{setting}: {str(error).removesuffix('.')}")

    def __len__(self) -> int:
        return len(self._clauses)

    def __contains__(self, name: str) -> bool:
        """Whether a clause names this variable."""
        return any(name in re.findall(r"\w+", clause) for clause in self._clauses)

    def error(self) -> ConfigurationError:
        """One error that names every fault."""
        said = "; ".join(self._clauses)
        return ConfigurationError(said if said.endswith("?") else f"{said}.")
