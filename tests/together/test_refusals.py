"""What mail servers have really said, each reply through the whole function with a second provider behind."""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
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


@pytest.fixture(scope="module")
def servers() -> Iterator[Callable[[str], SmtpServer]]:
    """A server for each way to connect, by the command that it is to refuse."""
    with ExitStack() as stack:
        kept: dict[str, SmtpServer] = {}

        def server(command: str) -> SmtpServer:
            security = "starttls" if command in {"STARTTLS", "AUTH"} else "none"
            if security not in kept:
                kept[security] = stack.enter_context(SmtpServer(security=security))  # type: ignore[arg-type]
            kept[security].replies.clear()
            kept[security].messages.clear()
            return kept[security]

        yield server


@pytest.mark.parametrize("reply", REPLIES, ids=[f"{each['command']} {each['lines'][0]}" for each in REPLIES])
def test_a_real_refusal_loses_no_mail_that_somebody_can_deliver(
    *,
    reply: dict[str, Any],
    servers: Callable[[str], SmtpServer],
    handler: Callable[..., Any],
    sent: list[Message],
    caplog: pytest.LogCaptureFixture,
    load: Callable[..., dict[str, Any]],
    encrypted: Callable[..., str],
) -> None:
    server = servers(reply["command"])
    server.replies[COMMANDS.get(reply["command"], reply["command"])] = "\n".join(reply["lines"])
    event = load("sign_up", encrypted("482910"))
    if reply["error"] == "Unsupported":
        event["request"]["userAttributes"]["email"] = "jörg@example.com"

    caplog.set_level(logging.INFO, "cognito_mailroom")
    result = handler(MAILROOM_PROVIDER="smtp,pigeon", **server.environ)(event, Context())

    assert result == {**event, "response": {}}
    (record,) = (each for each in caplog.records if hasattr(each, "mailroom"))
    first, *others = record.mailroom["attempts"]
    assert first["provider"] == "smtp"
    assert first["outcome"] in MEANT.get(reply["error"], {reply["error"]}), first["reason"]
    asked = [] if reply["error"] == "Rejected" else [("pigeon", "Delivered")]
    assert [(each["provider"], each["outcome"]) for each in others] == asked
    assert (len(sent), len(server.messages)) == (len(asked), 0)
    assert record.mailroom["outcome"] == ("Delivered" if asked else "Rejected")
