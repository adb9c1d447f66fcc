from __future__ import annotations

from collections.abc import Callable

import pytest
from cognito_mailroom import ConfigurationError
from cognito_mailroom_postmark import PostmarkProvider

Load = Callable[..., PostmarkProvider]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("POSTMARK_BASE_URL", "http://api.postmarkapp.com"),
        ("POSTMARK_BASE_URL", "https://proxy.example/postmark"),
        ("POSTMARK_BASE_URL", "api.postmarkapp.com"),
        ("POSTMARK_SERVER_TOKEN", "sentinel\ntoken"),
        ("POSTMARK_SERVER_TOKEN", "sentinel-töken"),
    ],
)
def test_malformed(name: str, value: str, load: Load) -> None:
    with pytest.raises(ConfigurationError, match=rf"^{name} is malformed: .*\.$") as raised:
        load(**{name: value})
    assert value not in str(raised.value)


def test_the_token_is_missing(load: Load) -> None:
    with pytest.raises(ConfigurationError, match=r"^POSTMARK_SERVER_TOKEN is missing"):
        load(POSTMARK_SERVER_TOKEN="")
