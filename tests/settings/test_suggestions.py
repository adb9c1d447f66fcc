"""Did you mean …?"""

from __future__ import annotations

import pytest
from cognito_mailroom.settings.suggestions import did_you_mean


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [("sendgird", ", did you mean 'sendgrid'?"), ("SMTP", ", did you mean 'smtp'?"), ("quux", ""), ("", "")],
)
def test_the_nearest_name_is_suggested_where_there_is_one(wrong: str, hint: str) -> None:
    assert did_you_mean(wrong, ["sendgrid", "smtp"]) == hint
    assert did_you_mean(wrong, []) == ""
