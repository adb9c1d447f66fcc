"""A provider to send with, and a server for what aiosmtpd is too well-behaved for."""

from __future__ import annotations

import select
import socket
import ssl
import struct
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from threading import Thread
from time import monotonic
from typing import Any, Self

import environ
import pytest
from cognito_mailroom import Address, Deadline, MailroomError, Message
from cognito_mailroom.testing import certificates
from cognito_mailroom_smtp import SmtpProvider


class Peer:
    """The server's end of one connection. Most of what it does returns it, for the next thing to do."""

    def __init__(self, connection: socket.socket) -> None:
        self.heard: list[str] = []
        self.mails: list[str] = []
        self._use(connection)

    def _use(self, connection: socket.socket) -> None:
        self.connection = connection
        self._lines = connection.makefile("rb")

    def say(self, *lines: str) -> Self:
        self.connection.sendall("".join(f"{line}\r\n" for line in lines).encode())
        return self

    def hear(self) -> str:
        """The next line, or an empty text when the client has left."""
        self.heard.append(self._lines.readline().decode().rstrip("\r\n"))
        return self.heard[-1]

    def listen(self) -> Self:
        self.hear()
        return self

    def greet(self, *offers: str) -> Self:
        self.say("220 mail.example ESMTP").listen()
        return self.say("250-mail.example", *(f"250-{offer}" for offer in offers), "250 HELP")

    def take_mail(self, *reply: str) -> Self:
        for answer in ("250 2.1.0 ok", "250 2.1.5 ok", "354 go ahead"):
            self.listen().say(answer)
        self.mails.append("\n".join(iter(self._line_of_data, ".")))
        return self.say(*reply)

    def _line_of_data(self) -> str:
        return self._lines.readline().decode().rstrip("\r\n") or " "

    def encrypt(self) -> Self:
        self._lines.close()
        self._use(certificates.server_context().wrap_socket(self.connection, server_side=True))
        return self

    def stirs(self, within: float = 10.0) -> bool:
        """Whether the client says something or leaves within so many seconds."""
        return bool(select.select([self.connection], [], [], within)[0])

    def ignore(self) -> None:
        """Reads whatever comes until the client leaves, and says nothing."""
        while self.stirs() and self.connection.recv(65_536):
            pass

    def drip(self, data: Iterable[int]) -> None:
        """Sends a byte at a time, until the client stirs or ten seconds are over."""
        end = monotonic() + 10
        for byte in data:
            self.connection.sendall(bytes([byte]))
            if self.stirs(within=0.02) or monotonic() > end:
                break

    def reset(self) -> Self:
        """Has the connection end with a RST."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return self

    def close(self) -> None:
        self._lines.close()
        self.connection.close()


class ScriptedServer:
    """Plays one dialogue for each connection, in order. What goes wrong in one, its end raises."""

    host = "127.0.0.1"

    def __init__(self, *dialogues: Callable[[Peer], object]) -> None:
        self.peers: list[Peer] = []
        self._dialogues = dialogues
        self._failures: list[Exception] = []

    @property
    def environ(self) -> dict[str, str]:
        return {"SMTP_HOST": self.host, "SMTP_PORT": str(self.port), "SMTP_SECURITY": "none"}

    def __enter__(self) -> Self:
        self._listener = socket.create_server((self.host, 0))
        self.port = self._listener.getsockname()[1]
        self._thread = Thread(target=self._serve)
        self._thread.start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        with suppress(OSError):  # wakes the accept of a dialogue that no client came for
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        if self._failures and not kind:
            raise self._failures[0]

    def _serve(self) -> None:
        for dialogue in self._dialogues:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            # What is said arrives at once, and does not wait for the client to confirm what was said before.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            peer = Peer(connection)
            self.peers.append(peer)
            try:
                dialogue(peer)
            except (ConnectionError, ssl.SSLError):
                pass  # the client has left
            except Exception as failure:  # noqa: BLE001 - for the test to see
                self._failures.append(failure)
            finally:
                peer.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., ScriptedServer]]:
    """Starts a server that plays dialogues."""
    with ExitStack() as stack:
        yield lambda *dialogues: stack.enter_context(ScriptedServer(*dialogues))


@pytest.fixture
def provide(serve: object) -> Iterator[Callable[..., SmtpProvider]]:
    """Makes a provider for a server; keywords are further variables, None unsets one."""
    del serve  # which waits for the providers to leave, and so has to end after them
    with ExitStack() as stack:

        def make(server: Any, **variables: str | None) -> SmtpProvider:
            given = {name: value for name, value in {**server.environ, **variables}.items() if value}
            provider = SmtpProvider(environ.to_config(SmtpProvider.Settings, given))
            stack.callback(provider.close)
            return provider

        yield make


class Clock:
    """The clock of deadlines, which a test may set forward: it need not wait, and no machine is too slow."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return monotonic() + self.ahead


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("cognito_mailroom.deadline.monotonic", clock)
    return clock


@pytest.fixture
def message() -> Message:
    return Message(
        sender=Address("no-reply@acme.example", "Acme"),
        recipient=Address("jane.doe@example.com"),
        subject="Your code",
        text="Your code is\n\n271828\n",
        html="<p>Your code is <b>271828</b></p>",
        variables={"code": "271828"},
        idempotency_key="1f3870be274f6c49b3e31a0c6728957f",
    )


@pytest.fixture
def failure(message: Message) -> Callable[..., MailroomError]:
    """Delivers the message, which must fail with just this kind of error and drag no other along."""

    def fail(kind: type[MailroomError], provider: SmtpProvider, seconds: float = 10.0) -> MailroomError:
        with pytest.raises(kind) as caught:
            provider.mailroom_deliver(message, Deadline(seconds))
        error = caught.value
        assert type(error) is kind
        assert error.__context__ is None
        assert error.__cause__ is None
        assert str(error).endswith(".")
        assert str(error).isprintable()
        return error

    return fail
