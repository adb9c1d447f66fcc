"""What the settings in the environment ask of the bundle, so that it is known before anything is built."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from attrs import frozen

from cognito_mailroom.faults import Faults
from cognito_mailroom.rendering import Renderer
from cognito_mailroom.settings import names
from cognito_mailroom.suggestions import did_you_mean
from cognito_mailroom.variables import NAMES

from .contents import Wanted


@frozen
class Feature:
    """What the function needs for a setting that few make use of."""

    extras: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()


FEATURES = {
    "idempotency": Feature(frozenset({"idempotency"}), frozenset({"dynamodb"})),
    "queue": Feature(frozenset({"queue"}), frozenset({"sqs"})),
    "secretsmanager": Feature(services=frozenset({"secretsmanager"})),
    "ssm": Feature(services=frozenset({"ssm"})),
}
_SETTINGS = {"MAILROOM_IDEMPOTENCY_TABLE": "idempotency", "MAILROOM_QUEUE_URL": "queue"}
_REFERENCES = ("secretsmanager", "ssm")


def called_for(environment: Mapping[str, str]) -> Iterator[str]:
    """The features that the settings make use of."""
    for setting, feature in _SETTINGS.items():
        if environment.get(setting, "").strip():
            yield feature
    for feature in _REFERENCES:
        if any(value.startswith(f"{feature}:") for value in environment.values()):
            yield feature


def check(wanted: Wanted, environment: Mapping[str, str]) -> None:
    """Holds what is wanted against the settings, and compiles the templates.

    Raises:
        ConfigurationError: names everything at once that would keep the function from starting.

    """
    faults = Faults()
    for setting, option, included in (
        ("MAILROOM_PROVIDER", "--provider", wanted.providers),
        ("MAILROOM_EXTENSIONS", "--extension", wanted.extensions),
    ):
        for name in _named(environment.get(setting, ""), setting, faults):
            if name not in included:
                faults.add(f"{setting} names {name!r}, which is not included: add it to {option}")
    if wanted.templates:
        # What an extension adds to the context is known only when there is an event.
        Renderer(wanted.templates).check(None if wanted.extensions else frozenset(NAMES), faults)
    _check_services(wanted.services, faults)
    if faults:
        raise faults.error()


def _named(text: str, setting: str, faults: Faults) -> Collection[str]:
    try:
        return names(text) if text.strip() not in {"", "none"} else ()
    except ValueError as error:
        faults.add(f"{setting} is malformed: {error}")
        return ()


def _check_services(services: Collection[str], faults: Faults) -> None:
    from botocore.session import get_session

    known = get_session().get_available_services()
    for name in sorted(set(services).difference(known)):
        faults.add(f"--service: boto3 knows no {name!r}{did_you_mean(name, known)}")
