"""Mailgun's Messages API: the settings, the request by its SDK, and what its answers mean.

Source: https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages
"""

from __future__ import annotations

import json
import logging
import re
from typing import Any

import environ
from attrs import evolve
from cognito_mailroom import (
    ConfigurationError,
    Deadline,
    MailroomError,
    Message,
    Notification,
    RateLimited,
    Receipt,
    Rejected,
    Secret,
    Unavailable,
    Unsupported,
    hookimpl,
)
from cognito_mailroom.lazy_imports import lazy_imports
from cognito_mailroom.settings import HostedTemplates, switch
from cognito_mailroom.transport import Answer, HttpClient, KeptSession, base_url, refusal_of

with lazy_imports("asyncio", "httpx2"):  # which the SDK has for its asynchronous client
    from mailgun.config import Config, RetryPolicy
    from mailgun.endpoints import Endpoint

# It logs every refusal, and long tracebacks, all of which our own error says in a sentence.
logging.getLogger("mailgun.endpoints").disabled = True

_ABOUT_RECIPIENT = re.compile(r"'?to'? parameter\b")
_AGAIN = re.compile(r"try again after (\d+(?= seconds)|.+ (UTC|GMT))")
_ADVICE = {
    401: "check MAILGUN_API_KEY, and that MAILGUN_BASE_URL is of its region",
    403: "check what MAILGUN_DOMAIN and the key are allowed to send",
    404: "check MAILGUN_DOMAIN, and that MAILGUN_BASE_URL is of its region",
}
_MAX_TAGS, _TAG_CHARS = 3, 128
"""Mailgun publishes two limits of tags, 3 and 10 for a mail; 3 surely holds.

Source: https://documentation.mailgun.com/docs/mailgun/user-manual/tracking-messages/track-tagging
"""

_MAX_OPTIONS = 16_384
"""Bytes of all fields that begin with o:, h:, v: or t: (see the API reference)."""


def _domain(text: str) -> str:
    if not re.fullmatch(r"(?ai)[a-z0-9_-]+(\.[a-z0-9_-]+)+", text):
        raise ValueError("want a domain in ASCII such as mg.example.com")
    return text


@environ.config(prefix="MAILGUN", frozen=True)
class MailgunSettings:
    """The environment variables of this plugin."""

    api_key: Secret = environ.var(converter=Secret, help="an API key that may send for the domain")
    domain: str = environ.var(converter=_domain, help="the sending domain, such as mg.example.com")
    base_url: str = environ.var(
        "https://api.mailgun.net", converter=base_url, help="EU region: https://api.eu.mailgun.net"
    )
    test_mode: bool = environ.var("false", converter=switch, help="true to have mails taken and never sent")
    template: HostedTemplates = environ.group(HostedTemplates)


