"""Server faults for one HTTP request each: stalls, drips, resets, garbage; see `HttpServer.next`."""

from __future__ import annotations

from typing import Protocol

from attrs import frozen

from .exchange import Exchange, Reply

# The longest that anything here goes on, in seconds: a client without a timeout fails a test, and
# does not hang it. The contract tells by it who ignores a deadline, even on a slow machine.
PATIENCE = 6.0


class Behaviour(Protocol):
    """What the server does with one request; a `cognito_mailroom.testing.http.Reply` is one as well."""

    def play(self, exchange: Exchange) -> bool:
        """Called at the first byte of a request; whether the connection stays open."""


@frozen
class Stall:
    """Reads the request and says nothing."""

    def play(self, exchange: Exchange) -> bool:
        """Waits for the client to lose patience."""
        exchange.receive()
        exchange.client_leaves(PATIENCE)
        return False


@frozen
class Drip:
    """The answer byte by byte, so that no single read times out: the body, or the headers as well.

    The application has its say first, so the mail counts as accepted. White space that JSON allows
    stretches the body to outlast any patience.
    """

    headers: bool = False
    interval: float = 0.05

    def play(self, exchange: Exchange) -> bool:
        """Sends one byte an interval."""
        reply = exchange.answer()
        padding = b" " * int(PATIENCE / self.interval)
        content = padding + reply.content
        head = reply.head(len(content))
        if not self.headers:
            exchange.send(head)
            head = b""
        for byte in head + content:
            exchange.send(bytes([byte]))
            if exchange.client_leaves(self.interval):
                break
        return False


@frozen
class ResetBeforeRequest:
    """Resets the connection as soon as a request begins to arrive."""

    def play(self, exchange: Exchange) -> bool:
        """Resets."""
        exchange.reset()
        return False


@frozen
class ResetBeforeAnswer:
    """Reads the whole request, then resets the connection; the application never sees the request."""

    def play(self, exchange: Exchange) -> bool:
        """Reads and resets."""
        exchange.receive()
        exchange.reset()
        return False


@frozen
class CloseBeforeAnswer:
    """Reads the whole request, then closes politely; the application never sees the request."""

    def play(self, exchange: Exchange) -> bool:
        """Reads and closes."""
        exchange.receive()
        return False


@frozen
class LoseAnswer:
    """Does what the application says, and loses its answer: gives another instead, or closes, now or late."""

    instead: Reply | None = None
    late: bool = False

    def play(self, exchange: Exchange) -> bool:
        """Has it done."""
        exchange.answer()
        if self.instead:
            exchange.send(self.instead.head() + self.instead.content)
        elif self.late:
            exchange.client_leaves(PATIENCE)
        return self.instead is not None


@frozen
class CloseAfterAnswer:
    """Answers as the application says and then closes without a word: the next send finds it dead."""

    reset: bool = False

    def play(self, exchange: Exchange) -> bool:
        """Answers and closes."""
        reply = exchange.answer()
        exchange.send(reply.head() + reply.content)
        if self.reset:
            exchange.reset()
        return False


@frozen
class CloseWithinAnswer:
    """Closes half-way through the application's answer."""

    def play(self, exchange: Exchange) -> bool:
        """Sends the headers, and half of the body they promise."""
        reply = exchange.answer()
        content = reply.content or b"  "
        exchange.send(reply.head(len(content)) + content[: len(content) // 2])
        return False


@frozen
class Garbage:
    """Bytes that are no HTTP, or no more than its beginning."""

    data: bytes = b"\x15\x03\x01\x00\x02\x02\x46"
    reset: bool = False

    def play(self, exchange: Exchange) -> bool:
        """Sends them, and closes or resets."""
        exchange.receive()
        exchange.send(self.data)
        if self.reset:
            exchange.reset()
        return False


@frozen
class EndlessBody:
    """A body that is longer than any answer, and whose end never comes."""

    status: int = 200

    def play(self, exchange: Exchange) -> bool:
        """Sends white space, and waits for the client to have had enough of it."""
        exchange.receive()
        exchange.send(f"HTTP/1.1 {self.status} OK\r\nContent-Type: application/json\r\n\r\n".encode())
        for _ in range(256):  # 16 MiB
            exchange.send(b" " * 65_536)
        exchange.client_leaves(PATIENCE)
        return False
