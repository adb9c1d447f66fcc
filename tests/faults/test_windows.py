"""Where one event still makes two mails, and that a provider which knows idempotency keys makes them one."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cognito_mailroom import Unavailable
from cognito_mailroom.cli.lambda_context import LambdaContext
from cognito_mailroom.testing.exchange import Reply
from cognito_mailroom.testing.http_server import HttpServer
from cognito_mailroom.testing.server_faults import LoseAnswer

from tests.faults.ledger import Note
from tests.faults.world import World, forget

PROVIDER = """
import os
from cognito_mailroom import Receipt, hookimpl
from cognito_mailroom.transport import HttpClient

class Keyed:
    def __init__(self):
        self._client = HttpClient(os.environ["KEYED_URL"])

    @hookimpl
    def mailroom_deliver(self, message, deadline):
        key = {"Idempotency-Key": message.idempotency_key}
        self._client.post("/mails", body=b"{}", headers=key, deadline=deadline)
        return Receipt()
"""
TITLE = "Windows that remain: window, idempotency keys at the provider"
KNOWN = pytest.mark.parametrize("keys", ["unknown", "known"])


class Provider(HttpServer):
    """Takes a mail for each request, or for each key."""

    def __init__(self) -> None:
        super().__init__(lambda _: Reply(200, {}))

    def mails(self, keys: str) -> int:
        """How many it has sent, depending on whether it knows idempotency keys."""
        sent = [request.headers["Idempotency-Key"] for request in self.requests]
        return len(set(sent) if keys == "known" else sent)


@pytest.fixture
def provider(
    required: dict[str, str], table: str, install: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Provider]:
    """The only one there is; and there is a table, which does not help."""
    install("keyed", PROVIDER, providers={"keyed": "Keyed"})
    with Provider() as server:
        settings = {
            "MAILROOM_PROVIDER": "keyed",
            "KEYED_URL": server.url,
            "MAILROOM_IDEMPOTENCY_TABLE": table,
        }
        for name, value in {**required, **settings}.items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def invoke(provider: Provider) -> Iterator[Callable[[Any], None]]:  # noqa: ARG001 - its settings come first
    """Calls one warm function."""
    forget()
    handler = importlib.import_module("handler").lambda_handler
    yield lambda event: handler(event, LambdaContext(5))
    forget()


@KNOWN
def test_a_kept_connection_that_closes_when_the_mail_is_taken(
    *, keys: str, provider: Provider, invoke: Callable[[Any], None], event: Callable[[], Any], note: Note
) -> None:
    invoke(event())
    provider.next(LoseAnswer())
    invoke(event())
    row = note(TITLE, ("sent anew", keys), mails=provider.mails(keys), events=2)
    assert (row.losses, row.doubles) == (0, int(keys == "unknown"))


@KNOWN
def test_a_lost_answer_and_lambdas_retry(
    *, keys: str, provider: Provider, invoke: Callable[[Any], None], event: Callable[[], Any], note: Note
) -> None:
    asked = event()
    provider.next(LoseAnswer())
    with pytest.raises(Unavailable):
        invoke(asked)
    invoke(asked)
    row = note(TITLE, ("retried", keys), mails=provider.mails(keys), raised="Unavailable")
    assert (row.losses, row.doubles) == (0, int(keys == "unknown"))


def test_a_lost_answer_and_another_provider(
    *, event: Callable[[], Any], world: World, table: str, note: Note
) -> None:
    assert not world.attempt(event(), first="dead half way", MAILROOM_IDEMPOTENCY_TABLE=table).error
    row = note(TITLE, ("failed over", "no help"), mails=world.mails)
    assert (len(world.first), len(world.second), row.doubles) == (1, 1, 1)
