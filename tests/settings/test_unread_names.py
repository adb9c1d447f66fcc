"""A variable that nobody reads: refused by its right name, warned of, or none of our business."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from cognito_mailroom import ConfigurationError, Deadline, Message
from cognito_mailroom.app import Mailroom
from cognito_mailroom.settings.problems import Problems
from cognito_mailroom.settings.suggestions import nearest_variable
from cognito_mailroom.telemetry.record import EventRecord

PLUGINS = """
import environ
from cognito_mailroom import Receipt, hookimpl

@environ.config(prefix="SMTP")
class Settings:
    host = environ.var()
    username = environ.var("")

class Down:
    @hookimpl
    def mailroom_deliver(self, message): raise ConnectionError
class Smtp:
    Settings = Settings
    def __init__(self, settings): pass
    @hookimpl
    def mailroom_deliver(self, message): return Receipt(message_id="1")
"""
PROVIDERS = {"smtp": "Smtp", "down": "Down"}

# Each with its right name.
MISSPELT = {
    "MAILROOM_DRYRUN": "MAILROOM_DRY_RUN",
    "MAILROOM_DRY_RUNS": "MAILROOM_DRY_RUN",
    "MAILROOM_DRY": "MAILROOM_DRY_RUN",
    "MAILROOM_DRY_MODE": "MAILROOM_DRY_RUN",
    "mailroom_dry_run": "MAILROOM_DRY_RUN",
    "MAILROOM_ALLOWED_RECIPIENT": "MAILROOM_ALLOWED_RECIPIENTS",
    "MAILROOM_RECIPIENTS": "MAILROOM_ALLOWED_RECIPIENTS",
    "MAILROOM_ALLOWED": "MAILROOM_ALLOWED_RECIPIENTS",
    "MAILROOM_ALLOWED_EMAILS": "MAILROOM_ALLOWED_RECIPIENTS",
    "MAILROOM_ALLOWLIST": "MAILROOM_ALLOWED_RECIPIENTS",
    "MAILROOM_ALOWED_RECIPIENTS": "MAILROOM_ALLOWED_RECIPIENTS",
    "MAILROOM_ALLOW_RECIPIENTS": "MAILROOM_ALLOWED_RECIPIENTS",
    "MAILROOM_IDEMPOTENCE_TABLE": "MAILROOM_IDEMPOTENCY_TABLE",
    "MAILROOM_IDEMPOTENCYTABLE": "MAILROOM_IDEMPOTENCY_TABLE",
    "MAILROOM_QUEUE": "MAILROOM_QUEUE_URL",
    "MAILROOM_QUEUE_ULR": "MAILROOM_QUEUE_URL",
    "MAILROOM_REPLYTO": "MAILROOM_REPLY_TO",
    "MAILROOM_TEMPLATE": "MAILROOM_TEMPLATES",
    "MAILROOM_EXTENSION": "MAILROOM_EXTENSIONS",
    "MAILROOM_PRODUCT": "MAILROOM_PRODUCT_NAME",
    "MAILROOM_LOCALE": "MAILROOM_DEFAULT_LOCALE",
    "MAILROOM_VALIDITY_SIGNUP": "MAILROOM_VALIDITY_SIGN_UP",
    "MAILROOM_VALIDITY_FORGOTPASSWORD": "MAILROOM_VALIDITY_FORGOT_PASSWORD",
    "MAILROOM_VALIDITY_AUTHENTICATON": "MAILROOM_VALIDITY_AUTHENTICATION",
    "MAILROOM_KMS_KEY": "MAILROOM_KMS_KEY_ARN",
    "MAILROOM_KMS_KEY_ID": "MAILROOM_KMS_KEY_ARN",
    "MAILROOM_PROVIDERS": "MAILROOM_PROVIDER",
}
# Under no prefix that anybody here reads.
INNOCENT = [
    "SESSION_SECRET",
    "AWS_SES_REGION",
    "AWS_LAMBDA_FUNCTION_NAME",
    "SMTPD_HOST",
    "MAILROOMS",
    "MAIL_FROM",
    "MAIL_ROOM_DRY_RUN",
    "PYTHONPATH",
    "SENTRY_DSN",
]
# Under the prefix of core or of the provider that is chosen: it may mean anything, but no setting.
UNLIKE = [
    "SMTP_FROM",
    "MAILROOM_STAGE",
    "MAILROOM_DEAD_LETTER_QUEUE_URL",
    "MAILROOM_KMS_KEY_ARN_OLD",  # beside the right one
]
Start = Callable[..., Mailroom]


@pytest.fixture
def start(environ: dict[str, str], install: Callable[..., None]) -> Start:
    """``start("smtp", SMTP_USER="x")``: the mailroom with that provider, and what it wants at least."""
    install("acme-mail", PLUGINS, providers=PROVIDERS)

    def start(provider: str, *, check_all: bool = False, **given: str) -> Mailroom:
        settings = environ | {"MAILROOM_PROVIDER": provider, "SMTP_HOST": "mail.example"} | given
        return Mailroom.from_environ(settings, check_all=check_all)

    return start


@pytest.fixture(autouse=True)
def alone(install: Callable[..., None]) -> None:
    """The providers that are installed beside core are not: these here claim their names."""
    from importlib.metadata import entry_points

    for entry in entry_points(group="cognito_mailroom.providers"):
        if entry.dist:
            install(entry.dist.name, "")


@pytest.mark.parametrize(("name", "right"), MISSPELT.items(), ids=MISSPELT)
def test_a_misspelt_name_is_refused_by_its_right_one(name: str, right: str, start: Start) -> None:
    with pytest.raises(ConfigurationError) as refused:
        start("smtp", **{name: "s3cret"})
    assert str(refused.value) == f"{name} is read by nobody, did you mean {right}?"


@pytest.mark.parametrize("check_all", [False, True])
def test_innocent_names_pass_without_a_word(
    *, check_all: bool, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    for name in INNOCENT:
        start("smtp", check_all=check_all, **{name: "x"})
        assert not caplog.records, name


@pytest.mark.parametrize("check_all", [False, True])
def test_empty_names_pass_without_a_word(
    *, check_all: bool, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    for name in [*MISSPELT, *UNLIKE]:
        start("smtp", check_all=check_all, **{name: " "})
    assert not caplog.records


def test_what_resembles_nothing_is_a_warning_at_start_and_a_fault_in_a_check(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    for name in UNLIKE:
        caplog.clear()
        start("smtp", **{name: "s3cret"})
        said = f"{name} is read by nobody: unset it, or correct its name"
        assert [(record.levelno, record.message) for record in caplog.records] == [(logging.WARNING, said)]
        with pytest.raises(ConfigurationError, match=rf"^{said}\.$"):
            start("smtp", check_all=True, **{name: "s3cret"})


def test_a_missing_name_is_told_with_what_is_set_in_its_place(start: Start) -> None:
    for missing, near in (("SMTP_HOST", "SMTP_HOSTNAME"), ("MAILROOM_FROM", "MAILROM_FROM")):
        with pytest.raises(ConfigurationError) as refused:
            start("smtp", **{missing: "", near: "s3cret"})
        assert str(refused.value).startswith(f"{missing} is missing")
        assert str(refused.value).endswith(f", but {near} is set.")


def test_a_later_provider_is_looked_at_when_it_is_loaded_and_only_warned_of(
    start: Start,
    load: Callable[..., dict[str, object]],
    encrypted: Callable[..., str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    mailroom = start("down,smtp", SMTP_HOST="mail.example", SMTP_USER="s3cret")
    assert not caplog.records
    mailroom.handle(load("sign_up", encrypted("482910")), Deadline(30), EventRecord())
    assert "SMTP_USER is read by nobody, did you mean SMTP_USERNAME?" in caplog.text
    with pytest.raises(ConfigurationError, match="did you mean SMTP_USERNAME"):
        start("down,smtp", check_all=True, SMTP_HOST="mail.example", SMTP_USER="s3cret")


OVERLAPPING = """
import environ
from cognito_mailroom import Receipt, hookimpl

