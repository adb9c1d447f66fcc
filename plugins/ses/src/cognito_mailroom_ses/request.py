"""What SES is sent.

Source: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
"""

from __future__ import annotations

import html
import json
import re
from email.header import Header
from typing import Any

from cognito_mailroom import ConfigurationError, InlineImage, Message, Unsupported
from cognito_mailroom.transport import needs_smtputf8

_UNTRACKED = {"Tracking": {"OpenTrackingEnabled": "DISABLED", "ClickTrackingEnabled": "DISABLED"}}
_TAG_CHARS = 256


def send_email(message: Message, configuration_set: str | None, identity_arn: str | None) -> dict[str, Any]:
    """The parameters of SendEmail; raises Unsupported or ConfigurationError for addresses SES cannot take."""
    if needs_smtputf8(message.recipient):
        raise Unsupported("SES takes no recipient with anything but ASCII before the @.")
    if needs_smtputf8(message.sender, message.reply_to):
        raise ConfigurationError("SES takes only ASCII before an @: see MAILROOM_FROM and MAILROOM_REPLY_TO.")
    tags = dict(zip(("trigger", "client_id"), message.tags, strict=False))
    # SES knows no idempotency key; by this tag its events tell which mails are one and the same.
    tags["idempotency_key"] = message.idempotency_key
    parameters = {
        "FromEmailAddress": message.sender.encoded,
        "FromEmailAddressIdentityArn": identity_arn,
        "Destination": {"ToAddresses": [str(message.recipient)]},
        "ReplyToAddresses": [message.reply_to.encoded] if message.reply_to else [],
        "EmailTags": [{"Name": name, "Value": _tag(value)} for name, value in tags.items() if value],
        "ConfigurationSetName": configuration_set,
        "ConfigurationOverrides": _UNTRACKED,
        "Content": {"Template": _template(message)}
        if message.hosted_template
        else {"Simple": _mail(message)},
    }
    return {name: value for name, value in parameters.items() if value}


def _mail(message: Message) -> dict[str, Any]:
    bodies = {"Text": message.text, "Html": message.html}
    mail: dict[str, Any] = {
        "Subject": _content(message.subject),
        "Body": {name: _content(text) for name, text in bodies.items() if text},
        "Headers": _headers(message),
    }
    if message.inline_images:
        mail["Attachments"] = [_inline(image) for image in message.inline_images]
    return mail


def _inline(image: InlineImage) -> dict[str, Any]:
    # https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Attachment.html
    return {
        "RawContent": image.content,
        "FileName": image.file_name,
        "ContentType": image.media_type,
        "ContentDisposition": "INLINE",
        "ContentId": image.content_id,
        "ContentTransferEncoding": "BASE64",  # SES itself would take it for a text in seven bits
    }


def _template(message: Message) -> dict[str, Any]:
    # SES escapes nothing, and has one set of data for the subject, the text and the HTML. So what is
    # written without a thought is safe in HTML; the other two name text.code instead of code.
    data: dict[str, Any] = {name: html.escape(value) for name, value in message.variables.items()}
    data["text"] = dict(message.variables)
    return {
        "TemplateName": message.hosted_template,
        "TemplateData": json.dumps(data),
        "Headers": _headers(message),
    }


def _content(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}


def _headers(message: Message) -> list[dict[str, str]]:
    return [{"Name": name, "Value": _encoded(value)} for name, value in message.headers.items()]


def _encoded(value: str) -> str:
    return value if value.isascii() else Header(value, maxlinelen=75).encode(linesep="")


def _tag(value: str) -> str:
    return re.sub("[^A-Za-z0-9_-]", "_", value)[:_TAG_CHARS]
