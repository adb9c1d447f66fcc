"""Forwards events from the trigger to an SQS queue, for bursts and long outages."""

from __future__ import annotations

import json

from cognito_mailroom.cognito.event import Request
from cognito_mailroom.deadline import Deadline
from cognito_mailroom.telemetry.record import EventRecord
from cognito_mailroom.transport.aws import BRIEF, BRIEF_SECONDS, aws_client, keep_connection
from cognito_mailroom.transport.aws_errors import aws_errors


class Forwarder:
    """Puts events into a queue as they came, the code still encrypted."""

    def __init__(self, queue_url: str) -> None:
        self._queue_url = queue_url
        self._sqs = aws_client("sqs", config=BRIEF)
        self._connection = keep_connection(self._sqs, BRIEF_SECONDS)

    def handle(self, event: object, deadline: Deadline, record: EventRecord) -> EventRecord:
        """Forwards one event.

        Raises:
            EventError: not an event of this trigger; it stays out of the queue.
            Unavailable: the queue cannot be reached in time.
            ConfigurationError: the queue does not exist, or the function may not write to it.

        """
        request = Request.parse(event, record.request_id)
        record.of(request)
        key = request.idempotency_key
        # A group for each event: one that fails must not hold up the others.
        fifo = {"MessageGroupId": key, "MessageDeduplicationId": key} if self._is_fifo else {}
        self._connection.deadline = deadline
        with record.timing("forward"), aws_errors("queue the event", "sqs:SendMessage on MAILROOM_QUEUE_URL"):
            self._sqs.send_message(QueueUrl=self._queue_url, MessageBody=json.dumps(event), **fifo)
        record.close("Queued")
        return record

    @property
    def _is_fifo(self) -> bool:
        return self._queue_url.endswith(".fifo")
