"""Reads a dead-letter queue, and hands its events to a function or a queue."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from time import time
from typing import Self

from attrs import field, frozen
from botocore.exceptions import BotoCoreError, ClientError

from cognito_mailroom.cognito.envelope import Waiting, wrap
from cognito_mailroom.cognito.event import Request
from cognito_mailroom.transport.aws import BRIEF, aws_client

_BATCH = 10
# Whoever kills the run has to wait this long to see the messages again.
_HIDDEN_SECONDS = 600


@frozen
class Letter:
    """One message of the queue, as it came."""

    id: str
    body: str = field(repr=False)
    sent_milliseconds: str
    handle: str = field(repr=False)


class DeadLetters:
    """The messages that a queue holds; the end of the ``with`` block gives back those that were not deleted.

    Each is seen once. What arrives meanwhile is left for another time: it may be an event of this very
    run, which failed again.

    Raises:
        ClientError: SQS refuses.
        BotoCoreError: SQS cannot be asked.

    """

    def __init__(self, url: str, limit: int | None) -> None:
        self._sqs = aws_client("sqs", config=BRIEF)
        self._url = url
        self._limit = limit
        self._seen: set[str] = set()
        self._held: dict[str, str] = {}
        name = "ApproximateNumberOfMessages"
        answer = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])
        waiting = int(answer["Attributes"][name])
        self.total = waiting if limit is None else min(limit, waiting)
        """How many there are to come, about."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        entries = [
            {"Id": str(number), "ReceiptHandle": handle, "VisibilityTimeout": 0}
            for number, handle in enumerate(self._held.values())
        ]
        for start in range(0, len(entries), _BATCH):
            batch = entries[start : start + _BATCH]
            with suppress(ClientError, BotoCoreError):  # they come back by themselves, only later
                self._sqs.change_message_visibility_batch(QueueUrl=self._url, Entries=batch)

    def __iter__(self) -> Iterator[Letter]:
        start = time() * 1000
        while room := _BATCH if self._limit is None else min(_BATCH, self._limit - len(self._seen)):
            letters = self._receive(room)
            self._held |= {letter.id: letter.handle for letter in letters}
            new = [
                letter
                for letter in letters
                if letter.id not in self._seen and int(letter.sent_milliseconds) <= start
            ]
            if not new:
                return
            self._seen |= {letter.id for letter in new}
            yield from new

    def delete(self, letter: Letter) -> None:
        """Takes a message out of the queue for good."""
        self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=letter.handle)
        del self._held[letter.id]

    def _receive(self, count: int) -> list[Letter]:
        answer = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=count,
            AttributeNames=["SentTimestamp"],
            VisibilityTimeout=_HIDDEN_SECONDS,
            WaitTimeSeconds=1,  # without a wait SQS asks a few of its servers only, and may find nothing
        )
        return [
            Letter(
                each["MessageId"], each["Body"], each["Attributes"]["SentTimestamp"], each["ReceiptHandle"]
            )
            for each in answer.get("Messages", ())
        ]


HandOn = Callable[[Letter, Waiting, Request], None]
"""Hands on the event of a message; raises ClientError or BotoCoreError."""


def to_function(name: str) -> HandOn:
    """Invokes a Lambda function as Cognito does; raises ClientError at once if it may not be invoked."""
    functions = aws_client("lambda", config=BRIEF)
    functions.invoke(FunctionName=name, InvocationType="DryRun")

    def hand_on(_: Letter, waiting: Waiting, __: Request) -> None:
        functions.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(waiting.event))

    return hand_on


def to_queue(url: str) -> HandOn:
    """Sends to the queue that `queue_handler` works off; raises ClientError at once if there is none."""
    sqs = aws_client("sqs", config=BRIEF)
    sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])

    def hand_on(letter: Letter, waiting: Waiting, request: Request) -> None:
        fifo = {}
        if url.endswith(".fifo"):
            # Not the event's own key to tell doubles by: for five minutes SQS would drop what it had before.
            fifo = {
                "MessageGroupId": request.idempotency_key or letter.id,
                "MessageDeduplicationId": letter.id,
            }
        sqs.send_message(QueueUrl=url, MessageBody=wrap(waiting), **fifo)

    return hand_on
