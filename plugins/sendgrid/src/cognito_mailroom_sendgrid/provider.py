"""SendGrid's v3 Mail Send API: the settings, the request, and what its refusals mean.

Sources: https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send
https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors
"""

from __future__ import annotations

import json
import re
from email.header import Header
from time import time

import environ
from attrs import evolve
from attrs.converters import optional
from cognito_mailroom import (
    Deadline,
    MailroomError,
    Message,
    Notification,
    Receipt,
    Rejected,
    Secret,
    Unsupported,
    hookimpl,
)
from cognito_mailroom.settings import HostedTemplates, names, switch
from cognito_mailroom.transport import Answer, HttpClient, base_url, refusal_of
from sendgrid.helpers import mail as sdk

_JSON = "application/json"
# The headers that the API writes itself; it refuses a mail that brings one of them.
_RESERVED = (
    r"x-sg-e?id|received|dkim-signature|content-(type|transfer-encoding)|(reply-)?to|from|subject|b?cc"
)
_ABOUT_RECIPIENT = re.compile(r"personalizations(\.\d+)?\.to\b")
_ADVICE = {
    401: "check SENDGRID_API_KEY and the account's credits",
    403: "verify the sender in MAILROOM_FROM at SendGrid, and allow the key to send mail",
    404: "check SENDGRID_BASE_URL",
}
# A rewritten link takes a one-time link's only use, and looks like phishing.
_UNTRACKED = sdk.TrackingSettings(
    click_tracking=sdk.ClickTracking(enable=False, enable_text=False),
    open_tracking=sdk.OpenTracking(enable=False),
    subscription_tracking=sdk.SubscriptionTracking(enable=False),
    ganalytics=sdk.Ganalytics(enable=False),
)
# SendGrid's lists that a mail may go past. It takes none of these along with bypass_list_management, which
# goes past all of them and past the groups one can unsubscribe from.
_BYPASSES = {
    "bounces": ("bypass_bounce_management", sdk.BypassBounceManagement(enable=True)),
    "spam": ("bypass_spam_management", sdk.BypassSpamManagement(enable=True)),
    "unsubscribes": ("bypass_unsubscribe_management", sdk.BypassUnsubscribeManagement(enable=True)),
}


def _bypasses(text: str) -> tuple[str, ...]:
    lists = names(text)
    if not _BYPASSES.keys() >= {*lists}:
        raise ValueError("want bounces, spam or unsubscribes, or several of them comma-separated")
    return lists


@environ.config(prefix="SENDGRID", frozen=True)
class SendGridSettings:
    """The environment variables of this plugin."""

    api_key: Secret = environ.var(converter=Secret, help="an API key that may send mail")
    base_url: str = environ.var(
        "https://api.sendgrid.com", converter=base_url, help="EU region: https://api.eu.sendgrid.com"
    )
    sandbox: bool = environ.var("false", converter=switch, help="true to have mails checked and never sent")
    bypass_suppressions: tuple[str, ...] | None = environ.var(
        None,
        converter=optional(_bypasses),
        help="the lists that mails go past: bounces, spam, unsubscribes, comma-separated; default: none",
    )
    template: HostedTemplates = environ.group(HostedTemplates)


class SendGridProvider:
    """Sends through SendGrid; nothing is connected until the first mail.

    SendGrid's library would set up TLS and a connection anew for every mail: it only writes the request.
    """

    Settings = SendGridSettings

    def __init__(self, settings: SendGridSettings) -> None:
        self._settings = settings
        self._client = HttpClient(settings.base_url)
        self._mail_settings = sdk.MailSettings(
            sandbox_mode=sdk.SandBoxMode(enable=settings.sandbox),
            **dict(_BYPASSES[each] for each in settings.bypass_suppressions or ()),
        )

    @hookimpl
    def mailroom_render(self, notification: Notification, draft: Message) -> Message | None:
        """Names the dynamic template for the trigger, if there is one."""
        return self._settings.template.complete(notification, draft)

    @hookimpl
    def mailroom_deliver(self, message: Message, deadline: Deadline) -> Receipt:
        """Hands the mail to SendGrid.

        Raises:
            DeliveryError: the recipient was refused or cannot be served, the limit is reached, no answer.
            ConfigurationError: SendGrid refused the request for any other reason.

        """
        if message.recipient.needs_smtputf8:  # it would be taken with a 202, and dropped later
            raise Unsupported("SendGrid delivers to no address with anything but ASCII before the @.")
        key, sandbox = self._settings.api_key, self._settings.sandbox
        answer = self._client.post(
            "/v3/mail/send",
            body=_body(message, self._mail_settings),
            # Without an Accept header the API answers 406.
            headers={"Authorization": f"Bearer {key.reveal()}", "Accept": _JSON, "Content-Type": _JSON},
            deadline=deadline,
        )
        # A mail that is only checked gets a 200.
        if answer.status != 202 and not (sandbox and answer.status == 200):
            raise self._refusal(answer, message)
        detail = "checked, and not sent: SENDGRID_SANDBOX is on" if sandbox else ""
        return Receipt(message_id=answer.headers.get("X-Message-Id", ""), detail=detail)

    def _refusal(self, answer: Answer, message: Message) -> MailroomError:
        errors = answer.fields.get("errors")
        faults = [each for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []
        about_recipient = [_ABOUT_RECIPIENT.match(str(fault.get("field"))) for fault in faults]
        reset = answer.headers.get("X-RateLimit-Reset", "")  # in seconds since 1970
        if reset.isdecimal() and "Retry-After" not in answer.headers:
            answer = evolve(answer, headers={"Retry-After": str(max(0, int(reset) - int(time())))})
        return refusal_of(
            answer,
            message,
            self._settings,
            provider="SendGrid",
            words="; ".join(str(fault.get("message", "")).rstrip(". ") for fault in faults),
            kind=Rejected if answer.status == 400 and faults and all(about_recipient) else None,
            advice=_ADVICE,
        )


def _body(message: Message, mail_settings: sdk.MailSettings) -> bytes:
    """What to post, written by SendGrid's own library; what the API refuses is left out."""
    mail = sdk.Mail(
        sdk.From(str(message.sender), message.sender.display_name),
        sdk.To(str(message.recipient), message.recipient.display_name),
        message.subject,
        message.text or None,
        message.html or None,
    )
    if message.hosted_template:
        mail.template_id = message.hosted_template
        mail.dynamic_template_data = sdk.DynamicTemplateData(dict(message.variables))
    if message.reply_to:
        mail.reply_to = sdk.ReplyTo(str(message.reply_to), message.reply_to.display_name)
    for name, value in message.headers.items():
        if not re.fullmatch(_RESERVED, name, re.IGNORECASE):
            # The API wants RFC 2047's words ready made.
            encoded = value if value.isascii() else Header(value, "utf-8", 75).encode(linesep="")
            mail.add_header(sdk.Header(name, encoded))
    for category in dict.fromkeys(tag[:255] for tag in message.tags[:10]):
        mail.add_category(sdk.Category(category))
    for image in message.inline_images:
        mail.add_attachment(
            sdk.Attachment(image.base64, image.file_name, image.media_type, "inline", image.content_id)
        )
    if message.idempotency_key:
        mail.add_custom_arg(sdk.CustomArg("idempotency_key", message.idempotency_key, p=0))
    mail.tracking_settings = _UNTRACKED
    mail.mail_settings = mail_settings
    return json.dumps(mail.get()).encode()
