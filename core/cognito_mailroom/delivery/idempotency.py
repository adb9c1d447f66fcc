"""Keeps one event from being mailed twice, by a record for each in a DynamoDB table.

The record holds the key and its state: no event, no ciphertext, no code, no address. An attempt that
raises gives its record back; one that dies leaves a record that expires when its time would have been up.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyInconsistentStateError,
    IdempotencyPersistenceLayerError,
)

from cognito_mailroom.deadline import Deadline
from cognito_mailroom.errors import Unavailable
from cognito_mailroom.transport.aws import BRIEF, aws_client, keep_connection

T = TypeVar("T")

_log = logging.getLogger("cognito_mailroom")
# Longer than Lambda's own retries, which end after six hours.
_REMEMBER_SECONDS = 86_400
# A table answers in milliseconds, and costs no mail: after so long, or a third of the time that there is,
# the provider needs the time more.
_TABLE_SECONDS = 2.0
# Of the time that the deadline leaves to log and return: a record is kept or given back even after it.
_AFTERWARDS_SECONDS = 0.3


class IdempotencyTable:
    """Does a thing once for each key, as far as the table can tell."""

    def __init__(self, table: str) -> None:
        client = aws_client("dynamodb", config=BRIEF)
        self._connection = keep_connection(client, _TABLE_SECONDS)
        self._store = DynamoDBPersistenceLayer(table_name=table, boto3_client=client)

    def once(self, key: str, operation: Callable[[], T], deadline: Deadline) -> T | None:
        """What the operation returns, or None where it was done before. Whatever it raises is raised.

        A table that cannot be reached costs a possible second mail, never the first one.

        Raises:
            Unavailable: another process is at it; a retry will learn how that ended.

        """
        self._connection.deadline = deadline.within(deadline.remaining() / 3)
        attempt = _Attempt(partial(self._run, operation, deadline))
        config = IdempotencyConfig(
            expires_after_seconds=_REMEMBER_SECONDS,
            hash_function="sha256",
            lambda_context=_Remaining(deadline),  # type: ignore[arg-type]
        )
        guarded = idempotent_function(
            attempt.run,
            data_keyword_argument="key",
            persistence_store=self._store,
            config=config,
            key_prefix="cognito-mailroom",  # not the function's name: a redrive may go to another
        )
        try:
            guarded(key=key)
        except (IdempotencyAlreadyInProgressError, IdempotencyInconsistentStateError):
            raise Unavailable("Another invocation is at work on this event; a retry will follow.") from None
        except IdempotencyPersistenceLayerError as error:
            # Powertools raises the same before the call, after it, and in place of what it raised.
            cause = type(error.__cause__).__name__
            _log.warning("The idempotency table failed (%s): this event may be mailed twice", cause)
            if not attempt.entered:
                return operation()
            if attempt.error:
                raise attempt.error from None
        return attempt.result

    def _run(self, operation: Callable[[], T], deadline: Deadline) -> T:
        try:
            return operation()
        finally:
            self._connection.deadline = Deadline(max(deadline.remaining(), _AFTERWARDS_SECONDS))


class _Attempt(Generic[T]):
    """Remembers what became of the operation, which the library's own errors hide."""

    def __init__(self, operation: Callable[[], T]) -> None:
        self._operation = operation
        self.entered = False
        self.result: T | None = None
        self.error: Exception | None = None

    def run(self, *, key: str) -> None:  # noqa: ARG002 - the library reads it off the call
        """Returns nothing, so that nothing is stored."""
        self.entered = True
        try:
            self.result = self._operation()
        except Exception as error:
            self.error = error
            raise


class _Remaining:
    """As much of Lambda's context as the library asks for: when the record of a dead attempt expires."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline

    def get_remaining_time_in_millis(self) -> int:
        return int(self._deadline.remaining() * 1000)
