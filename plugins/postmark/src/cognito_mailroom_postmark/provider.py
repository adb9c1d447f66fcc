"""Postmark's sending API: the settings, the request by its SDK, and what its refusals mean.

Source: https://postmarkapp.com/developer/api/overview#error-codes
"""

from __future__ import annotations

import logging
import re
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import environ
from cognito_mailroom import (
    ConfigurationError,
    Deadline,
    MailroomError,
    Message,
    Notification,
    Receipt,
    Rejected,
    Secret,
    Suppressed,
    Unavailable,
    hookimpl,
)
from cognito_mailroom.settings import HostedTemplates
from cognito_mailroom.transport import Answer, HttpClient, KeptSession, base_url, refusal_of
from postmarker.core import PostmarkClient

# The ErrorCodes that are not an operator's to mend; of all invalid requests only the words tell which.
_INVALID_REQUEST = 300
_KINDS: dict[Any, type[MailroomError]] = {
    100: Unavailable,  # maintenance
    406: Suppressed,  # an inactive recipient: on Postmark's own list, after a bounce or a complaint
}
_ABOUT_RECIPIENT = re.compile(r"(?i)(Invalid|Error parsing) 'To'")
_METADATA_CHARS = 80  # of a value; Postmark refuses a mail with more


def _origin(text: str) -> str:
    if urlsplit(base_url(text)).path:  # the SDK would drop it without a word
        raise ValueError("want a URL without a path, such as https://api.postmarkapp.com")
    return base_url(text)


@environ.config(prefix="POSTMARK", frozen=True)
class PostmarkSettings:
    """The environment variables of this plugin."""

    server_token: Secret = environ.var(converter=Secret, help="the API token of a Postmark server")
    message_stream: str | None = environ.var(None, help="a transactional stream; default: outbound")
    base_url: str = environ.var("https://api.postmarkapp.com", converter=_origin, help="where the API is")
    template: HostedTemplates = environ.group(HostedTemplates)


class PostmarkProvider:
    """Sends through one Postmark server; nothing is connected until the first mail.

    Raises:
        ConfigurationError: the settings cannot work.

    """

    Settings = PostmarkSettings

    def __init__(self, settings: PostmarkSettings) -> None:
        token = settings.server_token.reveal()
        if not re.fullmatch("[!-~]+", token):
            raise ConfigurationError("POSTMARK_SERVER_TOKEN is malformed: it has a character no token has.")
        self._settings = settings
        self._http = HttpClient(settings.base_url)
        self._sdk = _Client(token, root_api_url=settings.base_url)
        self._sdk.session = KeptSession(self._http)
        # All that it logs are whole mails and answers: let no record pass but of a logger that there is not.
        self._sdk.logger.addFilter(logging.Filter("nothing"))

    @hookimpl
    def mailroom_render(self, notification: Notification, draft: Message) -> Message | None:
        """Names the template for this trigger, by its alias or its number, if there is one."""
        return self._settings.template.complete(notification, draft)

    @hookimpl
    def mailroom_deliver(self, message: Message, deadline: Deadline) -> Receipt:
        """Hands the mail to Postmark.

        Raises:
            DeliveryError: Suppressed or Rejected for the recipient, RateLimited, Unavailable.
            ConfigurationError: all else that Postmark refuses.

        """
        self._http.deadline = deadline
        # The SDK's own check loses the headers, and stumbles over a refusal that is not JSON.
        self._sdk.check_response = partial(self._check, message)
        answer = self._send(message)
        return Receipt(message_id=str(answer["MessageID"]), detail=str(answer.get("Message", "")))

    def _check(self, message: Message, response: Any) -> None:
        """Called by the SDK with each answer; raises unless it is the success that Postmark documents."""
        answer = Answer(response.status_code, response.headers, response.content)
        code, words = answer.fields.get("ErrorCode", 0), str(answer.fields.get("Message", ""))
        # The code is absent where a mail was taken to be delivered later.
        if answer.status == 200 and code == 0:
            if "MessageID" in answer.fields:
                return
            raise Unavailable("Postmark answered 200, but not that it took the mail.")
        kind = _KINDS.get(code) if isinstance(code, int) else None
        if code == _INVALID_REQUEST and _ABOUT_RECIPIENT.match(words):
            kind = Rejected
        words = f"ErrorCode {code}: {words}" if code else words
        raise refusal_of(answer, message, self._settings, provider="Postmark", words=words, kind=kind)

    def _send(self, message: Message) -> dict[str, Any]:
        tag, client_id = (*message.tags, "", "")[:2]
        metadata = {"client_id": client_id, "idempotency_key": message.idempotency_key}
        fields: dict[str, Any] = {
            "From": message.sender.formatted,
            "To": message.recipient.formatted,
            "ReplyTo": message.reply_to and message.reply_to.formatted,
            "Headers": dict(message.headers),
            "Tag": tag or None,
            "Metadata": {name: value[:_METADATA_CHARS] for name, value in metadata.items() if value},
            "MessageStream": self._settings.message_stream,
            "TrackOpens": False,
            "TrackLinks": "None",
        }
        if template := message.hosted_template:
            known_by = {"TemplateId": int(template)} if template.isdecimal() else {"TemplateAlias": template}
            more = {"TemplateModel": dict(message.variables), **known_by}
            send = self._sdk.emails.send_with_template
        else:
            bodies = {"TextBody": message.text or None, "HtmlBody": message.html or None}
            images = [
                (e.file_name, e.base64, e.media_type, f"cid:{e.content_id}") for e in message.inline_images
            ]
            more = {"Subject": message.subject, "Attachments": images, **bodies}
            send = self._sdk.emails.send
        answer: dict[str, Any] = send(**fields, **more)
        return answer


class _Client(PostmarkClient):  # type: ignore[misc]
    """The SDK's, whose repr would show the token, and which would make a session of its own."""

    session: Any = None
    __repr__ = object.__repr__
