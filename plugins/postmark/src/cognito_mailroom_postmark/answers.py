"""What Postmark's answers mean.

Source: https://postmarkapp.com/developer/api/overview#error-codes
"""

from __future__ import annotations

import re

from cognito_mailroom import Rejected, Secret, Unavailable
from cognito_mailroom.transport import Answer, cleaned, refusal
from requests import Response

_MAINTENANCE, _INVALID_REQUEST, _INACTIVE_RECIPIENT = 100, 300, 406
# Of all that is an invalid request only the words tell which.
_ABOUT_RECIPIENT = re.compile(r"(?i)(Invalid|Error parsing) 'To'")


def check(token: Secret, response: Response) -> None:
    """Called by the SDK with each answer; returns for the success that Postmark documents.

    Raises:
        Rejected: the recipient is inactive or malformed.
        MailroomError: whatever else the answer means.

    """
    try:
        answer = Answer(response.status_code, response.headers, response.content).json()
    except ValueError:
        answer = {}
    code = answer.get("ErrorCode", 0)  # absent where a mail was taken to be delivered later
    if response.status_code == 200 and code == 0:
        if "MessageID" in answer:
            return
        raise Unavailable("Postmark answered 200, but not that it took the mail.")
    words = cleaned(str(answer.get("Message", "")), token)
    said = f"{words} (ErrorCode {code})" if code else words
    if code == _INACTIVE_RECIPIENT or (code == _INVALID_REQUEST and _ABOUT_RECIPIENT.match(words)):
        raise Rejected(f"Postmark refuses the recipient: {said}.")
    if code == _MAINTENANCE:
        raise Unavailable(f"Postmark is down for maintenance: {said}.")
    raise refusal("Postmark", response.status_code, said, response.headers)
