"""The extras of core and the AWS services that some settings need beyond what every function has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen


@frozen
class OptionalPart:
    """Extras of the core distribution, and services of AWS by boto3's names."""

    extras: tuple[str, ...] = ()
    services: tuple[str, ...] = ()


SERVICES = ("kms", "cognito-idp", "sesv2")
"""What core and the plugins here always may ask of AWS: to decrypt, to look up an address, to send."""

OPTIONAL_PARTS = {
    "idempotency": OptionalPart(extras=("idempotency",), services=("dynamodb",)),
    "queue": OptionalPart(extras=("queue",), services=("sqs",)),
    "secretsmanager": OptionalPart(services=("secretsmanager",)),
    "ssm": OptionalPart(services=("ssm",)),
}
_SETTINGS = {"MAILROOM_IDEMPOTENCY_TABLE": "idempotency", "MAILROOM_QUEUE_URL": "queue"}


def called_for(environment: Mapping[str, str]) -> Iterator[str]:
    """The names of those that the settings make use of; some by a value that refers to a secret."""
    for setting, part in _SETTINGS.items():
        if environment.get(setting, "").strip():
            yield part
    for value in environment.values():
        scheme, colon, _ = value.partition(":")
        if colon and scheme in OPTIONAL_PARTS:
            yield scheme
