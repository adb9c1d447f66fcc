from __future__ import annotations

import environ
import pytest
from cognito_mailroom.settings import Problems, read
from cognito_mailroom_sendgrid import SendGridProvider

KEY = {"SENDGRID_API_KEY": "SG.sentinel"}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"SENDGRID_API_KEY": ""}, r"^SENDGRID_API_KEY is missing \(an API key that may send mail\)\.$"),
        ({"SENDGRID_SANDBOX": "perhaps"}, r"^SENDGRID_SANDBOX is malformed: want true or false\.$"),
        *(
            ({"SENDGRID_BYPASS_SUPPRESSIONS": value}, f"^SENDGRID_BYPASS_SUPPRESSIONS is malformed: {wanted}")
            for value, wanted in [
                ("bounce", "want bounces, spam or unsubscribes"),
                ("spam,all", "want bounces, spam or unsubscribes"),
                ("spam,,bounces", "a name between two commas is empty"),
                ("spam,spam", "a name occurs twice"),
            ]
        ),
        ({"SENDGRID_BASE_URL": "http://api.sendgrid.com"}, r"^SENDGRID_BASE_URL is malformed: want https"),
        ({"SENDGRID_BASE_URL": "api.eu.sendgrid.com"}, r"^SENDGRID_BASE_URL is malformed: want "),
    ],
)
def test_a_fault_names_its_variable(changes: dict[str, str], fault: str) -> None:
    problems = Problems()
    assert read(SendGridProvider.Settings, KEY | changes, problems) is None
    with pytest.raises(Exception, match=fault):
        raise problems.error()


def test_the_default_is_the_global_region_and_the_other_is_europe() -> None:
    settings = environ.to_config(SendGridProvider.Settings, KEY)
    assert settings.base_url == "https://api.sendgrid.com"
    europe = KEY | {"SENDGRID_BASE_URL": "https://api.eu.sendgrid.com/"}
    assert environ.to_config(SendGridProvider.Settings, europe).base_url == "https://api.eu.sendgrid.com"


def test_the_key_does_not_show() -> None:
    assert "sentinel" not in repr(environ.to_config(SendGridProvider.Settings, KEY))
