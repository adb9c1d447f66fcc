"""All events, and all ways to fail, as Lambda sees them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cognito_mailroom import Trigger
from cognito_mailroom.testing.http import HttpServer, Reply, Stall
from cognito_mailroom.testing.smtp import Silence, SmtpServer

Load = Callable[..., dict[str, Any]]
Encrypted = Callable[..., str]
SECRETS = {Trigger.ADMIN_CREATE_USER: """a<&copy>"'b""", Trigger.ACCOUNT_TAKE_OVER_NOTIFICATION: None}


@pytest.fixture
def smtp(bundle: Callable[..., Path], function: Callable[..., Any]) -> Callable[..., Any]:
    """``smtp(server, NAME="value")``: the function that mails through this server."""

    def smtp(server: SmtpServer, **options: Any) -> Any:
        zip_file = bundle("--provider", "smtp")
        return function(zip_file, MAILROOM_PROVIDER="smtp", **{**server.environ, **options})

    return smtp


def test_all_eight_events_become_mails(smtp: Callable[..., Any], load: Load, encrypted: Encrypted) -> None:
    with SmtpServer() as server, smtp(server) as running:
        for trigger in Trigger:
            secret = SECRETS.get(trigger, "482910")
            escape = trigger is Trigger.ADMIN_CREATE_USER
            event = load(trigger.slug, encrypted(secret, escape=escape) if secret else None)

            assert running.invoke(event) == {**event, "response": {}}

            mail = server.messages[-1].message
            assert mail["To"] == "alex@example.com"
            expected = secret or event["request"]["userAttributes"]["ONE_CLICK_LINK_INVALID"]
            assert expected in mail.get_body(("plain",)).get_content().split()
    assert len(server.messages) == len(Trigger)
    assert server.connections == 1


def test_the_address_that_a_take_over_notice_lacks_is_looked_up(
    smtp: Callable[..., Any], load: Load, pool_id: str
) -> None:
    event = load("take_over_without_email") | {"userPoolId": pool_id}
    event["request"]["userAttributes"]["USER_NAME"] = "alex"

    with SmtpServer() as server, smtp(server) as running:
        assert running.invoke(event)["response"] == {}

    assert [mail.rcpt_to for mail in server.messages] == [["looked-up@example.com"]]


def test_what_the_function_raises_is_what_lambda_reports(smtp: Callable[..., Any], load: Load) -> None:
    with SmtpServer() as server, smtp(server) as running:
        answer = running.invoke(load("other_trigger"))

    assert answer["errorType"] == "EventError"
    assert "CustomEmailSender" in answer["errorMessage"]
    assert not server.messages


def test_a_missing_setting_is_what_lambda_reports(smtp: Callable[..., Any], load: Load) -> None:
    with SmtpServer() as server, smtp(server, SMTP_HOST="", MAILROOM_FROM="") as running:
        answer = running.invoke(load("sign_up"))

    assert answer["errorType"] == "ConfigurationError"
    assert "MAILROOM_FROM is missing" in answer["errorMessage"]
    assert "SMTP_HOST is missing" in answer["errorMessage"]


def test_a_slow_server_is_given_up_before_lambda_loses_patience(
    smtp: Callable[..., Any], load: Load, encrypted: Encrypted
) -> None:
    with SmtpServer(replies={"DATA": Silence.STALL}) as server, smtp(server, timeout=3) as running:
        answer = running.invoke(load("sign_up", encrypted("482910")))
        server.replies.clear()
        again = running.invoke(load("sign_up", encrypted("482911")))

    assert answer["errorType"] == "Unavailable"
    assert again.get("response") == {}
    assert len(server.messages) == 1


def test_when_lambda_has_lost_patience_the_next_event_is_sent(
    smtp: Callable[..., Any], load: Load, encrypted: Encrypted
) -> None:
    code = encrypted("482910")
    ...
