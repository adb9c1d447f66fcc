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
        """Adds a clause, which must not repeat a value; one that is there already is not said twice."""
        if clause not in self._clauses:
            self._clauses.append(clause)

    @contextmanager
    def collecting(self, setting: str) -> Iterator[None]:
        """Takes a ConfigurationError raised inside as a fault of this setting, unless it names one first."""
        try:
            yield
        except ConfigurationError as error:
            said = str(error).removesuffix(".")
            self.add(said if re.match(r"[A-Z]+_[A-Z_]+\b", said) else f"{setting}: {said}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._clauses)

    def __len__(self) -> int:
        return len(self._clauses)

    def __contains__(self, name: str) -> bool:
        """Whether a clause names this variable."""
        return any(name in re.findall(r"\w+", clause) for clause in self._clauses)

    def error(self) -> ConfigurationError:
        """One error that names every fault."""
        said = "; ".join(self._clauses)
        return ConfigurationError(said if said.endswith("?") else f"{said}.")
