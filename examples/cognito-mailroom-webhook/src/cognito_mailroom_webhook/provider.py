"""The settings, the signed POST of a mail as JSON, and what the receiver's refusals mean."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import environ
from cognito_mailroom import (
    Address,
    Deadline,
    InlineImage,
    Message,
    Notification,
    Receipt,
    Rejected,
    Secret,
    hookimpl,
)
from cognito_mailroom.settings import HostedTemplates
from cognito_mailroom.transport import HttpClient, base_url, refusal_of

from . import signature


def _url(text: str) -> str:
    base_url(text)
    return text  # as it is: some receivers insist on a slash at the end


@environ.config(prefix="WEBHOOK", frozen=True)
class WebhookSettings:
    """The environment variables of this plugin."""

    url: str = environ.var(converter=_url, help="where to post the mails to")
    secret: Secret = environ.var(
        converter=Secret, help="what both ends sign with: whsec_ and 24 to 64 random bytes in base64"
    )
    template: HostedTemplates = environ.group(HostedTemplates)


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
        body = json.dumps(_payload(message)).encode()
        signed = signature.headers(body, message.idempotency_key, self._secret)
        headers = {"Content-Type": "application/json", **signed}
        answer = self._client.post(self._path, body=body, headers=headers, deadline=deadline)
        if not 200 <= answer.status < 300:
            about_recipient = answer.fields.get("error") == "recipient_refused"
            raise refusal_of(
                answer,
                message,
                self._settings,
                provider="The webhook",
                words=answer.fields.get("message"),
                kind=Rejected if about_recipient else None,
            )
        return Receipt(message_id=signed["webhook-id"])


def _payload(message: Message) -> dict[str, Any]:
    """The three members that Standard Webhooks recommends; the README lists what ``data`` holds."""
    data: dict[str, Any] = {
        "from": _mailbox(message.sender),
        "to": _mailbox(message.recipient),
        "reply_to": _mailbox(message.reply_to) if message.reply_to else None,
        "subject": message.subject,
        "headers": dict(message.headers),
        "tags": list(message.tags),
    }
    if message.hosted_template:
        data["template"] = {"name": message.hosted_template, "variables": dict(message.variables)}
    else:
        data |= {"text": message.text, "html": message.html}
        data["inline_images"] = [_file(image) for image in message.inline_images]
    return {"type": "mail.requested", "timestamp": datetime.now(UTC).isoformat(), "data": data}


def _file(image: InlineImage) -> dict[str, str]:
    return {"content_id": image.content_id, "type": image.media_type, "content": image.base64}


def _mailbox(address: Address) -> dict[str, str]:
    return {"email": str(address), "name": address.display_name}
