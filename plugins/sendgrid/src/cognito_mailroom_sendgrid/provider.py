"""The provider itself, and what the operator sets."""

from __future__ import annotations

import environ
from cognito_mailroom import Deadline, Message, Notification, Receipt, Secret, hookimpl
from cognito_mailroom.settings import HostedTemplates, switch
from cognito_mailroom.transport import http

from .payload import payload
from .refusals import error

_JSON = "application/json"


@environ.config(prefix="SENDGRID", frozen=True)
class SendGridSettings:
    """The environment variables of this plugin."""

    api_key: Secret = environ.var(converter=Secret, help="an API key that may send mail")
    base_url: str = environ.var(
        "https://api.sendgrid.com", converter=http.base_url, help="EU region: https://api.eu.sendgrid.com"
    )
    sandbox: bool = environ.var("false", converter=switch, help="true to have mails checked and never sent")
    template: HostedTemplates = environ.group(HostedTemplates)


class SendGridProvider:
    """Sends through SendGrid; nothing is connected until the first mail.

    SendGrid's library would set up TLS and a connection anew for every mail: it only writes the request.
    """

    Settings = SendGridSettings

    def __init__(self, settings: SendGridSettings) -> None:
        self._settings = settings
        self._client = http.HttpClient(settings.base_url)

    @hookimpl
    def mailroom_render(self, notification: Notification, draft: Message) -> Message | None:
        """Names the dynamic template for the trigger, if there is one."""
        return self._settings.template.complete(notification, draft)

    @hookimpl
    def mailroom_deliver(self, message: Message, deadline: Deadline) -> Receipt:
        """Hands the mail to SendGrid.

        Raises:
            DeliveryError: the recipient was refused, the limit is reached or no answer came.
            ConfigurationError: SendGrid refused the request for any other reason.

        """
        key, sandbox = self._settings.api_key, self._settings.sandbox
        answer = self._client.post(
            "/v3/mail/send",
            body=payload(message, sandbox=sandbox),
            # Without an Accept header the API answers 406.
            headers={"Authorization": f"Bearer {key.reveal()}", "Accept": _JSON, "Content-Type": _JSON},
            deadline=deadline,
        )
        # A mail that is only checked gets a 200.
        if answer.status != 202 and not (sandbox and answer.status == 200):
            raise error(answer, message, key)
        detail = "checked, and not sent: SENDGRID_SANDBOX is on" if sandbox else ""
        return Receipt(message_id=answer.headers.get("X-Message-Id", ""), detail=detail)
