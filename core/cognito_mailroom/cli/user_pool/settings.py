"""What DescribeUserPool tells of a pool, as UpdateUserPool wants it back.

Everything follows boto3's model of the two operations, so that what AWS adds to a pool is sent back as
soon as boto3 knows of it. UpdateUserPool resets what it is not given:
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPool.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_OTHERWISE_NAMED = {"UserPoolId": "Id", "PoolName": "Name"}
_NOTHING: tuple[Any, ...] = (None, "", [], {})


def settable(pool: Mapping[str, Any], update: Any) -> dict[str, Any]:
    """The settings of a described pool that an UpdateUserPool (its input's shape) takes, with their values.

    What is empty is left out: boto3 refuses an empty text, and of an empty DeviceConfiguration or
    DcrConfiguration AWS says that giving it switches the feature on.
    """
    named = dict(pool) | {member: pool[name] for member, name in _OTHERWISE_NAMED.items()}
    found: dict[str, Any] = _known(named, update)
    # A pool tells both, and takes only one: "Please use TemporaryPasswordValidityDays in PasswordPolicy
    # instead of UnusedAccountValidityDays", https://github.com/aws/aws-sdk-js/issues/3817
    if "TemporaryPasswordValidityDays" in found.get("Policies", {}).get("PasswordPolicy", {}):
        found.get("AdminCreateUserConfig", {}).pop("UnusedAccountValidityDays", None)
    # AWS's own tags are nobody's to set: https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html
    tags = found.pop("UserPoolTags", {})
    own = {name: value for name, value in tags.items() if not name.startswith("aws:")}
    return found | ({"UserPoolTags": own} if own else {})


def _known(value: Any, shape: Any) -> Any:
    if shape.type_name == "structure":
        given = {name: _known(value[name], member) for name, member in shape.members.items() if name in value}
        return {name: each for name, each in given.items() if each not in _NOTHING}
    return value


def unknown(answer: Any, shape: Any, path: str = "") -> Iterator[str]:
    """Where AWS's answer, as it came, holds what the model of a shape does not: boto3 drops it in silence."""
    if shape.type_name == "structure" and isinstance(answer, dict):
        for name, value in answer.items():
            if name in shape.members:
                yield from unknown(value, shape.members[name], f"{path}{name}.")
            elif value not in _NOTHING:
                yield path + name
    elif shape.type_name == "list" and isinstance(answer, list):
        for each in answer:
            yield from unknown(each, shape.member, path)
    elif shape.type_name == "map" and isinstance(answer, dict):
        for each in answer.values():  # its keys are somebody's own words
            yield from unknown(each, shape.value, path)


def differences(was: Any, now: Any, path: str = "") -> Iterator[str]:
    """Where two settings differ: names alone, since a value may be an address."""
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        for name in sorted({*was, *now}):
            yield from differences(was.get(name), now.get(name), f"{path}.{name}" if path else name)
    elif _in_order(was) != _in_order(now):
        yield path


def _in_order(value: Any) -> Any:
    """AWS does not promise the order of a list."""
    return sorted(map(repr, value)) if isinstance(value, list) else None if value in _NOTHING else value
