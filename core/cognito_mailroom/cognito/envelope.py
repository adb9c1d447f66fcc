"""Unwraps events from an SQS message or from Lambda's record of a failed invocation."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from attrs import frozen

from cognito_mailroom.errors import EventError


@frozen
class Waiting:
    """An event, and since when it has been waiting, in seconds of the epoch."""

    event: Any
    since: float


def unwrap(body: str, sent_milliseconds: str) -> Waiting:
    """Reads the body of a queue's message: the event itself, or Lambda's record of a failed invocation.

    ``sent_milliseconds`` is the message's SentTimestamp, which a failure's own time stamp precedes.
    Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html

    Raises:
        EventError: the body is not JSON.

    """
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise EventError("The queue's message is not JSON.") from None
    since = int(sent_milliseconds) / 1000
    if not isinstance(content, dict) or "requestPayload" not in content:
        return Waiting(content, since)
    with suppress(ValueError):  # without a time stamp of its own, the queue's has to do
        since = min(since, datetime.fromisoformat(str(content.get("timestamp"))).timestamp())
    return Waiting(content["requestPayload"], since)


def wrap(waiting: Waiting) -> str:
    """The body of a message that keeps the event's age, as `unwrap` reads it."""
    timestamp = datetime.fromtimestamp(waiting.since, UTC).isoformat()
    return json.dumps({"timestamp": timestamp, "requestPayload": waiting.event})
