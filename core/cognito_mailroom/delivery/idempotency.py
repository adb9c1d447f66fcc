"""Keeps one event from being mailed twice, by a record for each in a DynamoDB table.

The record holds the key, its state and its owner: no event, no ciphertext, no code, no address. An attempt
that raises gives its record back; one that dies leaves a record that expires when its time would have been
up.

The owner is a random token, new for each attempt. Where the answer to PutItem is lost, the client asks again,
and the record that it finds is its own. Lambda's request id would not do: it is the same for all deliveries
of an event, of which two may be at work at once; a retry of who died waits as anybody does.

Only a record in progress can be one's own: a PutItem that arrives when all is done must not undo that. Where
no answer comes at all, the mail goes out, and is recorded nevertheless: UpdateItem makes the record that is
missing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from secrets import token_hex
from typing import Any, TypeVar

from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig
from aws_lambda_powertools.utilities.idempotency.exceptions import IdempotencyItemAlreadyExistsError
from botocore.exceptions import ClientError

from cognito_mailroom.deadline import Deadline
from cognito_mailroom.errors import Unavailable
from cognito_mailroom.transport.aws import BRIEF, aws_client, keep_connection

T = TypeVar("T")

_log = logging.getLogger("cognito_mailroom")
# Longer than Lambda's own retries, which end after six hours.
_REMEMBER_SECONDS = 86_400
# A table answers in milliseconds, and costs no mail: after so long the provider needs the time more.
_TABLE_SECONDS = 2.0
# Of the time that the deadline leaves to log and return: a record is kept or given back even after it.
_AFTERWARDS_SECONDS = 0.3
# Errors of a table that cannot have written the record. A throttled second try says nothing of the first.
_REFUSALS = {"AccessDeniedException", "ResourceNotFoundException", "ValidationException"}


class IdempotencyTable:
    """Does a thing once for each key, as far as the table can tell."""

    def __init__(self, table: str) -> None:
        client = aws_client("dynamodb", config=BRIEF)
        self._connection = keep_connection(client, _TABLE_SECONDS)
        self._records = _OwnedRecords(table_name=table, boto3_client=client)
        self._records.configure(
            IdempotencyConfig(expires_after_seconds=_REMEMBER_SECONDS, hash_function="sha256"),
            key_prefix="cognito-mailroom",  # not the function's name: a redrive may go to another
        )

    def once(self, key: str, operation: Callable[[], T], deadline: Deadline) -> T | None:
        """What the operation returns, or None where it was done before. Whatever it raises is raised.

        A table that cannot be reached costs a possible second mail, never the first one.

        Raises:
            Unavailable: another process is at it; a retry will learn how that ended.

        """
        self._connection.deadline = deadline.within(deadline.remaining() / 2)  # the rest is the provider's
        self._records.owner = token_hex(16)
        may_be_written = True
        try:
            self._records.save_inprogress(key, int(deadline.remaining() * 1000))  # type: ignore[arg-type]
        except IdempotencyItemAlreadyExistsError as found:
            if found.old_data_record and found.old_data_record.status == "COMPLETED":
                return None
            raise Unavailable("Another invocation is at work on this event; a retry will follow.") from None
        except Exception as error:  # noqa: BLE001 - whatever it is, it costs no mail
            _warn(error)
            may_be_written = not _is_refusal(error)
        try:
            result = operation()
        except Exception as error:
            if may_be_written:
                self._afterwards(deadline, self._records.delete_record, key, error)
            raise
        if may_be_written:
            self._afterwards(deadline, self._records.save_success, key, None)
        return result

    def _afterwards(
        self, deadline: Deadline, note: Callable[[Any, Any], None], key: str, outcome: Any
    ) -> None:
        self._connection.deadline = Deadline(max(deadline.remaining(), _AFTERWARDS_SECONDS))
        try:
            note(key, outcome)
        except Exception as error:  # noqa: BLE001 - likewise, and it must not hide what the operation raised
            _warn(error)


class _OwnedRecords(DynamoDBPersistenceLayer):
    """The library's records, each with an owner, who may write it anew and alone gives it back."""

    owner = ""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # The library has no other place for one more condition.
        self.client.meta.events.register("provide-client-params.dynamodb.PutItem", self._own)

    def _own(self, params: dict[str, Any], **_: Any) -> None:
        """Called by botocore once for each call, whose second try is with the same owner."""
        params["Item"]["owner"] = {"S": self.owner}
        params["ConditionExpression"] += " OR (#owner = :owner AND #status = :inprogress)"
        params["ExpressionAttributeNames"]["#owner"] = "owner"
        params["ExpressionAttributeValues"][":owner"] = {"S": self.owner}

    def _delete_record(self, data_record: Any) -> None:
        with suppress(self.client.exceptions.ConditionalCheckFailedException):  # another's by now, or none
            self.client.delete_item(
                TableName=self.table_name,
                Key=self._get_key(data_record.idempotency_key),
                ConditionExpression="#owner = :owner",
                ExpressionAttributeNames={"#owner": "owner"},
                ExpressionAttributeValues={":owner": {"S": self.owner}},
            )


def _is_refusal(error: Exception) -> bool:
    return isinstance(error, ClientError) and error.response["Error"]["Code"] in _REFUSALS


def _warn(error: Exception) -> None:
    cause = type(error).__name__
    _log.warning("The idempotency table failed (%s): this event may be mailed twice", cause)
