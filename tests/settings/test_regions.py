"""Regions of AWS, told from what is none by how their names are made."""

from __future__ import annotations

import pytest
from botocore.session import get_session
from cognito_mailroom.settings import check_arn, region
from cognito_mailroom.settings.regions import partition_of


def test_every_region_that_botocore_knows_is_one_in_its_partition() -> None:
    session = get_session()
    known = {
        place: partition
        for partition in session.get_available_partitions()
        for place in session.get_available_regions("kms", partition)
    }
    assert len(known) > 30
    assert {place: partition_of(place) for place in known} == known


@pytest.mark.parametrize(
    "name",
    ["", "-", "eu", "eu-west", "eu-west-", "eu-west-0", "eu-west-9", "eu-west-1a", "eu-west1", "eu_west_1",
     "EU-WEST-1", "eu-wset-1", "ue-west-1", "mars-west-1", "eu-west-1-1", "us-gov-1", "Ireland", "eu-west-1 ",
     "eu--1", "eu-west-\N{ARABIC-INDIC DIGIT ONE}"],
)  # fmt: skip
def test_what_is_no_region_is_refused_without_being_repeated(name: str) -> None:
    with pytest.raises(ValueError, match=r"^there is no such region of AWS: want one such as eu-west-1$"):
        region(name)


@pytest.mark.parametrize("tomorrows", ["eu-west-4", "ap-southeast-9", "mx-central-2", "me-west-1"])
def test_a_region_of_tomorrow_is_one(tomorrows: str) -> None:
    assert region(tomorrows) == tomorrows


def test_the_partition_of_an_arn_is_its_regions() -> None:
    check_arn("arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/1")
    with pytest.raises(ValueError, match="the ARN's region is in the partition aws-cn: want arn:aws-cn:…"):
        check_arn("arn:aws:kms:cn-north-1:123456789012:key/1")
