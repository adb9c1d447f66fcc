"""A frozen process learns from the clock that its connections have idled; the clock is the test's."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing

import boto3
import pytest
from cognito_mailroom import Deadline, Secret
from cognito_mailroom.testing import SmtpServer, a_message
from cognito_mailroom.testing.exchange import Reply
from cognito_mailroom.testing.http_server import HttpServer
from cognito_mailroom.transport import HttpClient, SmtpClient, SmtpEndpoint, keep_connection
from cognito_mailroom.transport.sockets import uptime

Party = tuple[Callable[[], object], Callable[[], int]]


class Machine:
    """A machine whose uptime goes on while all that runs on it stands still."""

    suspended = 0.0

    def clock_gettime(self, clock: int) -> float:
        assert clock == time.CLOCK_BOOTTIME
        return time.monotonic() + self.suspended


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine()
    monkeypatch.setattr(time, "CLOCK_BOOTTIME", 7, raising=False)
    monkeypatch.setattr(time, "clock_gettime", machine.clock_gettime)
    return machine


@pytest.fixture
def http() -> Iterator[Party]:
    with HttpServer(lambda _: Reply()) as server:
        client = HttpClient(server.url)
        yield (
            lambda: client.post("/", body=b"", headers={}, deadline=Deadline(10)),
            lambda: server.connections,
        )


@pytest.fixture
def dynamodb() -> Iterator[Party]:
    with HttpServer(lambda _: Reply(200, {"TableNames": []})) as server:
        client = boto3.Session("key", "secret", region_name="eu-west-1").client(
            "dynamodb", endpoint_url=server.url
        )
        keep_connection(client).deadline = Deadline(60)
        yield client.list_tables, lambda: server.connections


@pytest.fixture
def smtp() -> Iterator[Party]:
    with SmtpServer(security="none") as server:
        endpoint = SmtpEndpoint(
            server.host, server.port, tls=None, starttls=False,
            username=Secret(""), password=Secret(""), refusal=lambda *_: AssertionError(),  # type: ignore[arg-type]
        )  # fmt: skip
        with closing(SmtpClient(endpoint)) as client:
            yield lambda: client.send(a_message(), b"Hello.\r\n", Deadline(10)), lambda: server.connections


@pytest.mark.parametrize("kind", ["http", "smtp", "dynamodb"])
@pytest.mark.parametrize(("seconds", "connections"), [(30, 1), (61, 2), (86_400, 2)])
def test_a_connection_is_not_trusted_after_a_long_freeze(
    kind: str, seconds: float, connections: int, machine: Machine, request: pytest.FixtureRequest
) -> None:
    ask, connected = request.getfixturevalue(kind)
    ask()
    machine.suspended = seconds
    ask()
    assert connected() == connections


def test_a_system_without_that_clock_has_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(time, "CLOCK_BOOTTIME", raising=False)
    before = time.monotonic()
    assert before <= uptime() <= time.monotonic()