class MailgunProvider:
    """Sends through one domain at Mailgun; nothing is connected until the first mail."""

    Settings = MailgunSettings

    def __init__(self, settings: MailgunSettings) -> None:
        self._settings = settings
        self._http = HttpClient(settings.base_url)
        # Not by the SDK's Client, which would set up a connection and TLS of its own.
        url, headers = Config(settings.base_url)["messages"]
        self._messages = Endpoint(url, headers, ("api", settings.api_key.reveal()), KeptSession(self._http))
        self._messages.retry_policy = RetryPolicy(max_retries=0)

    @hookimpl
    def mailroom_render(self, notification: Notification, draft: Message) -> Message | None:
        """Names the stored template for the trigger, if there is one."""
        return self._settings.template.complete(notification, draft)

    @hookimpl
    def mailroom_deliver(self, message: Message, deadline: Deadline) -> Receipt:
        """Hands the mail to Mailgun.

        Raises:
            DeliveryError: the recipient was refused or cannot be served, the limit is reached, no answer.
            ConfigurationError: Mailgun refused the request for any other reason.

        """
        self._http.deadline = deadline
        form = _form(message, test_mode=self._settings.test_mode)
        response = self._messages.create(files=form, domain=self._settings.domain)
        answer = Answer(response.status_code, response.headers, response.content)
        if answer.status == 200 and "id" in answer.fields:
            detail = str(answer.fields.get("message", ""))
            return Receipt(message_id=str(answer.fields["id"]).strip("<>"), detail=detail)
        raise self._refusal(answer, message)

    def _refusal(self, answer: Answer, message: Message) -> MailroomError:
        if answer.status == 200:
            return Unavailable("Mailgun answered 200, but not that it took the mail.")
        words = str(answer.fields.get("message", ""))
        if not words and "text/plain" in answer.headers.get("Content-Type", ""):
            words = answer.body.decode(errors="replace")
        if (again := _AGAIN.search(words)) and "Retry-After" not in answer.headers:
            answer = evolve(answer, headers={"Retry-After": again[1]})
        kind: type[MailroomError] | None = None
        if answer.status == 400 and _ABOUT_RECIPIENT.match(words):
            kind = Rejected
        elif answer.status == 420:  # the domain has reached a limit of its own
            kind = RateLimited
        return refusal_of(
            answer, message, self._settings, provider="Mailgun", words=words, kind=kind, advice=_ADVICE
        )


_Part = tuple[None, str] | tuple[str, bytes, str]


def _form(message: Message, *, test_mode: bool) -> list[tuple[str, _Part]]:
    """What to post; the fields as parts without a file's name, which need no quoting as other forms do."""
    if message.recipient.needs_smtputf8:
        raise Unsupported("Mailgun delivers to no address with anything but ASCII before the @.")
    if any(address.needs_smtputf8 for address in (message.sender, message.reply_to) if address):
        raise ConfigurationError(
            "Mailgun takes only ASCII before an @: see MAILROOM_FROM and MAILROOM_REPLY_TO."
        )
    own = {"from", "to", "subject", *(["reply-to"] if message.reply_to else [])}
    tags = [tag.encode("ascii", "ignore").decode()[:_TAG_CHARS] for tag in message.tags]
    fields: dict[str, Any] = {
        # Mailgun itself puts names beyond ASCII that have a comma or the like in quotes, where none may be.
        "from": message.sender.encoded,
        "to": message.recipient.encoded,
        "subject": message.subject,
        "text": message.text,
        "html": message.html,
        "h:Reply-To": message.reply_to and message.reply_to.encoded,
        **{f"h:{name}": value for name, value in message.headers.items() if name.lower() not in own},
        "v:idempotency_key": message.idempotency_key,
        "o:tag": [tag for tag in dict.fromkeys(tags) if tag][:_MAX_TAGS],
        "o:testmode": "yes" if test_mode else None,
        # A rewritten link takes a one-time link's only use, and looks like phishing.
        "o:tracking": "no",
        "o:tracking-clicks": "no",
        "o:tracking-opens": "no",
    }
    if message.hosted_template:
        # Not as v: fields, which show in the mail's headers, in Mailgun's log and in its webhooks.
        variables = json.dumps(dict(message.variables))
        fields |= {"template": message.hosted_template, "t:text": "yes", "t:variables": variables}
    listed = [(name, values if isinstance(values, list) else [values]) for name, values in fields.items()]
    form = [(name, value) for name, values in listed for value in values if value]
    options = sum(len((name + value).encode()) for name, value in form if name[1:2] == ":")
    if options > _MAX_OPTIONS:
        raise Unsupported(
            f"Mailgun takes no more than {_MAX_OPTIONS} bytes of headers, tags and variables, "
            f"and this mail has {options}: a template of core's own needs none."
        )
    # Mailgun makes a file's name its content id.
    images = [("inline", (each.content_id, each.content, each.media_type)) for each in message.inline_images]
    return [*((name, (None, value)) for name, value in form), *images]
