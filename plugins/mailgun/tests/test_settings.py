from __future__ import annotations

import environ
import pytest
from cognito_mailroom.settings import Problems, read
from cognito_mailroom_mailgun import MailgunProvider

ACCOUNT = {"MAILGUN_API_KEY": "key-sentinel", "MAILGUN_DOMAIN": "mg.acme.example"}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        (
            {"MAILGUN_API_KEY": ""},
            r"^MAILGUN_API_KEY is missing \(an API key that may send for",
        ),
        (
            {"MAILGUN_DOMAIN": ""},
            r"^MAILGUN_DOMAIN is missing \(the sending domain, such as",
        ),
        (
            {"MAILGUN_DOMAIN": "https://acme.example"},
            r"^MAILGUN_DOMAIN is malformed: want a domain in ",
        ),
        ({"MAILGUN_DOMAIN": "acme.example/../x"}, r"^MAILGUN_DOMAIN is malformed: want a domain in "),
        ({"MAILGUN_DOMAIN": "acme"}, r"^MAILGUN_DOMAIN is malformed: want a domain in "),
        ({"MAILGUN_DOMAIN": "bücher.example"}, r"^MAILGUN_DOMAIN is malformed: want a domain in "),
        ({"MAILGUN_TEST_MODE": "perhaps"}, r"^MAILGUN_TEST_MODE is malformed: want true or false\.$"),
        ({"MAILGUN_BASE_URL": "http://api.mailgun.net"}, r"^MAILGUN_BASE_URL is malformed: want https"),
    ],
)
def test_a_fault_names_its_variable(changes: dict[str, str], fault: str) -> None:
    problems = Problems()
    assert read(MailgunProvider.Settings, ACCOUNT | changes, problems) is None
    with pytest.raises(Exception, match=fault):
        raise problems.error()


@pytest.mark.parametrize("domain", ["mg.acme.example", "sandbox-1_a.mailgun.org", "xn--bcher-kva.example"])
def test_domains(domain: str) -> None:
    assert environ.to_config(MailgunProvider.Settings, ACCOUNT | {"MAILGUN_DOMAIN": domain}).domain == domain


def test_the_default_is_the_american_region_and_the_other_is_europe() -> None:
    assert environ.to_config(MailgunProvider.Settings, ACCOUNT).base_url == "https://api.mailgun.net"
    europe = ACCOUNT | {"MAILGUN_BASE_URL": "https://api.eu.mailgun.net/"}
    assert environ.to_config(MailgunProvider.Settings, europe).base_url == "https://api.eu.mailgun.net"


def test_the_key_does_not_show() -> None:
    assert "sentinel" not in repr(environ.to_config(MailgunProvider.Settings, ACCOUNT))
