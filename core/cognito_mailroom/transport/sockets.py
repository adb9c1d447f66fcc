"""Sockets that keep to a deadline, against servers that stall and servers that drip."""

from __future__ import annotations

import codecs
import io
import os
import socket
import ssl
import time
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cognito_mailroom.errors import ConfigurationError

from .name_lookup import addresses

if TYPE_CHECKING:
    from cognito_mailroom.deadline import Deadline


def tls_context(ca_file: str | Path | None = None) -> ssl.SSLContext:
    """A context that checks certificates, against the system's authorities or those of a file.

    To read the system's takes some 20 ms, so whoever trusts the same shares one.

    Raises:
        ConfigurationError: the file cannot be read, or holds no certificate.

    """
    path = str(ca_file) if ca_file else None
    return _tls_context(path, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@cache
def _tls_context(ca_file: str | None, *_: str | None) -> ssl.SSLContext:
    try:
        if ca_file and (content := Path(ca_file).read_bytes()).startswith(codecs.BOM_UTF8):
            # OpenSSL would not see the first certificate behind the mark.
            return ssl.create_default_context(cadata=content.decode("ascii", "ignore"))
        return ssl.create_default_context(cafile=ca_file)
    except OSError:
        raise ConfigurationError(
            "The file of certificate authorities cannot be read: check the setting that names it, "
            "or AWS_CA_BUNDLE and REQUESTS_CA_BUNDLE."
        ) from None


def is_loopback(host: str) -> bool:
    """Whether a name or an address is this very machine's."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def time_left(deadline: Deadline) -> float:
    """The seconds that are left, as a socket's timeout; raises TimeoutError when there are none."""
    if left := deadline.remaining():
        return left
    raise TimeoutError("the deadline is over")


def send_all(connection: socket.socket, data: bytes, deadline: Deadline) -> None:
    """Sends before the deadline. Over TLS a plain timeout starts anew with each 16 kB that somebody takes."""
    rest = memoryview(data)
    while rest:
        connection.settimeout(time_left(deadline))
        rest = rest[connection.send(rest) :]


def uptime() -> float:
    """Seconds of a clock that goes on while the machine is suspended, where the system has one.

    Lambda freezes a function between two events. What a server or a network drops meanwhile is judged by it.
    """
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def connect(host: str, port: int, deadline: Deadline) -> socket.socket:
    """A connection to the first address that answers; each gets an equal share of the time left.

    Raises:
        OSError: no address answered, or the name is unknown.

    """
    time_left(deadline)
    found = addresses(host, port, deadline)
    for untried in range(len(found), 0, -1):
        family, kind, protocol, _, address = found[-untried]
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(time_left(deadline) / untried)
            connection.connect(address)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.settimeout(time_left(deadline))
        except OSError:
            connection.close()
            if untried == 1:
                raise
        else:
            return connection
    raise OSError("the name has no address")


class BoundedReader(io.RawIOBase):
    """Reads from a socket until a deadline: a plain timeout starts anew with every byte that drips in."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self.deadline = deadline
        self.received = 0
        self._connection = connection
        self._raw = connection.makefile("rb", buffering=0)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Itself, buffered: to `http.client` it looks like a socket."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Reads what has arrived; raises TimeoutError when the deadline is over."""
        self._connection.settimeout(time_left(self.deadline))
        count: int | None = self._raw.readinto(buffer)
        self.received += count or 0
        return count

    def close(self) -> None:
        """Gives up the reader's hold on the socket."""
        self._raw.close()
        super().close()
