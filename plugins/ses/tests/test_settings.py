"""Settings are checked where they are read."""

from __future__ import annotations

import pytest
from cognito_mailroom.settings import Problems, read
from cognito_mailroom_ses import SesProvider

ARN = "arn:aws:ses:eu-west-1:123456789012:identity/acme.example"


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("SES_REGION", "Ireland", "there is no such region of AWS"),
        ("SES_REGION", "eu-wset-1", "there is no such region of AWS"),
        ("SES_CONFIGURATION_SET", "my set", "want the name of a configuration set"),
        ("SES_CONFIGURATION_SET", "x" * 65, "want the name of a configuration set"),
        ("SES_IDENTITY_ARN", "acme.example", "want the ARN of an identity"),
        ("SES_IDENTITY_ARN", ARN.replace("identity", "configuration-set"), "want the ARN of an identity"),
        ("SES_IDENTITY_ARN", ARN.replace("eu-west-1", "mars-west-1"), "there is no such region of AWS"),
        (
            "SES_IDENTITY_ARN",
            ARN.replace("arn:aws:", "arn:aws-cn:"),
            "the ARN's region is in the partition aws",
        ),
    ],
)
def test_a_value_that_can_mean_nothing(name: str, value: str, wanted: str) -> None:
    problems = Problems()
    assert read(SesProvider.Settings, {name: value}, problems) is None
    assert str(problems.error()).startswith(f"{name} is malformed: {wanted}")
    assert value not in str(problems.error())


def test_values_that_mean_something() -> None:
    given = {"SES_REGION": "eu-west-1", "SES_CONFIGURATION_SET": "codes_1-a", "SES_IDENTITY_ARN": ARN}
    found = read(SesProvider.Settings, given, Problems())
    assert found
    assert (found.region, found.configuration_set, found.identity_arn) == tuple(given.values())
