"""Checks the names of AWS's regions, and that an ARN's partition goes with its region.

They are checked by how AWS makes them, so that tomorrow's are no fault of today's release; botocore's own
list would be as old as the bundle, and takes 70 ms of a cold start to read.
Source: https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
"""

from __future__ import annotations

_PARTITIONS = dict.fromkeys(("af", "ap", "ca", "eu", "il", "me", "mx", "sa", "us"), "aws") | {
    "cn": "aws-cn",
    "us-gov": "aws-us-gov",
    "eusc-de": "aws-eusc",
    "us-iso": "aws-iso",
    "us-isob": "aws-iso-b",
    "eu-isoe": "aws-iso-e",
    "us-isof": "aws-iso-f",
}
_DIRECTIONS = {
    side + end for side in ("", "north", "south") for end in ("", "east", "west", "central")
} - {""}  # fmt: skip
# As of 2026 no direction counts beyond 3, but southeast, which is at 7.
_LAST, _LAST_SOUTHEAST = 5, 12


def partition_of(region: str) -> str:
    """The partition of AWS that a region is in; raises ValueError where there is no such region."""
    place, direction, number = (*region.rsplit("-", 2), "", "")[:3]
    last = _LAST_SOUTHEAST if direction == "southeast" else _LAST
    if place not in _PARTITIONS or direction not in _DIRECTIONS or number not in map(str, range(1, last + 1)):
        raise ValueError("there is no such region of AWS: want one such as eu-west-1")
    return _PARTITIONS[place]


def region(text: str) -> str:
    """A converter for the name of a region; raises ValueError where there is none."""
    partition_of(text)
    return text


def check_arn(arn: str) -> None:
    """Raises ValueError where an ARN names no region, or another partition than its region is in."""
    _, partition, _, place, *_ = arn.split(":")
    if (wanted := partition_of(place)) != partition:
        raise ValueError(f"the ARN's region is in the partition {wanted}: want arn:{wanted}:…")
