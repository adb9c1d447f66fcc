"""The Lambda function behind the queue: handles a batch, and reports which events to deliver again."""

from __future__ import annotations

import os
from time import time
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from cognito_mailroom.app import Mailroom
from cognito_mailroom.cognito.envelope import unwrap
from cognito_mailroom.errors import EventError
from cognito_mailroom.telemetry.record import recorded

from .boundary import raising_anew
from .trigger import mailroom, time_for


@raising_anew
def _build() -> Mailroom:
    # Where the environment names the queue too, as for the function before it, the mailroom only forwards.
    return mailroom if isinstance(mailroom, Mailroom) else Mailroom.from_environ(os.environ)


_mailroom = _build()


@raising_anew
def queue_handler(batch: dict[str, Any], context: Any) -> Any:
    """Sees each event of a batch through; returns the ids of those that SQS is to deliver again.

    Each has an equal share of the time that is left, so that none can use up that of the others. It serves
    FIFO queues as well: there, every event is a message group of its own.
    """
    deadline = time_for(context)
    if not isinstance(batch, dict) or not isinstance(batch.get("Records"), list):
        raise EventError("The event is not a batch of SQS: the trigger wants handler.lambda_handler.")
    untried = len(batch["Records"])

    @raising_anew  # Powertools logs what is raised
    def work(record: Any) -> None:
        nonlocal untried
        share = deadline.within(deadline.remaining() / untried)
        untried -= 1
        with recorded(record.message_id) as event_record:
            waiting = unwrap(record.body, record.attributes.sent_timestamp)
            _mailroom.handle(waiting.event, share, event_record, age=time() - waiting.since)

    return process_partial_response(
        event=batch,
        record_handler=work,
        processor=BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False),
        context=context,
    )
