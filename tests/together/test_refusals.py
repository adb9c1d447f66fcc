"""What mail servers have really said, each reply through the whole function with a second provider behind."""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from cognito_mailroom import Message
from cognito_mailroom.testing import SmtpServer

REPLIES = tomllib.loads(Path(__file__).with_name("refusals.toml").read_text("utf-8"))["reply"]
COMMANDS = {"greeting": "GREETING"}
# Time mends both; and a key that is not taken is an operator's matter too.
MEANT = {
    "RateLimited": {"RateLimited", "Unavailable"},
    "Unavailable": {"RateLimited", "Unavailable"},
    "ConfigurationError": {"ConfigurationError", "CredentialsRefused"},
}


class Context:
    aws_request_id = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


@pytest.mark.parametrize("command", sorted({reply["command"] for reply in REPLIES}))
def test_a_real_refusal_loses_no_mail_that_somebody_can_deliver(
    *,
    command: str,
    handler: Callable[..., Any],
    sent: list[Message],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    load: Callable[..., dict[str, Any]],
    encrypted: Callable[..., str],
) -> None:
    caplog.set_level(logging.INFO, "cognito_mailroom")
    with SmtpServer(security="starttls" if command in {"STARTTLS", "AUTH"} else "none") as server:
        function = handler(MAILROOM_PROVIDER="smtp,pigeon", **server.environ)
        for number, reply in enumerate(REPLIES):
            if reply["command"] != command:
                continue
            # Between two mails goes by what makes a provider the first to be asked again.
            monkeypatch.setattr(
                "cognito_mailroom.delivery.attempts.monotonic", lambda n=number: monotonic() + 99 * n
            )
            server.replies[COMMANDS.get(command, command)] = words = "\n".join(reply["lines"])
            event = load("sign_up", encrypted("482910"))
            if reply["error"] == "Unsupported":
                event["request"]["userAttributes"]["email"] = "jörg@example.com"
            caplog.clear()
            sent.clear()

            assert function(event, Context()) == {**event, "response": {}}, words

            (record,) = (each for each in caplog.records if hasattr(each, "mailroom"))
            first, *others = record.mailroom["attempts"]
            assert first["provider"] == "smtp", words
            assert first["outcome"] in MEANT.get(reply["error"], {reply["error"]}), (words, first["reason"])
            asked = [] if reply["error"] == "Rejected" else [("pigeon", "Delivered")]
            assert [(each["provider"], each["outcome"]) for each in others] == asked, words
            assert (len(sent), len(server.messages)) == (len(asked), 0), words
            assert record.mailroom["outcome"] == ("Delivered" if asked else "Rejected"), words
