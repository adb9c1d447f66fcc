"""Names are looked up within a deadline, by a resolver that does what a test says."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from threading import Event, Thread
from threading import enumerate as all_threads
from time import monotonic
from typing import Any

import pytest
from cognito_mailroom import Deadline, Unavailable
from cognito_mailroom.transport.http import HttpClient
from cognito_mailroom.transport.name_lookup import addresses

PATIENCE = 10.0


class Resolver:
    """Answers, fails, or stalls until `released`; counts how often it was asked."""

    def __init__(self) -> None:
        self.answer: Any = []
        self.asked = 0
        self.stalls = False
        self.begun, self.released = Event(), Event()

    def __call__(self, *_: Any, **__: Any) -> Any:
        self.asked += 1
        stalls = self.stalls
        self.begun.set()
        if stalls:
            self.released.wait(PATIENCE)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Resolver]:
    resolver = Resolver()
    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    others = look_ups()
    yield resolver
    resolver.released.set()
    for look_up in look_ups() - others:
        look_up.join(PATIENCE)


def look_ups() -> set[Thread]:
    """Those that are under way, of earlier tests too."""
    return {thread for thread in all_threads() if thread.name == "name-look-up"}


@pytest.fixture
def host(request: pytest.FixtureRequest) -> str:
    """A name of the test's own: what a process knows of others it keeps."""
    return f"{request.node.name.replace('_', '-')[:50]}.example"


def here(port: int) -> list[Any]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


def test_a_look_up_that_stalls_ends_with_the_deadline_and_is_joined_by_later_ones(
    resolver: Resolver, host: str, clock: Any
) -> None:
    resolver.stalls, resolver.answer = True, here(443)
    others, started = look_ups(), monotonic()
    for threads in (1, 2, 2, 2):
        with pytest.raises(TimeoutError):
            addresses(host, 443, Deadline(0.1))
        assert len(look_ups() - others) == threads
        clock.ahead += 2  # which is more than one is waited for
    assert monotonic() - started < PATIENCE / 2
    resolver.released.set()
    assert addresses(host, 443, Deadline(PATIENCE)) == here(443)


def test_a_look_up_that_outlived_its_event_is_not_waited_for_by_later_ones(
    resolver: Resolver, host: str, clock: Any
) -> None:
    resolver.stalls = True
    with pytest.raises(TimeoutError):
        addresses(host, 443, Deadline(0.1))
    assert resolver.begun.wait(PATIENCE)
    resolver.stalls, resolver.answer = False, here(443)
    clock.ahead += 2
    assert addresses(host, 443, Deadline(PATIENCE / 2)) == here(443)
    assert resolver.asked == 2


@pytest.mark.parametrize("stalls", [True, False], ids=["stalls", "fails"])
def test_the_last_good_addresses_serve_meanwhile(*, stalls: bool, resolver: Resolver, host: str) -> None:
    resolver.answer = here(443)
    addresses(host, 443, Deadline(PATIENCE))
    resolver.stalls, resolver.answer = stalls, socket.gaierror(socket.EAI_AGAIN, "again")
    for _ in range(2):
        deadline = Deadline(30)
        assert addresses(host, 443, deadline) == here(443)
        assert deadline.remaining() > 20  # none of them has waited for the end of it


def test_to_connect_to_them_there_is_time_left(resolver: Resolver, host: str) -> None:
    resolver.answer = here(443)
    addresses(host, 443, Deadline(PATIENCE))
    resolver.stalls, deadline = True, Deadline(1.0)
    assert addresses(host, 443, deadline) == here(443)
    assert deadline.remaining() > 0


def test_new_addresses_go_before_known_ones(resolver: Resolver, host: str) -> None:
    for port in (1, 2):
        resolver.answer = here(port)
        assert addresses(host, 443, Deadline(PATIENCE)) == here(port)


@pytest.mark.parametrize("failure", [socket.gaierror(socket.EAI_NONAME, "unknown"), UnicodeError("label")])
def test_what_the_resolver_raises_is_raised(failure: Exception, resolver: Resolver, host: str) -> None:
    resolver.answer = failure
    with pytest.raises(type(failure), match=str(failure.args[-1])) as raised:
        addresses(host, 443, Deadline(PATIENCE))
    assert raised.value.args == failure.args


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "192.0.2.1"])
def test_an_address_takes_no_thread(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("threading.Thread.start", None)
    assert addresses(address, 443, Deadline(1))[0][4][0] == address


def test_the_error_names_the_name_server(resolver: Resolver, host: str) -> None:
    resolver.stalls = True
    client = HttpClient(f"https://{host}")
    with pytest.raises(Unavailable, match=rf"^The name {host} was not looked up in time: check the name s"):
        client.post("/", body=b"", headers={}, deadline=Deadline(0.1))


def test_the_interpreter_ends_while_a_look_up_stalls(run_python: Callable[..., str]) -> None:
    program = """
import socket, threading
socket.getaddrinfo = lambda *_, **__: threading.Event().wait()
from cognito_mailroom import Deadline
from cognito_mailroom.transport.name_lookup import addresses
try:
    addresses("acme.example", 443, Deadline(0.1))
except TimeoutError as error:
    print(error)
"""
    assert run_python(program, PYTHONDEVMODE="1") == "the name server did not answer in time\n"
