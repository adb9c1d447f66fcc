"""Finds a provider's stand-in by its entry point."""

from __future__ import annotations

from importlib.metadata import entry_points

import click

from cognito_mailroom.plugins.discovery import PROVIDERS, Installed
from cognito_mailroom.settings.suggestions import did_you_mean
from cognito_mailroom.testing.stand_in import StandIn

_GROUP = "cognito_mailroom.standins"


def build(provider: str) -> StandIn:
    """The stand-in of a provider, not yet running.

    Raises:
        click.ClickException: the provider's plugin is not installed, or it has no stand-in.

    """
    installed = Installed().names(PROVIDERS)
    if provider not in installed:
        if near := did_you_mean(provider, installed):
            raise click.ClickException(f"No provider named {provider!r} is installed{near}")
        raise click.ClickException(f"The demo needs the plugin: pip install cognito-mailroom-{provider}")
    known = {entry.name: entry for entry in entry_points(group=_GROUP)}
    if provider not in known:
        raise click.ClickException(
            f"The provider {provider!r} has no stand-in for the demo: its package names none in {_GROUP}"
        )
    stand_in: StandIn = known[provider].load()()
    return stand_in
