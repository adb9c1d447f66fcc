"""The request's body, written by SendGrid's own library; what the API refuses is left out.

Source of the limits: https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send
"""

from __future__ import annotations

import json
import re
from email.header import Header

from cognito_mailroom import Message
from sendgrid.helpers import mail as sdk

_RESERVED = (
    r"x-sg-e?id|received|dkim-signature|content-(type|transfer-encoding)|(reply-)?to|from|subject|b?cc"
)

# A rewritten link takes a one-time link's only use, and looks like phishing.
_UNTRACKED = sdk.TrackingSettings(
    click_tracking=sdk.ClickTracking(enable=False, enable_text=False),
    open_tracking=sdk.OpenTracking(enable=False),
    subscription_tracking=sdk.SubscriptionTracking(enable=False),
    ganalytics=sdk.Ganalytics(enable=False),
)


def payload(message: Message, *, sandbox: bool) -> bytes:
    """What to post to ``/v3/mail/send``."""
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
            encoded = value if value.isascii() else Header(value, "utf-8").encode(linesep="")
            mail.add_header(sdk.Header(name, encoded))
    for category in dict.fromkeys(tag[:255] for tag in message.tags[:10]):
        mail.add_category(sdk.Category(category))
    if message.idempotency_key:
        mail.add_custom_arg(sdk.CustomArg("idempotency_key", message.idempotency_key, p=0))
    mail.tracking_settings = _UNTRACKED
    mail.mail_settings = sdk.MailSettings(sandbox_mode=sdk.SandBoxMode(enable=sandbox))
    return json.dumps(mail.get()).encode()
