"""The Lambda function behind the trigger; everything it needs is built once, at import.

Cognito invokes it asynchronously. What it raises, Lambda retries and then hands to the dead-letter
queue; so it raises whatever a retry or an operator can mend, and nothing else.
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any

from . import startup  # before all else: it decides what the libraries import

# isort: split
from cognito_mailroom.app import Mailroom
from cognito_mailroom.deadline import Deadline
from cognito_mailroom.settings.core import CORE, Forwarding
from cognito_mailroom.settings.problems import Problems
from cognito_mailroom.settings.reading import read
from cognito_mailroom.settings.secret_references import References
from cognito_mailroom.settings.unread_names import check_names
from cognito_mailroom.telemetry.record import recorded
from cognito_mailroom.telemetry.third_party_logs import restrict_third_party_logs

from .boundary import raising_anew

if TYPE_CHECKING:
    from .queue_forwarder import Forwarder

# What is left to log and return; and what there is where nobody set a limit.
_MARGIN_SECONDS, _DEFAULT_SECONDS = 0.5, 30.0

restrict_third_party_logs()
if "AWS_LAMBDA_LOG_LEVEL" not in os.environ:
    # Lambda shows warnings only, unless told otherwise; one line for each event is not too much.
    logging.getLogger("cognito_mailroom").setLevel(logging.INFO)


@raising_anew
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Sends the mail an event asks for, and returns the event with an empty response.

    Raises:
        MailroomError: what a retry or an operator can mend, and events that were never for us.

    """
    with recorded(getattr(context, "aws_request_id", None) or "") as record:
        mailroom.handle(event, time_for(context), record)
    return {**event, "response": {}}


def time_for(context: Any) -> Deadline:
    """What Lambda leaves the function, less what it takes to log and return."""
    try:
        return Deadline(context.get_remaining_time_in_millis() / 1000 - _MARGIN_SECONDS)
    except AttributeError:
        return Deadline(_DEFAULT_SECONDS)


@raising_anew
def _build() -> Mailroom | Forwarder:
    """The mailroom itself, or with ``MAILROOM_QUEUE_URL`` what only forwards to it."""
    problems, references = Problems(), References()
    forwarding = read(Forwarding, os.environ, problems, references)
    if forwarding is None:
        raise problems.error()
    if forwarding.queue_url is None:
        return Mailroom.from_environ(os.environ, references=references)
    check_names(CORE, os.environ, problems)
    if problems:
        raise problems.error()
    from .queue_forwarder import Forwarder

    return Forwarder(forwarding.queue_url)


try:
    mailroom = _build()
finally:
    startup.finish()
