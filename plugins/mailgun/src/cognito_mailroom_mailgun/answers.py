"""What Mailgun's answers mean.

Source: https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages
"""

from __future__ import annotations

import re

from cognito_mailroom import MailroomError, Message, RateLimited, Rejected, Secret, Unavailable
from cognito_mailroom.transport import cleaned, refusal, retry_after
from requests import Response

_RECIPIENT = re.compile(r"'?to'? parameter\b")
_AGAIN = re.compile(r"try again after (\d+(?= seconds)|.+ (UTC|GMT))")
_ADVICE = {
    401: "check MAILGUN_API_KEY, and that MAILGUN_BASE_URL is of its region",
    403: "check what MAILGUN_DOMAIN and the key are allowed to send",
    404: "check MAILGUN_DOMAIN, and that MAILGUN_BASE_URL is of its region",
}


def contents(answer: Response) -> dict[str, str]:
    """The answer's JSON object; of a plain text, one with that as its message."""
    try:
        return dict(answer.json())
    except (ValueError, TypeError):
        return {"message": answer.text if "text/plain" in answer.headers.get("Content-Type", "") else ""}


def error(answer: Response, message: Message, key: Secret) -> MailroomError:
    """The error for an answer that is not the success that the API documents."""
    status, headers, said = answer.status_code, answer.headers, str(contents(answer).get("message", ""))
    if status == 200:
        return Unavailable("Mailgun answered 200, but not that it took the mail.")
    if (again := _AGAIN.search(said)) and "Retry-After" not in headers:
        headers["Retry-After"] = again[1]
    private = (key, Secret(str(message.recipient)), Secret(message.variables.get("code", "")))
    words = cleaned(said, *private).rstrip(".")
    if status == 400 and _RECIPIENT.match(said):
        return Rejected(f"Mailgun refused the recipient: {words}.")
    if status == 420:  # the domain has reached a limit of its own
        return RateLimited(f"Mailgun answered 420: {words}.", retry_after(headers))
    return refusal("Mailgun", status, ": ".join(filter(None, (words, _ADVICE.get(status)))), headers)
