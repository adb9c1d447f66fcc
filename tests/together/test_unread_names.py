"""Variables that nobody reads, beside the settings that the providers here really have."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from cognito_mailroom import ConfigurationError
from cognito_mailroom.testing import Mailroom

REQUIRED = {
    "smtp": {"SMTP_HOST": "mail.example"},
    "sendgrid": {"SENDGRID_API_KEY": "key"},
    "mailgun": {"MAILGUN_API_KEY": "key", "MAILGUN_DOMAIN": "mg.example"},
    "postmark": {"POSTMARK_SERVER_TOKEN": "token"},
    "ses": {},
}

# Each with its right name.
MISSPELT = {
    "SMTP_USER": "SMTP_USERNAME",
    "SMTP_USER_NAME": "SMTP_USERNAME",
    "SMTP_PASS": "SMTP_PASSWORD",
    "SMTP_PASSWD": "SMTP_PASSWORD",
    "SMTP_SECURTY": "SMTP_SECURITY",
    "SMTP_CAFILE": "SMTP_CA_FILE",
    "SMTP_HOSTS": "SMTP_HOST",
    "SENDGRID_SANDBOX_MODE": "SENDGRID_SANDBOX",
    "SENDGRID_BYPASS_SUPPRESSION": "SENDGRID_BYPASS_SUPPRESSIONS",
    "SENDGRID_TEMPLATE_SIGNUP": "SENDGRID_TEMPLATE_SIGN_UP",
    "SENDGRID_BASEURL": "SENDGRID_BASE_URL",
    "MAILGUN_TESTMODE": "MAILGUN_TEST_MODE",
    "MAILGUN_BASE_URI": "MAILGUN_BASE_URL",
    "POSTMARK_TEMPLATE_SIGNUP": "POSTMARK_TEMPLATE_SIGN_UP",
    "POSTMARK_STREAM": "POSTMARK_MESSAGE_STREAM",
    "SES_CONFIGURATIONSET": "SES_CONFIGURATION_SET",
    "SES_IDENTITY": "SES_IDENTITY_ARN",
    "SES_REGIONS": "SES_REGION",
}
# With the provider that is chosen beside them: nobody looks at the prefix of one that is not.
INNOCENT = {
    "MAILGUN_SMTP_LOGIN": "smtp",
    "MAILGUN_PUBLIC_KEY": "sendgrid",
    "SENDGRID_USERNAME": "postmark",
    "SENDGRID_APIKEY": "ses",
    "POSTMARK_API_TOKEN": "smtp",
    "SMTP_SERVER": "sendgrid",
    "SMTP_USER": "mailgun",
}
# What others set under the prefix of the provider that is chosen: it may mean anything, but no setting.
UNLIKE = [
    "SMTP_HOST_2",  # beside the right one
    "SENDGRID_API_KEY_ARN",  # likewise
    "MAILGUN_DOMAIN_EU",  # likewise
    "SMTP_SECURITY_GROUP_ID",
    "SMTP_PORT_RANGE",
    "SMTP_FROM",
    "SMTP_DOMAIN",
    "SMTP_TIMEOUT",
    "SMTP_TLS",
    "SENDGRID_FROM_EMAIL",
    "SENDGRID_USERNAME",
    "SENDGRID_TEMPLATE_WELCOME",
    "SENDGRID_TEMPLATE_ID",
    "MAILGUN_SMTP_LOGIN",
    "MAILGUN_PUBLIC_KEY",
    "POSTMARK_API_TOKEN",
    "POSTMARK_INBOUND_ADDRESS",
    "SES_FROM_ADDRESS",
]
Start = Callable[..., Mailroom]


@pytest.fixture
def start(environ: dict[str, str]) -> Start:
    """``start("smtp", SMTP_USER="x")``: the mailroom with that provider, and what it wants at least."""

    def start(provider: str, *, check_all: bool = False, **given: str) -> Mailroom:
        settings = environ | REQUIRED[provider] | {"MAILROOM_PROVIDER": provider} | given
        return Mailroom.from_environ(settings, check_all=check_all)

    return start


def provider_of(name: str) -> str:
    return name.partition("_")[0].lower()


@pytest.mark.parametrize(("name", "right"), MISSPELT.items(), ids=MISSPELT)
def test_a_misspelt_name_is_refused_by_its_right_one(name: str, right: str, start: Start) -> None:
    with pytest.raises(ConfigurationError) as refused:
        start(provider_of(name), **{name: "s3cret"})
    assert str(refused.value) == f"{name} is read by nobody, did you mean {right}?"


@pytest.mark.parametrize("check_all", [False, True])
def test_names_of_providers_that_are_not_chosen_pass_without_a_word(
    *, check_all: bool, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    for name, provider in INNOCENT.items():
        start(provider, check_all=check_all, **{name: "x"})
        assert not caplog.records, name


def test_what_resembles_nothing_is_a_warning_at_start_and_a_fault_in_a_check(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    for name in UNLIKE:
        caplog.clear()
        start(provider_of(name), **{name: "s3cret"})
        said = f"{name} is read by nobody: unset it, or correct its name"
        assert [(record.levelno, record.message) for record in caplog.records] == [(logging.WARNING, said)]
        with pytest.raises(ConfigurationError, match=rf"^{said}\.$"):
            start(provider_of(name), check_all=True, **{name: "s3cret"})
