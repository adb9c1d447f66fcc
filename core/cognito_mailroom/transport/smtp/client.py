"""smtplib with a deadline for every wait."""

from __future__ import annotations

import io
import smtplib
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from urllib3.util import wait_for_read

from cognito_mailroom.deadline import Deadline
from cognito_mailroom.transport.sockets import BoundedReader, connect, is_loopback, send_all, time_left

if TYPE_CHECKING:
    from cognito_mailroom.transport.proxy import Proxy

_MAX_REPLY = 65_536  # bytes


class BoundedSmtp(smtplib.SMTP):
    """An SMTP client that is not connected yet; ``hello`` is the name it gives itself.

    All it does may raise OSError, which smtplib's own errors are, and does so when ``deadline`` is over.
    """

    sock: Any

    def __init__(self, hello: str, deadline: Deadline) -> None:
        # Without a name, smtplib would ask DNS for one, for as long as that takes.
        super().__init__(local_hostname=hello)
        self.deadline = deadline
        self._said_more = False

    def __del__(self) -> None:
        self.close()

    def dial(self, host: str, port: int, proxy: Proxy | None = None) -> None:
        """Connects; the server's greeting is yet to be read. This very machine is reached without a proxy.

        Raises:
            Unavailable: the proxy is out of reach or refuses.

        """
        dial = proxy.connect if proxy and not is_loopback(host) else connect
        self.sock = dial(host, port, self.deadline)

    def encrypt(self, tls: ssl.SSLContext, host: str) -> None:
        """Goes on in TLS with a server that proves to be ``host``."""
        self.sock.settimeout(time_left(self.deadline))
        self.sock = tls.wrap_socket(self.sock, server_hostname=host)

    def send(self, s: Any) -> None:
        """Sends before the deadline."""
        if not self.sock:
            raise smtplib.SMTPServerDisconnected("there is no connection")
        try:
            send_all(self.sock, s.encode(self.command_encoding) if isinstance(s, str) else s, self.deadline)
        except OSError:
            self.close()
            raise

    def getreply(self) -> tuple[int, bytes]:
        """Reads a reply before the deadline, however slowly it drips in."""
        reader = _ReplyReader(self.sock, self.deadline)
        self.file = lines = _Lines(reader)
        try:
            return super().getreply()
        finally:
            self._said_more = lines.taken < reader.received

    def has_spoken(self) -> bool:
        """Whether the server said something unasked, such as goodbye to who idles."""
        return self._said_more or (bool(self.sock) and wait_for_read(self.sock, timeout=0))

    def hang_up(self) -> None:
        """Takes leave, waits for no answer, and closes."""
        with suppress(OSError):
            self.putcmd("QUIT")
        self.close()


class _Lines(io.BufferedReader):
    """Knows how much of what it read was asked for."""

    taken = 0

    def readline(self, size: int | None = -1) -> bytes:
        line = super().readline(size)
        self.taken += len(line)
        return line


class _ReplyReader(BoundedReader):
    """Reads one reply, but not one without an end."""

    def readinto(self, buffer: Any) -> int | None:
        if self.received > _MAX_REPLY:
            raise OSError("the reply has no end")
        return super().readinto(buffer)
