"""Finds plugins by their entry points; imports none."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint, distribution, distributions

from cognito_mailroom.errors import ConfigurationError
from cognito_mailroom.settings.suggestions import did_you_mean

PROVIDERS = "cognito_mailroom.providers"
EXTENSIONS = "cognito_mailroom.extensions"


class Installed:
    """The entry points of both groups, as they are when this is built. Nothing is imported yet."""

    def __init__(self) -> None:
        # Not by entry_points(), which takes apart what every distribution says: with fifty plugins that
        # nobody chose, some 8 ms of each cold start.
        found = ((each.read_text("entry_points.txt") or "", each) for each in distributions())
        self._told = [(text, each) for text, each in found if "[cognito_mailroom." in text]

    def names(self, group: str) -> tuple[str, ...]:
        """The names in a group, sorted."""
        return tuple(sorted({entry.name for entry in self._entries(group)}))

    def find(self, group: str, name: str) -> EntryPoint:
        """The one entry point of that name.

        Raises:
            ConfigurationError: there is none, or two distributions claim the name.

        """
        found = [entry for entry in self._entries(group, name) if entry.name == name]
        kind = group.rpartition(".")[2].removesuffix("s")
        if not found:
            known = self.names(group)
            raise ConfigurationError(
                f"no {kind} named {name!r} is installed{did_you_mean(name, known)} "
                f"(installed: {', '.join(known) or 'none'}; "
                f"a plugin of that name would be in a package such as cognito-mailroom-{name})"
            )
        if len(found) > 1:
            claims = " and ".join(sorted(origin(entry) for entry in found))
            raise ConfigurationError(f"the {kind} {name!r} is claimed by {claims}: uninstall one of them")
        return found[0]

    def _entries(self, group: str, name: str = "") -> Iterator[EntryPoint]:
        """Those of a group, from distributions that may have the name."""
        near = [each.name for text, each in self._told if f"[{group}]" in text and name in text]
        for each in dict.fromkeys(near):
            # What stands further back on the path under the same name does not count, as for any import.
            yield from distribution(each).entry_points.select(group=group)


def origin(entry: EntryPoint) -> str:
    """Which distribution an entry point comes from: ``cognito-mailroom-smtp 0.2.0``."""
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value
