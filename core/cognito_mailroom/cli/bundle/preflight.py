"""Checks a bundle's contents against the settings in the environment, before anything is built."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from cognito_mailroom.mail.checking import check as check_folder
from cognito_mailroom.mail.checking import example_renderer
from cognito_mailroom.plugins.discovery import EXTENSIONS, PROVIDERS, Installed
from cognito_mailroom.plugins.loading import Loader
from cognito_mailroom.settings.converters import names
from cognito_mailroom.settings.core import CORE
from cognito_mailroom.settings.problems import Problems
from cognito_mailroom.settings.secret_references import References
from cognito_mailroom.settings.suggestions import did_you_mean
from cognito_mailroom.settings.unread_names import check_names

from .contents import Wanted

_BUILD_VARIABLE = "MAILROOM_PYTHON"
"""Read by the Makefile of the SAM template, which calls this command."""


def check(wanted: Wanted, environment: Mapping[str, str]) -> None:
    """Checks names, services and templates.

    Raises:
        ConfigurationError: names everything at once that would keep the function from starting.

    """
    problems = Problems()
    for setting, option, included in (
        ("MAILROOM_PROVIDER", "--provider", wanted.providers),
        ("MAILROOM_EXTENSIONS", "--extension", wanted.extensions or ()),
    ):
        for name in _named(environment.get(setting, "")):
            if name not in included:
                problems.add(f"{setting} names {name!r}, which is not included: add it to {option}")
    if wanted.extensions is None and (left_out := Installed().names(EXTENSIONS)):
        problems.add(
            f"installed extensions would be left out, {', '.join(left_out)}: say with --extension or "
            "MAILROOM_EXTENSIONS which to include, or none"
        )
    _check_variables(wanted, environment, problems)
    _check_services(wanted.services, problems)
    if wanted.templates:
        renderer = example_renderer(wanted.templates, problems)
        check_folder(renderer, problems, extended=bool(wanted.extensions))
    if problems:
        raise problems.error()


def _named(text: str) -> Collection[str]:
    """The names in a setting; what is malformed the function itself will say."""
    try:
        return names(text) if text.strip() != "none" else ()
    except ValueError:
        return ()


def _check_variables(wanted: Wanted, environment: Mapping[str, str], problems: Problems) -> None:
    """What the function will not read; a plugin that cannot be imported here has no part in it."""
    loader = Loader(environment, References())
    plugins = [(PROVIDERS, name) for name in wanted.providers] + [
        (EXTENSIONS, name) for name in wanted.extensions or ()
    ]
    included = filter(None, (loader.settings_of(group, name) for group, name in plugins))
    given = {name: value for name, value in environment.items() if name != _BUILD_VARIABLE}
    installed = loader.installed_settings()
    check_names([*CORE, *included], given, problems, strict=True, also_known=installed)


def _check_services(services: Collection[str], problems: Problems) -> None:
    from botocore.session import get_session

    known = get_session().get_available_services()
    for name in sorted(set(services).difference(known)):
        problems.add(f"--service names {name!r}, which boto3 does not know{did_you_mean(name, known)}")
