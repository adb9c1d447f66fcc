"""Resolves which distributions a bundle needs on the machine it will run on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import click
from attrs import frozen
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from cognito_mailroom.plugins.discovery import EXTENSIONS, PROVIDERS, Installed

from .target import Target

_CORE = "cognito-mailroom"


@frozen
class Wanted:
    """What the bundle is to hold."""

    providers: tuple[str, ...]
    extensions: tuple[str, ...] | None = ()
    """None where nobody said which."""
    extras: frozenset[str] = frozenset()
    """Those of core."""
    services: frozenset[str] = frozenset()
    """Those of AWS, as boto3 names them."""
    templates: Path | None = None


def closure(wanted: Wanted, target: Target) -> list[Distribution]:
    """The installed distributions that make up the bundle, sorted by name.

    Raises:
        ConfigurationError: a plugin is not installed.
        click.ClickException: a distribution that is needed there is not installed here.

    """
    found: dict[str, Distribution] = {}
    extras: dict[str, set[str]] = {}
    markers = target.markers

    def visit(requirement: Requirement, needed_by: str) -> None:
        name = canonicalize_name(requirement.name)
        known = extras.setdefault(name, set())
        if name in found and known >= requirement.extras:
            return
        known |= requirement.extras
        found[name] = _installed(requirement, needed_by, target)
        for text in found[name].requires or ():
            needed = Requirement(text)
            if _applies(needed, known, markers):
                visit(needed, name)

    visit(Requirement(f"{_CORE}[{','.join(sorted(wanted.extras))}]"), "")
    for plugin in _plugins(wanted):
        visit(Requirement(plugin), "")
    return [found[name] for name in sorted(found)]


def _plugins(wanted: Wanted) -> Iterable[str]:
    """The names of the distributions that the chosen plugins come from."""
    installed = Installed()
    for group, names in ((PROVIDERS, wanted.providers), (EXTENSIONS, wanted.extensions or ())):
        for name in names:
            entry = installed.find(group, name)
            if entry.dist is None:
                raise click.ClickException(f"{name} belongs to no installed distribution.")
            yield entry.dist.name


def _installed(requirement: Requirement, needed_by: str, target: Target) -> Distribution:
    try:
        return distribution(requirement.name)
    except PackageNotFoundError:
        raise click.ClickException(
            f"{needed_by} needs {requirement.name} on Python {target.python}, which is not installed here: "
            f"pip install '{requirement.name}{requirement.specifier}'"
        ) from None


def _applies(needed: Requirement, extras: Collection[str], markers: Mapping[str, str]) -> bool:
    if needed.marker is None:
        return True
    return any(needed.marker.evaluate({**markers, "extra": extra}) for extra in (*extras, ""))
