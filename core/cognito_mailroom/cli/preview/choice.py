"""What can be chosen of what is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from cognito_mailroom.mail.variables import ACTIONS
from cognito_mailroom.notification import Trigger

USUAL = "usual"
_EVERY: dict[str, dict[str, Any]] = {
    USUAL: {},
    "no-name": {"name": ""},
    "long-name": {"name": "Wilhelmina Friederike Charlotte von Hohenlohe-Schillingsfürst"},
    "rtl-name": {"name": "ליאורה"},
}
_SOME: dict[str, dict[str, dict[str, Any]]] = {
    Trigger.ADMIN_CREATE_USER.slug: {"no-code": {"code": False}},
    Trigger.ACCOUNT_TAKE_OVER_NOTIFICATION.slug: {action: {"action": action} for action in ACTIONS[1:]},
}


def examples(slug: str) -> Mapping[str, Mapping[str, Any]]:
    """The variants of one mail's example data, by name; no event without a code makes any mail but two."""
    return {**_EVERY, **_SOME.get(slug, {})}


@frozen
class Choice:
    """One mail of all that can be shown."""

    mail: str
    language: str
    brand: str = "default"
    example: str = USUAL
