"""All events, and all ways to fail, as Lambda sees them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from cognito_mailroom import Trigger
from cognito_mailroom.testing.smtp_server import Silence, SmtpServer

Load = Callable[..., dict[str, Any]]
Encrypted = Callable[..., str]
STUCK = """
import os, pathlib, threading
from cognito_mailroom import hookimpl

class Stuck:
    @hookimpl
    def mailroom_veto(self, notification):
        once = pathlib.Path(os.environ["STUCK_ONCE"])
        if not once.exists():
            once.touch()
            threading.Event().wait()
"""
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
            text = mail.get_body(("plain",))
            assert text
            expected = secret or event["request"]["userAttributes"]["ONE_CLICK_LINK_INVALID"]
            assert expected in text.get_content().split()
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


def test_after_lambda_has_lost_patience_the_next_event_is_sent(
    bundle: Callable[..., Path],
    function: Callable[..., Any],
    load: Load,
    encrypted: Encrypted,
    tmp_path: Path,
) -> None:
    zip_file = tmp_path / "bundle.zip"
    folder = copytree(bundle("--provider", "smtp").with_suffix(""), zip_file.with_suffix(""))
    (folder / "stuck.py").write_text(STUCK)
    info = folder / "stuck-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stuck\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[cognito_mailroom.extensions]\nstuck = stuck:Stuck\n")
    event = load("sign_up", encrypted("482910"))

    with SmtpServer() as server:
        settings = {"MAILROOM_PROVIDER": "smtp", "STUCK_ONCE": str(tmp_path / "once"), **server.environ}
        with function(zip_file, timeout=2, **settings) as running:
            assert "Task timed out after 2.00 seconds" in running.invoke(event)
            assert running.invoke(event).get("response") == {}

    assert len(server.messages) == 1


def test_the_log_is_json_where_lambda_is_told_so(
    smtp: Callable[..., Any], load: Load, encrypted: Encrypted
) -> None:
    with SmtpServer() as server, smtp(server, AWS_LAMBDA_LOG_FORMAT="JSON") as running:
        running.invoke(load("sign_up", encrypted("482910")))
        running.invoke(load("other_trigger"))

    lines = [json.loads(line) for line in running.log.splitlines() if line.startswith('{"timestamp"')]
    ours = [line for line in lines if line.get("logger") == "cognito_mailroom"]
    assert [(line["level"], line["mailroom"]["outcome"]) for line in ours] == [
        ("INFO", "Delivered"),
        ("ERROR", "Failed"),
    ]
    assert all(line["requestId"] == line["mailroom"]["request_id"] for line in ours)
    assert [line["errorType"] for line in lines if line not in ours] == ["EventError"]
    assert not {"482910", "alex@example.com", server.password} & set(re.split(r"[\"\s]", running.log))
