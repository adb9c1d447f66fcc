"""Parses Cognito's event with tolerance: AWS may add keys and values, and leaves out what is unset."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from cognito_mailroom.errors import EventError
from cognito_mailroom.notification import Notification, Secret, Trigger, read_only
from cognito_mailroom.settings.converters import locale

_OURS, _SMS = "customemailsender_", "customsmssender_"
_TRIGGERS = {trigger.value.lower(): trigger for trigger in Trigger}
_MAY_LACK_CODE = {Trigger.ACCOUNT_TAKE_OVER_NOTIFICATION, Trigger.ADMIN_CREATE_USER}
_PLAIN = re.compile(r"[\w.:-]{1,128}", re.ASCII)


@frozen
class Request:
    """One event of the custom e-mail sender trigger, still encrypted."""

    trigger: Trigger | str
    code: str | None = field(repr=False)
    attributes: Mapping[str, str] = field(converter=read_only, repr=False)
    client_metadata: Mapping[str, str] = field(converter=read_only, repr=False)
    client_id: str | None
    pool_id: str
    user_name: str = field(repr=False)
    idempotency_key: str

    @classmethod
    def parse(cls, event: object, request_id: str = "") -> Request:
        """Reads an event; ``request_id`` identifies it where nothing in it does.

        Raises:
            EventError: it is not an event of this trigger, or has no code where there must be one.

        """
        body = _mapping(event)
        request = _mapping(body.get("request"))
        trigger = _trigger(body.get("triggerSource"), request.get("type"))
        pool_id = body.get("userPoolId")
        if not isinstance(pool_id, str) or not _PLAIN.fullmatch(pool_id):
            raise EventError("The event names no user pool in userPoolId.")
        code = request.get("code") or None
        if code is not None and not isinstance(code, str):
            raise EventError("The event's request.code is not a text.")
        if code is None and trigger not in _MAY_LACK_CODE:
            raise EventError(
                f"The {trigger} event carries no code in request.code, so there is nothing to send."
            )
        attributes = _texts(request.get("userAttributes"))
        client_id = _mapping(body.get("callerContext")).get("clientId")
        known_client = isinstance(client_id, str) and _PLAIN.fullmatch(client_id)
        user_name = body.get("userName")
        return cls(
            trigger=trigger,
            code=code,
            attributes=attributes,
            client_metadata=_texts(request.get("clientMetadata")),
            client_id=client_id if known_client and client_id != "CLIENT_ID_NOT_APPLICABLE" else None,
            pool_id=pool_id,
            user_name=user_name if isinstance(user_name, str) else "",
            idempotency_key=_idempotency_key(code, attributes, request_id),
        )

    @property
    def slug(self) -> str:
        """The trigger's short name: ``sign_up``; ``generic`` for an undocumented source."""
        return self.trigger.slug if isinstance(self.trigger, Trigger) else "generic"

    def notification(self, secret: Secret | None, default_locale: str) -> Notification:
        """What is to be told, once the code is decrypted. The recipient is found later."""
        claims = (self.attributes.get("locale"), self.attributes.get("custom:locale"),
                  self.client_metadata.get("locale"))  # fmt: skip
        return Notification(
            trigger=self.trigger,
            secret=secret,
            attributes=self.attributes,
            client_metadata=self.client_metadata,
            client_id=self.client_id,
            pool_id=self.pool_id,
            user_name=self.user_name,
            locale=next(filter(None, map(known_locale, claims)), default_locale),
            idempotency_key=self.idempotency_key,
        )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _texts(value: object) -> dict[str, str]:
    """The entries whose value is a text, which is all that Cognito writes."""
    return {str(name): text for name, text in _mapping(value).items() if isinstance(text, str)}


def _trigger(source: object, kind: object) -> Trigger | str:
    if not isinstance(source, str) or not source:
        raise EventError("The event has no triggerSource: it is not an event of a Cognito trigger.")
    shown = re.sub(r"[^\w.:-]", "?", source[:128], flags=re.ASCII)
    if source.lower().startswith(_SMS) or kind == "customSMSSenderRequestV1":
        raise EventError(
            f"The event ({shown}) is for a custom SMS sender: "
            "point the pool's CustomSMSSender at another function."
        )
    if not source.lower().startswith(_OURS):
        raise EventError(
            f"The event's trigger source is {shown}; this function is for CustomEmailSender only."
        )
    return _TRIGGERS.get(source.lower(), shown)


def known_locale(claim: str | None) -> str:
    """A language tag that a user or a client named, or an empty text where it is none."""
    try:
        return locale(claim or "")
    except ValueError:
        return ""


def _idempotency_key(code: str | None, attributes: Mapping[str, str], request_id: str) -> str:
    """The ciphertext is random for each send, so its digest identifies one, and gives nothing away."""
    if code is not None:
        return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()
    return next((key for key in (attributes.get("EVENT_ID", ""), request_id) if _PLAIN.fullmatch(key)), "")
