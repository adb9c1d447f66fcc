"""The Lambda function behind the trigger: what it needs is built at import, once.

Cognito invokes it asynchronously. What it raises, Lambda retries and then hands to the dead-letter
queue; so it raises whatever a retry or an operator can mend, and nothing else.
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any

from . import frugal
from .app import Mailroom
from .deadline import Deadline
from .faults import Faults
from .journal import recorded
from .quiet import quiet
from .settings import Forwarding, read

if TYPE_CHECKING:
    from .queueing import Forwarder

# What is left to log and return; and what there is where nobody set a limit.
_MARGIN_SECONDS, _DEFAULT_SECONDS = 0.5, 30.0

quiet()
if "AWS_LAMBDA_LOG_LEVEL" not in os.environ:
    # Lambda shows warnings only, unless told otherwise; one line for each event is not too much.
    logging.getLogger("cognito_mailroom").setLevel(logging.INFO)


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Sends the mail an event asks for, and returns the event with an empty response.

    Raises:
        MailroomError: what a retry or an operator can mend, and events that were never for us.

    """
    with recorded(getattr(context, "aws_request_id", None) or "") as entry:
        desk.handle(event, time_for(context), entry)
    return {**event, "response": {}}


def time_for(context: Any) -> Deadline:
    """What Lambda leaves the function, less what it takes to log and return."""
    try:
        return Deadline(context.get_remaining_time_in_millis() / 1000 - _MARGIN_SECONDS)
    except AttributeError:
        return Deadline(_DEFAULT_SECONDS)


def _open() -> Mailroom | Forwarder:
    """The mailroom itself, or with ``MAILROOM_QUEUE_URL`` a desk that only forwards to it."""
    faults = Faults()
    forwarding = read(Forwarding, os.environ, faults)
    if forwarding is None:
        raise faults.error()
    if forwarding.queue_url is None:
        return Mailroom.from_environ(os.environ)
    from .queueing import Forwarder

    return Forwarder(forwarding.queue_url)


try:
    desk = _open()
finally:
    frugal.settled()
