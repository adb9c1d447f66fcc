"""The statement that allows Cognito to invoke the function."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .function import Function, unless_missing
from .pool import Pool

_ACTION, _COGNITO = "lambda:InvokeFunction", "cognito-idp.amazonaws.com"


class Permission:
    """A statement in the function's policy, or in its alias's, that admits one pool of one account.

    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-sender-triggers.html
    """

    def __init__(self, function: Function, pool: Pool) -> None:
        self._function = function
        self._pool = pool
        self._id = f"cognito-mailroom-{pool.id}"

    def is_given(self) -> bool:
        """Whether there is one that `give` made, as it made it.

        Somebody else's, which may go with their template, does not count: `detach` leaves that alone.
        """
        return any(
            statement["Resource"] == self._function.arn and self._is_it(statement)
            for statement in self._ours()
        )

    def is_ours(self) -> bool:
        """Whether there is one under the name that `give` uses."""
        return any(self._ours())

    def give(self) -> None:
        """Adds the statement."""
        self._function.client.add_permission(
            **self._function.which,
            StatementId=self._id,
            Action=_ACTION,
            Principal=_COGNITO,
            SourceAccount=self._pool.account,
            SourceArn=self._pool.arn,
        )

    def take_back(self) -> None:
        """Removes what `give` added."""
        self._function.client.remove_permission(**self._function.which, StatementId=self._id)

    def __str__(self) -> str:
        return f"Cognito invokes {self._function.arn} for this pool"

    def _ours(self) -> Iterator[dict[str, Any]]:
        answer = unless_missing(self._function.client.get_policy, **self._function.which)
        for statement in json.loads(answer["Policy"])["Statement"] if answer else ():
            if statement.get("Sid") == self._id:
                yield statement

    def _is_it(self, statement: dict[str, Any]) -> bool:
        conditions = statement.get("Condition", {})
        tests = {name.lower(): value for test in conditions.values() for name, value in test.items()}
        return (
            statement["Effect"] == "Allow"
            and statement.get("Principal") == {"Service": _COGNITO}
            and statement.get("Action") == _ACTION
            and set(conditions) <= {"StringEquals", "StringLike", "ArnEquals", "ArnLike"}
            and tests == {"aws:sourceaccount": self._pool.account, "aws:sourcearn": self._pool.arn}
        )
