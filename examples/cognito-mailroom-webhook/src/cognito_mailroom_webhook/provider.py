"""The provider itself: one signed POST for each mail, over a connection that is kept."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from cognito_mailroom import (
    Deadline,
    MailroomError,
    Message,
    Notification,
    Receipt,
    Rejected,
    Secret,
    hookimpl,
)
from cognito_mailroom.transport import Answer, HttpClient, cleaned, refusal

from . import signature
from .payload import payload
from .settings import WebhookSettings


class WebhookProvider:
    """Posts to one URL; nothing is connected until the first mail.

    Raises:
        ConfigurationError: the secret cannot be one.

    """

    Settings = WebhookSettings

    def __init__(self, settings: WebhookSettings) -> None:
        self._settings = settings
        self._secret = signature.checked(settings.secret)
        url = urlsplit(settings.url)
        self._path = url.path or "/"
        self._client = HttpClient(f"{url.scheme}://{url.netloc}")

    @hookimpl
    def mailroom_render(self, notification: Notification, draft: Message) -> Message | None:
        """Names the receiver's template for the trigger, if it has one; core writes the others."""
        return self._settings.template.complete(notification, draft)

    @hookimpl
    def mailroom_deliver(self, message: Message, deadline: Deadline) -> Receipt:
        """Posts the mail.

        Raises:
            DeliveryError: the receiver refused the recipient, is busy or did not answer.
            ConfigurationError: it refused the request for any other reason.

        """
        body = json.dumps(payload(message)).encode()
        signed = signature.headers(body, message.idempotency_key, self._secret)
        headers = {"Content-Type": "application/json", **signed}
        answer = self._client.post(self._path, body=body, headers=headers, deadline=deadline)
        if not 200 <= answer.status < 300:
            raise self._refusal(answer, message)
        return Receipt(message_id=signed["webhook-id"])

    def _refusal(self, answer: Answer, message: Message) -> MailroomError:
        said = _json(answer)
        private = (Secret(str(message.recipient)), Secret(message.variables.get("code", "")))
        words = cleaned(str(said.get("message", "")), self._secret, *private)
        if said.get("error") == "recipient_refused":
            return Rejected(f"The webhook refused the recipient: {words}.")
        return refusal("The webhook", answer.status, words, answer.headers)


def _json(answer: Answer) -> dict[str, Any]:
    """The answer's JSON object; an empty one where it has none."""
    try:
        return answer.json()
    except ValueError:
        return {}
