"""Fixed example data, one notification a mail: what checks and previews render."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cognito_mailroom.address import Address
from cognito_mailroom.notification import Notification, Secret, Trigger

from .variables import ACTIONS

SLUGS = (*(trigger.slug for trigger in Trigger), "generic")
_TAKE_OVER = {
    "LOGIN_TIME": "Friday, March 19, 2021 02:25 PM UTC",
    "IP_ADDRESS": "192.0.2.7",
    "CITY": "Zürich",
    "COUNTRY": "Switzerland",
    "DEVICE_NAME": "Firefox, Linux",
    "ONE_CLICK_LINK_VALID": "https://login.acme.example/feedback?value=valid",
    "ONE_CLICK_LINK_INVALID": "https://login.acme.example/feedback?value=invalid",
}
EXAMPLE_POOL = "eu-west-1_Example01"
_CODES = {"authentication": "48291038", "admin_create_user": "aB3$kq7Zp"}


def example(
    slug: str,
    *,
    locale: str = "en",
    name: str = "Alex",
    code: bool = True,
    action: str = "BLOCK",
    client_id: str | None = None,
    pool_id: str = EXAMPLE_POOL,
) -> Notification:
    """A notification for one mail; ``action`` is what Cognito did about a take-over."""
    take_over = slug == Trigger.ACCOUNT_TAKE_OVER_NOTIFICATION.slug
    triggers = {trigger.slug: trigger for trigger in Trigger}
    return Notification(
        trigger=triggers.get(slug, "CustomEmailSender_SomethingNew"),
        recipient=Address.parse("alex@example.com"),
        secret=Secret(_CODES.get(slug, "482910")) if code and not take_over else None,
        attributes=(_TAKE_OVER | {"ACCOUNT_TAKE_OVER_ACTION": action} if take_over else {})
        | {"given_name": name, "sub": "6ed8b5a2-9f4c-4b52-8a37-1c1f2ad0c1de"},
        client_id=client_id,
        pool_id=pool_id,
        user_name="6ed8b5a2-9f4c-4b52-8a37-1c1f2ad0c1de",
        locale=locale,
    )


def examples(
    locale: str, client_id: str | None = None, pool_id: str = EXAMPLE_POOL
) -> Iterator[Notification]:
    """All mails in a language, with and without a name, a code, and for each answer to a take-over."""
    variants: dict[str, list[dict[str, Any]]] = {
        Trigger.ADMIN_CREATE_USER.slug: [{"code": False}],
        Trigger.ACCOUNT_TAKE_OVER_NOTIFICATION.slug: [{"action": action} for action in (*ACTIONS[1:], "")],
    }
    for slug in SLUGS:
        for changes in ({}, {"name": ""}, *variants.get(slug, ())):
            yield example(slug, locale=locale, client_id=client_id, pool_id=pool_id, **changes)
