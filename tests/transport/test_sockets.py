from __future__ import annotations

import io
import socket
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

import pytest
from cognito_mailroom import Deadline
from cognito_mailroom.transport.sockets import BoundedReader, connect, send_all, time_left


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_time_that_is_left() -> None:
    assert 9 < time_left(Deadline(10)) <= 10


def test_no_time_is_left() -> None:
    with pytest.raises(TimeoutError, match="the deadline is over"):
        time_left(Deadline(0))


@pytest.fixture
def nobody() -> Iterator[tuple[str, int]]:
    """An address that is taken, and at which nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """``resolve(first, second)``: the addresses that any name has."""

    def resolve(*addresses: tuple[str, int]) -> None:
        found = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", address) for address in addresses]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    return resolve


def test_the_first_address_that_answers_is_taken(
    nobody: tuple[str, int], resolve: Callable[..., None]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        resolve(nobody, server.getsockname(), nobody)
        with connect("acme.example", 443, Deadline(10)) as connection:
            assert connection.getpeername() == server.getsockname()
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            # The time for the other addresses is not kept back once one has answered.
            assert 9 < (connection.gettimeout() or 0) <= 10


def test_no_address_answers(nobody: tuple[str, int], resolve: Callable[..., None]) -> None:
    resolve(nobody, nobody)
    with pytest.raises(ConnectionRefusedError):
        connect("acme.example", 443, Deadline(10))


def test_a_name_without_an_address(resolve: Callable[..., None]) -> None:
    resolve()
    with pytest.raises(OSError, match="no address"):
        connect("acme.example", 443, Deadline(10))


def test_nothing_is_begun_without_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        with pytest.raises(TimeoutError):
            connect("127.0.0.1", server.getsockname()[1], Deadline(0))
        with pytest.raises(BlockingIOError):
            server.accept()


def test_an_address_that_is_silent_leaves_time_for_the_next(resolve: Callable[..., None]) -> None:
    with socket.socket() as silent, socket.create_server(("127.0.0.1", 0)) as server:
        silent.bind(("127.0.0.1", 0))
        silent.listen(0)
        resolve(silent.getsockname(), server.getsockname())
        with (
            socket.create_connection(silent.getsockname()),  # fills the backlog
            connect("acme.example", 443, Deadline(2)) as connection,
        ):
            assert connection.getpeername() == server.getsockname()


def test_servers_that_take_no_connection_are_waited_for_until_the_deadline(
    resolve: Callable[..., None],
) -> None:
    started = monotonic()
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        address = server.getsockname()
        resolve(address, address, address)
        with socket.create_connection(address), pytest.raises(TimeoutError):  # fills the backlog
            connect("acme.example", 443, Deadline(0.3))
    assert 0.2 < monotonic() - started < 5


def test_a_reader_counts_what_it_received(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    with BoundedReader(ours, Deadline(10)) as raw, io.BufferedReader(raw) as reader:
        assert raw.readable()
        assert raw.received == 0
        theirs.sendall(b"220 hello\r\n")
        assert reader.readline() == b"220 hello\r\n"
        assert raw.received == 11
        theirs.close()
        assert reader.read() == b""
        assert raw.received == 11


def test_a_reader_ends_with_its_deadline(pair: tuple[socket.socket, socket.socket], clock: Any) -> None:
    ours, theirs = pair
    with BoundedReader(ours, Deadline(10)) as reader:
        theirs.sendall(b"x")
        assert reader.read(1) == b"x"
        clock.ahead += 9.8
        with pytest.raises(TimeoutError):
            reader.read(1)
        assert (ours.gettimeout() or 0) <= 0.2
        clock.ahead += 0.2
        theirs.sendall(b"y")
        with pytest.raises(TimeoutError, match="the deadline is over"):
            reader.read(1)
        reader.deadline = Deadline(10)


def test_a_server_that_takes_a_byte_at_a_time_is_sent_to_until_the_deadline(
    pair: tuple[socket.socket, socket.socket], clock: Any
) -> None:
    ours, theirs = pair

    class Reluctant:
        """A socket over TLS: each call takes what the server takes, and a timeout of its own."""

        sent = 0

        def settimeout(self, seconds: float) -> None:
            ours.settimeout(seconds)

        def send(self, data: memoryview) -> int:
            clock.ahead += 1
            self.sent += 1
            return ours.send(data[:1])

    reluctant: Any = Reluctant()
    send_all(reluctant, b"abc", Deadline(10))
    assert theirs.recv(10) == b"abc"
    with pytest.raises(TimeoutError, match="the deadline is over"):
        send_all(reluctant, b"x" * 1000, Deadline(10))
    assert 3 < reluctant.sent < 20
