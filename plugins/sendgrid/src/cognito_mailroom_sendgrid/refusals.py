"""What SendGrid's refusals mean.

Source: https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors
"""

from __future__ import annotations

import re
from time import time

from cognito_mailroom import MailroomError, Message, Rejected, Secret
from cognito_mailroom.transport import Answer, cleaned, refusal

_RECIPIENT = re.compile(r"personalizations(\.\d+)?\.to\b")
_ADVICE = {
    401: "check SENDGRID_API_KEY and the account's credits",
    403: "verify the sender in MAILROOM_FROM at SendGrid, and allow the key to send mail",
    404: "check SENDGRID_BASE_URL",
}


def error(answer: Answer, message: Message, key: Secret) -> MailroomError:
    """The error for an answer that is no success."""
    try:
        faults = [(str(fault.get("field")), str(fault["message"])) for fault in answer.json()["errors"]]
    except (ValueError, LookupError, TypeError, AttributeError):  # not what SendGrid itself would say
        faults = []
    private = (key, Secret(str(message.recipient)), Secret(message.variables.get("code", "")))
    words = cleaned("; ".join(text.rstrip(". ") for _, text in faults), *private)
    if answer.status == 400 and faults and all(_RECIPIENT.match(field) for field, _ in faults):
        return Rejected(f"SendGrid refused the recipient: {words}.")
    headers = answer.headers
    reset = headers.get("X-RateLimit-Reset", "")  # in seconds since 1970
    if reset.isdecimal() and "Retry-After" not in headers:
        headers = {"Retry-After": str(max(0, int(reset) - int(time())))}
    words = ": ".join(filter(None, (words, _ADVICE.get(answer.status))))
    return refusal("SendGrid", answer.status, words, headers)
