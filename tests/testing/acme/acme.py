"""A provider as a third party might write one; the kit's tests break it on purpose."""

from __future__ import annotations

import json
import logging
from typing import Any

import environ
from cognito_mailroom import Deadline, Message, Notification, Receipt, Rejected, Secret, Unavailable, hookimpl
from cognito_mailroom.settings.hosted_templates import HostedTemplates
from cognito_mailroom.transport import Answer
from cognito_mailroom.transport.answers import cleaned, refusal
from cognito_mailroom.transport.http import HttpClient, base_url

log = logging.getLogger("acme")


@environ.config(prefix="ACME", frozen=True)
class AcmeSettings:
    api_key: Secret = environ.var(converter=Secret, help="the key")
    base_url: str = environ.var("https://api.acme.example", converter=base_url, help="the API's URL")
    template: HostedTemplates = environ.group(HostedTemplates)


class AcmeProvider:
    Settings = AcmeSettings

    def __init__(self, settings: AcmeSettings) -> None:
        self._settings = settings
        self._client = HttpClient(settings.base_url)

    @hookimpl
    def mailroom_render(self, notification: Notification, draft: Message) -> Message | None:
        return self._settings.template.complete(notification, draft)

    @hookimpl
    def mailroom_deliver(self, message: Message, deadline: Deadline) -> Receipt:
        key = self._settings.api_key
        headers = {"Authorization": f"Bearer {key.reveal()}", "Content-Type": "application/json"}
        body = json.dumps(payload(message)).encode()
        answer = self._client.post("/mails", body=body, headers=headers, deadline=deadline)
        if answer.status != 200:
            raise self._refusal(answer)
        try:
            return Receipt(message_id=answer.json()["id"])
        except (ValueError, KeyError):
            raise Unavailable("Acme answered 200 without an id.") from None

    def _refusal(self, answer: Answer) -> Exception:
        try:
            words = cleaned(str(answer.json()["error"]), self._settings.api_key)
        except (ValueError, KeyError):
            words = ""
        if answer.status == 422:
            return Rejected(f"Acme refused the recipient: {words}")
        return refusal("Acme", answer.status, words, answer.headers)


def payload(message: Message) -> dict[str, Any]:
    return {
        "from": message.sender.formatted,
        "to": message.recipient.formatted,
        "reply_to": message.reply_to.formatted if message.reply_to else None,
        "subject": message.subject,
        "text": message.text,
        "html": message.html,
        "headers": dict(message.headers),
        "template": message.hosted_template,
        "variables": dict(message.variables) if message.hosted_template else {},
        "images": [[each.content_id, each.media_type, each.base64] for each in message.inline_images],
    }
