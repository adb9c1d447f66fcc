"""The provider itself, and what the operator sets."""

from __future__ import annotations

import logging
import re

import environ
from cognito_mailroom import Deadline, Message, Notification, Receipt, Secret, hookimpl
from cognito_mailroom.lazy_imports import lazy_imports
from cognito_mailroom.settings import HostedTemplates, switch
from cognito_mailroom.transport import KeptSession, http

from . import answers
from .form import form

with lazy_imports("asyncio", "httpx2"):  # which the SDK has for its asynchronous client
    from mailgun.config import Config, RetryPolicy
    from mailgun.endpoints import Endpoint

# It logs every refusal, and long tracebacks, all of which our own error says in a sentence.
logging.getLogger("mailgun.endpoints").disabled = True


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
        "https://api.mailgun.net", converter=http.base_url, help="EU region: https://api.eu.mailgun.net"
    )
    test_mode: bool = environ.var("false", converter=switch, help="true to have mails taken and never sent")
    template: HostedTemplates = environ.group(HostedTemplates)


class MailgunProvider:
    """Sends through one domain at Mailgun; nothing is connected until the first mail."""

    Settings = MailgunSettings

    def __init__(self, settings: MailgunSettings) -> None:
        self._settings = settings
        self._http = http.HttpClient(settings.base_url)
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
            DeliveryError: the recipient was refused, the limit is reached or no answer came.
            ConfigurationError: Mailgun refused the request for any other reason.

        """
        self._http.deadline = deadline
        mail = form(message, test_mode=self._settings.test_mode)
        answer = self._messages.create(files=mail, domain=self._settings.domain)
        said = answers.contents(answer)
        if answer.status_code == 200 and "id" in said:
            return Receipt(message_id=str(said["id"]).strip("<>"), detail=str(said.get("message", "")))
        raise answers.error(answer, message, self._settings.api_key)
