"""Holds what a bundle is to contain against the settings in the environment, before anything is built."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from cognito_mailroom.faults import Faults
from cognito_mailroom.rendering import Renderer
from cognito_mailroom.settings import names
from cognito_mailroom.suggestions import did_you_mean
from cognito_mailroom.variables import NAMES

from .contents import Wanted


def check(wanted: Wanted, environment: Mapping[str, str]) -> None:
    """Checks names, services and templates.

    Raises:
        ConfigurationError: names everything at once that would keep the function from starting.

    """
    faults = Faults()
    for setting, option, included in (
        ("MAILROOM_PROVIDER", "--provider", wanted.providers),
        ("MAILROOM_EXTENSIONS", "--extension", wanted.extensions),
    ):
        for name in _named(environment.get(setting, "")):
            if name not in included:
                faults.add(f"{setting} names {name!r}, which is not included: add it to {option}")
    _check_services(wanted.services, faults)
    if wanted.templates:
        # What an extension adds to the context is known only when there is an event.
        Renderer(wanted.templates).check(None if wanted.extensions else frozenset(NAMES), faults)
    if faults:
        raise faults.error()


def _named(text: str) -> Collection[str]:
    """The names in a setting; what is malformed the function itself will say."""
    try:
        return names(text) if text.strip() != "none" else ()
    except ValueError:
        return ()


def _check_services(services: Collection[str], faults: Faults) -> None:
    from botocore.session import get_session

    known = get_session().get_available_services()
    for name in sorted(set(services).difference(known)):
        faults.add(f"--service names {name!r}, which boto3 does not know{did_you_mean(name, known)}")
