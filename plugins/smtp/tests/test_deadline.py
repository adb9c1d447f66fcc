"""The deadline bounds the whole delivery, whatever the server does and wherever it does it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import chain, repeat
from threading import Event
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest
from cognito_mailroom import Deadline, MailroomError, Message, Unavailable
from cognito_mailroom.testing import Silence, SmtpServer, certificates
from cognito_mailroom_smtp import SmtpProvider

Provide = Callable[..., SmtpProvider]
Serve = Callable[..., Any]
Fail = Callable[..., MailroomError]
Check = Callable[[SmtpProvider], None]

SECONDS, SLACK = 0.3, 5.0  # the slack is for busy machines; what ignores a deadline takes ten seconds


@pytest.fixture
def fails_in_time(failure: Fail) -> Check:
    def check(provider: SmtpProvider) -> None:
        started = monotonic()
        error = failure(Unavailable, provider, seconds=SECONDS)
        assert SECONDS <= monotonic() - started < SECONDS + SLACK
        assert "did not answer in time" in str(error)

    return check


def endlessly(line: bytes) -> Iterator[int]:
    return chain.from_iterable(repeat(line))


@pytest.mark.parametrize("command", ["GREETING", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA"])
def test_a_server_that_stalls(command: str, provide: Provide, fails_in_time: Check, message: Message) -> None:
    with SmtpServer(replies={command: Silence.STALL}) as server:
        provider = provide(server)
        fails_in_time(provider)
        server.replies.clear()
        provider.mailroom_deliver(message, Deadline(10))
    assert len(server.messages) == 1


def test_a_kept_connection_that_stalls(provide: Provide, fails_in_time: Check, message: Message) -> None:
    with SmtpServer() as server:
        provider = provide(server)
        provider.mailroom_deliver(message, Deadline(10))
        server.replies["MAIL"] = Silence.STALL
        fails_in_time(provider)
    assert len(server.messages) == 1


def test_a_deadline_that_is_over(provide: Provide, failure: Fail) -> None:
    with SmtpServer() as server:
        failure(Unavailable, provide(server), seconds=0)
    assert not server.connections


def test_nobody_accepts(provide: Provide, fails_in_time: Check) -> None:
    # When the backlog is full, the next connection gets no answer.
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        host, port = listener.getsockname()
        for _ in range(3):
            client = stack.enter_context(socket.socket())
            client.settimeout(0)
            client.connect_ex((host, port))
        full = {"SMTP_HOST": host, "SMTP_PORT": str(port), "SMTP_SECURITY": "none"}
        fails_in_time(provide(SimpleNamespace(environ=full)))


@pytest.mark.parametrize(
    ("security", "dialogue"),
    [
        pytest.param("tls", lambda peer: peer.ignore(), id="tls stalls"),
        pytest.param(
            "starttls",
            lambda peer: peer.greet("STARTTLS").listen().say("220 go ahead").ignore(),
            id="starttls stalls",
        ),
        pytest.param(
            "tls",
            lambda peer: (
                peer.stirs(),
                peer.connection.recv(65_536),
                # the header of a handshake record, and a certificate that takes its time
                peer.drip(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc" + bytes(16_384)),
            ),
            id="tls drips",
        ),
    ],
)
def test_a_tls_handshake(
    security: str, dialogue: Any, serve: Serve, provide: Provide, fails_in_time: Check
) -> None:
    fails_in_time(provide(serve(dialogue), SMTP_SECURITY=security))


@pytest.mark.parametrize(
    "dialogue",
    [
        pytest.param(lambda peer: peer.drip(endlessly(b"220-hello\r\n")), id="greeting"),
        pytest.param(lambda peer: peer.drip(endlessly(b"2")), id="one line"),
        pytest.param(lambda peer: peer.say("220 hi").listen().drip(endlessly(b"250-x\r\n")), id="EHLO"),
        pytest.param(lambda peer: peer.greet().listen().drip(endlessly(b"250-x\r\n")), id="MAIL"),
        pytest.param(lambda peer: peer.greet().take_mail().drip(endlessly(b"250-x\r\n")), id="dot"),
    ],
)
def test_a_server_that_drips(dialogue: Any, serve: Serve, provide: Provide, fails_in_time: Check) -> None:
    fails_in_time(provide(serve(dialogue)))


def test_a_server_that_drips_through_tls(serve: Serve, provide: Provide, fails_in_time: Check) -> None:
    server = serve(lambda peer: peer.encrypt().drip(endlessly(b"220-hello\r\n")))
    fails_in_time(
        provide(server, SMTP_HOST="localhost", SMTP_SECURITY="tls", SMTP_CA_FILE=str(certificates.ca_file()))
    )


def test_a_reply_without_an_end(serve: Serve, provide: Provide, failure: Fail) -> None:
    def dialogue(peer: Any) -> None:
        while True:
            peer.say(*["220-hello"] * 1000)

    started = monotonic()
    failure(Unavailable, provide(serve(dialogue)))
    assert monotonic() - started < SLACK  # well before the deadline


@pytest.fixture
def over() -> Iterator[Event]:
    event = Event()
    yield event
    event.set()


# A timeout that was set before the server took its time would be over too late: after half a minute.
@pytest.mark.parametrize("security", ["none", "tls"])
def test_a_server_that_stops_reading(
    security: str, *, serve: Serve, provide: Provide, message: Message, over: Event, clock: Any
) -> None:
    asked: list[float] = []

    def dialogue(peer: Any) -> None:
        peer.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        if security == "tls":
            peer.encrypt()
        peer.greet().listen().say("250 ok").listen().say("250 ok").listen()
        peer.stirs(within=0.3)  # by then the client waits for the reply
        clock.ahead += 29.7
        asked.append(monotonic())
        peer.say("354 go ahead")
        assert over.wait(10)

    private = {"SMTP_HOST": "localhost", "SMTP_CA_FILE": str(certificates.ca_file())}
    provider = provide(serve(dialogue), SMTP_SECURITY=security, **private)
    # more than any buffer on the way
    large = message.evolve(text=("x" * 70 + "\n") * 200_000)
    with pytest.raises(Unavailable, match="in time"):
        provider.mailroom_deliver(large, Deadline(30))
    # not from the start: to write so large a mail takes a slow machine a while
    assert monotonic() - asked[0] < SLACK


def test_a_late_start_of_tls(serve: Serve, provide: Provide, failure: Fail, clock: Any) -> None:
    def dialogue(peer: Any) -> None:
        peer.greet("STARTTLS").listen()
        peer.stirs(within=0.3)  # by then the client waits for the reply
        clock.ahead += 29.7
        peer.say("220 go ahead").ignore()

    started = monotonic()
    failure(Unavailable, provide(serve(dialogue), SMTP_SECURITY="starttls"), seconds=30)
    assert monotonic() - started < SLACK
