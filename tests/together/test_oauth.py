"""A token endpoint that stalls, through the whole function: its wait ends with the mail's deadline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

import pytest
from cognito_mailroom import Message, Unavailable
from cognito_mailroom.testing import HttpServer, Reply, SmtpServer, Stall


class Context:
    aws_request_id = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        return 3_000


@pytest.fixture
def login() -> Iterator[dict[str, str]]:
    """The settings for a mail server whose token endpoint stalls."""
    with HttpServer(lambda _: Reply()) as endpoint, SmtpServer(access_tokens=[]) as server:
        endpoint.usual = Stall()
        client = {"TOKEN_URL": f"{endpoint.url}/token", "CLIENT_ID": "acme", "CLIENT_SECRET": "secret"}
        yield {**server.environ, **{f"SMTP_OAUTH_{name}": value for name, value in client.items()}}


def test_another_provider_delivers(
    login: dict[str, str], handler: Callable[..., Any], sent: list[Message], load: Any, encrypted: Any
) -> None:
    handler(MAILROOM_PROVIDER="smtp,pigeon", **login)(load("sign_up", encrypted("482910")), Context())
    assert len(sent) == 1


def test_without_another_the_function_raises_in_time(
    login: dict[str, str], handler: Callable[..., Any], load: Any, encrypted: Any
) -> None:
    function, event = handler(MAILROOM_PROVIDER="smtp", **login), load("sign_up", encrypted("482910"))
    started = monotonic()
    with pytest.raises(Unavailable, match="did not answer in time"):
        function(event, Context())
    assert monotonic() - started < 5.5  # it stalls for six
