"""The Lambda function: one mailroom, built at import, and what each outcome means to Lambda.

Cognito invokes it asynchronously. What it raises, Lambda retries and then hands to the dead-letter
queue; so it raises whatever a retry or an operator can mend, and nothing else.
"""

from __future__ import annotations

import logging
import os
from typing import Any

from .app import Mailroom
from .deadline import Deadline
from .errors import Rejected
from .notification import Trigger
from .quiet import quiet

_log = logging.getLogger("cognito_mailroom")
# What is left to log and return; and what there is where nobody set a limit.
_MARGIN_SECONDS, _DEFAULT_SECONDS = 0.5, 30.0

quiet()
_mailroom = Mailroom.from_environ(os.environ)


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Sends the mail an event asks for, and returns the event with an empty response.

    Raises:
        MailroomError: what a retry or an operator can mend, and events that were never for us.

    """
    request_id = getattr(context, "aws_request_id", None) or ""
    try:
        outcome = _mailroom.handle(event, _deadline(context), request_id)
    except Rejected as error:
        _log.error("rejected: %s", error)
    else:
        if not isinstance(outcome.trigger, Trigger):
            _log.warning("%s is not a documented trigger source: a generic mail was written", outcome.trigger)
        if outcome.receipt:
            _log.info("%s delivered by %s", outcome.trigger, outcome.receipt.provider)
        else:
            _log.warning("%s not sent: %s", outcome.trigger, outcome.withheld)
    return {**event, "response": {}}


def _deadline(context: Any) -> Deadline:
    try:
        seconds = context.get_remaining_time_in_millis() / 1000 - _MARGIN_SECONDS
    except AttributeError:
        seconds = _DEFAULT_SECONDS
    return Deadline(seconds)
