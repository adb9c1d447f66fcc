"""The line and the metrics of each event: enough to see what happened, and neither whom nor what."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from cognito_mailroom import Address, MailroomError
from cognito_mailroom.telemetry.record import EventRecord, recorded
from cognito_mailroom.testing.smtp_server import SmtpServer

Handler = Callable[..., Any]


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[Any]]:
    caplog.set_level(logging.INFO, "cognito_mailroom")
    return lambda: [record for record in caplog.records if hasattr(record, "mailroom")]


def test_a_line_says_what_happened_and_to_whom_only_by_a_digest(
    handler: Handler,
    smtp: SmtpServer,
    lines: Callable[[], list[Any]],
    encrypted: Callable[..., str],
    load: Callable[..., dict[str, Any]],
    environ: dict[str, str],
) -> None:
    event = load("sign_up", encrypted("482910"))
    handler()(event, None)
    [line] = lines()
    facts = line.mailroom
    assert line.getMessage() == "CustomEmailSender_SignUp delivered by smtp"
    assert (facts["outcome"], facts["provider"]) == ("Delivered", "smtp")
    assert facts["message_id"] == smtp.messages[0].message["Message-ID"]
    assert [attempt["provider"] for attempt in facts["attempts"]] == ["smtp"]
    assert set(facts["milliseconds"]) == {"decrypt", "render", "deliver"}
    address = event["request"]["userAttributes"]["email"]
    twin = EventRecord()
    twin.to(Address(address.upper()), environ["MAILROOM_KMS_KEY_ARN"])
    assert facts["recipient"] == twin.facts["recipient"]
    for secret in ("482910", address, smtp.password):
        assert secret not in json.dumps(facts)


@pytest.mark.parametrize(
    ("changes", "email", "outcome", "level"),
    [
        ({}, "a@example.com", "Delivered", "INFO"),
        ({"MAILROOM_DRY_RUN": "true"}, "a@example.com", "DryRun", "WARNING"),
        ({"MAILROOM_ALLOWED_RECIPIENTS": "*@acme.example"}, "a@example.com", "Vetoed", "WARNING"),
        ({}, "a@@example.com", "Rejected", "ERROR"),
        ({}, "", "Failed", "ERROR"),
    ],
)
def test_every_outcome_has_its_line_and_its_metric(
    changes: dict[str, str],
    email: str,
    outcome: str,
    level: str,
    handler: Handler,
    smtp: SmtpServer,
    lines: Callable[[], list[Any]],
    encrypted: Callable[..., str],
    load: Callable[..., dict[str, Any]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    event = load("sign_up", encrypted("482910"))
    event["request"]["userAttributes"]["email"] = email
    try:
        handler(AWS_LAMBDA_FUNCTION_NAME="mailroom", **changes)(event, None)
    except MailroomError:
        assert outcome == "Failed"
    [line] = lines()
    assert (line.mailroom["outcome"], line.levelname) == (outcome, level)
    metrics = json.loads(capsys.readouterr().out)
    [directive] = metrics["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == [["Provider", "Trigger"]]
    assert all(metric["Name"] in metrics for metric in directive["Metrics"])
    assert metrics[outcome] == 1
    assert len(smtp.messages) == (outcome == "Delivered")


def test_outside_of_lambda_there_are_no_metrics(
    handler: Handler,
    smtp: SmtpServer,
    encrypted: Callable[..., str],
    load: Callable[..., dict[str, Any]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    handler()(load("sign_up", encrypted("482910")), None)
    assert len(smtp.messages) == 1
    assert capsys.readouterr().out == ""


def test_a_failover_is_counted_once_whatever_the_attempts(
    handler: Handler,
    smtp: SmtpServer,
    lines: Callable[[], list[Any]],
    install: Callable[..., None],
    encrypted: Callable[..., str],
    load: Callable[..., dict[str, Any]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    down = (
        "from cognito_mailroom import Unavailable, hookimpl\n"
        "class Down:\n"
        "    @hookimpl\n"
        "    def mailroom_deliver(self): raise Unavailable('Down.')\n"
    )
    install("down", down, providers={"down": "Down"})
    handler(AWS_LAMBDA_FUNCTION_NAME="mailroom", MAILROOM_PROVIDER="down,smtp")(
        load("sign_up", encrypted("482910")), None
    )
    metrics = json.loads(capsys.readouterr().out)
    assert (metrics["Failover"], metrics["Delivered"], metrics["Provider"]) == (1, 1, "smtp")
    [line] = lines()
    assert line.levelname == "WARNING"
    assert line.mailroom["attempts"][0]["reason"] == "Down."
    assert len(smtp.messages) == 1


def test_what_was_not_meant_to_be_raised_has_its_line_too(lines: Callable[[], list[Any]]) -> None:
    with pytest.raises(ZeroDivisionError), recorded("request-1"):
        _ = 1 / 0
    [line] = lines()
    assert (line.mailroom["outcome"], line.levelname) == ("Failed", "ERROR")
    assert line.mailroom["reason"].startswith("ZeroDivisionError at ")
