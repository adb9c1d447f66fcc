"""The ARNs of KMS keys, of which several may name one multi-Region key."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .converters import names
from .regions import check_arn

_KEY_ARN = re.compile(r"(?a)arn:aws[a-z-]*:kms:[a-z]{2,8}(-[a-z0-9]{1,12}){2,4}:\d{12}:key/[\w-]+")


def key_arns(text: str) -> tuple[str, ...]:
    """A setting's converter: ARNs of keys, comma-separated, that one region has all of; raises ValueError."""
    arns = names(text)
    if not all(_KEY_ARN.fullmatch(arn) for arn in arns):
        raise ValueError(
            "want the ARN of the key, arn:aws:kms:REGION:ACCOUNT:key/ID; "
            "a key id, an alias or the ARN of an alias cannot decrypt what Cognito encrypts"
        )
    for arn in arns:
        check_arn(arn)
    if not in_one_region(arns, ""):
        raise ValueError("the keys are in several regions, but a user pool's key is in the pool's own region")
    return arns


def key_of(arn: str) -> str:
    """The same for each ARN of a multi-Region key, and the ARN itself of any other.

    Source: https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html
    """
    return re.sub(r":[^:]*(:\d+:key/mrk-)", r"::\1", arn)


def region_of(arn: str) -> str:
    """The region that an ARN names."""
    return arn.split(":")[3]


def in_one_region(arns: Sequence[str], own: str) -> tuple[str, ...]:
    """One ARN for each key, all of one region: ``own`` if possible, else the first that has all; or none."""
    keys = set(map(key_of, arns))
    for region in (own, *map(region_of, arns)):
        found = tuple(arn for arn in arns if region_of(arn) == region)
        if set(map(key_of, found)) == keys:
            return found
    return ()