@environ.config(prefix="OWL")
class Settings:
    speed = environ.var("1")
@environ.config(prefix="owl_audit")
class Audit:
    log = environ.var("")
@environ.config
class Undeclared:
    env = environ.var("")

class Owl:
    Settings = Settings
    def __init__(self, settings): pass
    @hookimpl
    def mailroom_deliver(self, message): return Receipt()
class Auditor:
    Settings = Audit
class Broken:
    Settings = 42
class Bare:
    Settings = Undeclared
    def __init__(self, settings): pass
"""


def test_the_settings_of_what_is_installed_and_not_chosen_are_known_to_a_check(
    install: Callable[..., None], start: Start
) -> None:
    extensions = {"audit": "Auditor", "bare": "Bare", "broken": "Broken", "missing": "Nobody"}
    install("owl", OVERLAPPING, providers={"owl": "Owl"}, extensions=extensions)
    given = {"OWL_AUDIT_LOG": "x", "APP_NAME": "x", "MAILROOM_EXTENSIONS": "bare"}
    start("owl", check_all=True, **given)
    with pytest.raises(ConfigurationError, match="OWL_AUDIT_LOUD is read by nobody: unset it"):
        start("owl", check_all=True, OWL_AUDIT_LOUD="x", **given)


def test_a_mail_goes_nowhere_while_a_name_is_misspelt(environ: dict[str, str], sent: list[Message]) -> None:
    with pytest.raises(ConfigurationError):
        Mailroom.from_environ(environ | {"MAILROOM_DRYRUN": "true", "MAILROOM_FORM": "x"})
    assert sent == []


@pytest.mark.parametrize("name", ["MAILROOM_", "MAILROOM__", "MAILROOM_ÄÖ", "MAILROOM_" + "X" * 4_000])
def test_any_name_may_be_there(name: str) -> None:
    assert nearest_variable(name, ["MAILROOM_FROM", "OTHER"], "MAILROOM_") is None


def test_a_clause_names_whole_variables() -> None:
    problems = Problems()
    problems.add("SMTP_HOST is missing (the mail server)")
    assert "SMTP_HOST" in problems
    assert "SMTP" not in problems
