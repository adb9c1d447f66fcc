"""Whether a key's policy lets a role decrypt what Cognito encrypts for a pool."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import Enum, auto
from fnmatch import fnmatchcase
from operator import eq
from typing import Any

_FOR_POOL = "kms:encryptioncontext:userpool-id"
_MATCHES = {"StringEquals": eq, "StringLike": fnmatchcase}


class Verdict(Enum):
    """What a key policy says."""

    ALLOWED = auto()
    LEFT_TO_IAM = auto()
    """It names the account: a policy of the role's own decides.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    """
    NOT_ALLOWED = auto()


def verdict(policy: str, role: str, pool_id: str) -> Verdict:
    """What the policy says of ``kms:Decrypt`` for the role and this pool; what it denies is not looked at.

    A statement under any condition but one for the pool counts for nothing, since nobody here can tell
    whether it is met.
    """
    _, partition, _, _, account, *_ = role.split(":")
    named = {
        principal
        for statement in _list(json.loads(policy)["Statement"])
        if _counts(statement, pool_id)
        for principal in _principals(statement.get("Principal"))
    }
    if named & {role, "*"}:
        return Verdict.ALLOWED
    return (
        Verdict.LEFT_TO_IAM
        if named & {account, f"arn:{partition}:iam::{account}:root"}
        else Verdict.NOT_ALLOWED
    )


def statement(role: str, pool_id: str) -> str:
    """What to add to a policy that is `Verdict.NOT_ALLOWED`."""
    return json.dumps(
        {
            "Effect": "Allow",
            "Principal": {"AWS": role},
            "Action": "kms:Decrypt",
            "Resource": "*",
            "Condition": {"StringEquals": {"kms:EncryptionContext:userpool-id": pool_id}},
        }
    )


def _counts(statement: dict[str, Any], pool_id: str) -> bool:
    return (
        statement["Effect"] == "Allow"
        and any(fnmatchcase("kms:decrypt", action.lower()) for action in _list(statement.get("Action", [])))
        and all(
            operator in _MATCHES
            and name.lower() == _FOR_POOL
            and any(_MATCHES[operator](pool_id, value) for value in _list(values))
            for operator, tests in statement.get("Condition", {}).items()
            for name, values in tests.items()
        )
    )


def _principals(principal: Any) -> Iterator[str]:
    yield from _list(principal.get("AWS", []) if isinstance(principal, dict) else principal or [])


def _list(one_or_more: Any) -> list[Any]:
    return one_or_more if isinstance(one_or_more, list) else [one_or_more]
