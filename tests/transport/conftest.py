"""A server that a test scripts, and a client that trusts it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import monotonic
from typing import TypeVar

import pytest
from cognito_mailroom import Deadline, Unavailable
from cognito_mailroom.testing import certificates
from cognito_mailroom.testing.exchange import Reply, Request
from cognito_mailroom.testing.http_server import HttpServer
from cognito_mailroom.testing.server_faults import PATIENCE, Behaviour
from cognito_mailroom.transport.answers import Answer
from cognito_mailroom.transport.http import HttpClient

Post = Callable[..., Answer]
T = TypeVar("T")


def echo(request: Request) -> Reply:
    return Reply(202, {"path": request.path, "body": request.body.decode()})


@pytest.fixture(params=["http", "https"])
def server(request: pytest.FixtureRequest) -> Iterator[HttpServer]:
    with HttpServer(echo, tls=request.param == "https") as server:
        yield server


@pytest.fixture(autouse=True)
def _trust(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates.ca_file()))


@pytest.fixture
def client(server: HttpServer) -> HttpClient:
    return HttpClient(server.url)


@pytest.fixture
def post(client: HttpClient) -> Post:
    """``post("hello")``: over the client's one connection, within ten seconds unless told otherwise."""

    def post(body: str = "hello", seconds: float = 10.0) -> Answer:
        return client.post("/mails", body=body.encode(), headers={"X-Key": "k"}, deadline=Deadline(seconds))

    return post


@pytest.fixture
def fails(post: Post) -> Callable[..., str]:
    """``fails(0.3)``: what the Unavailable says that a post becomes, in time."""

    def fails(seconds: float = 10.0) -> str:
        started = monotonic()
        with pytest.raises(Unavailable) as caught:
            post(seconds=seconds)
        # The server itself takes longer than that to give up.
        assert monotonic() - started < seconds + PATIENCE - 1
        # urllib3's own error names the URL, and may hold what was sent.
        assert caught.value.__suppress_context__ or caught.value.__context__ is None
        return str(caught.value)

    return fails


@pytest.fixture
def met(server: HttpServer) -> Callable[[Behaviour, Callable[[float], T]], T]:
    """``met(Stall(), fails)``: what comes of it when the deadline is over soon after the server was reached.

    To reach it, handshake and all, a busy machine may take longer than the shortest of the deadlines.
    """

    def met(behaviour: Behaviour, ask: Callable[[float], T]) -> T:
        for seconds in (0.2, 1.0, 5.0):
            server.clear_script()
            server.next(behaviour)
            told = ask(seconds)
            if server.requests:
                return told
        raise AssertionError("the server was not reached")

    return met
