"""Tunnels through an HTTP proxy, by CONNECT (RFC 9110, 9.3.6), every wait within the deadline."""

from __future__ import annotations

import base64
import re
import socket
from collections.abc import Callable
from http.client import HTTPException
from typing import Any, Self
from urllib import request
from urllib.parse import unquote_to_bytes

from attrs import field, frozen

from cognito_mailroom.deadline import Deadline
from cognito_mailroom.errors import ConfigurationError, Unavailable
from cognito_mailroom.notification import Secret

from . import sockets
from .response import Response

# As curl and requests take it. A login with / ? or # in it must be escaped: else it would be read as a host.
_URL = re.compile(
    r"(?ai)(http://)?((?P<login>[^/?#]*)@)?(?P<host>\[[\da-f:.]+\]|[\w.-]+)(:(?P<port>\d{1,5}))?/?"
)
_DEFAULT_PORT = 80
_MAX_HEAD_BYTES = 65_536


@frozen
class Proxy:
    """A proxy that a variable names; the repr shows no login."""

    variable: str
    host: str
    port: int
    login: Secret = field(repr=False)
    """What Basic authentication sends, in base64; empty where there is none."""

    @classmethod
    def parse(cls, value: str, variable: str) -> Self:
        """From ``http://user:password@host:port``, whose scheme, login and port (80) may be missing.

        Raises:
            ValueError: another scheme, no host, a bad port; the text repeats nothing of the value.

        """
        url = _URL.fullmatch(value.strip())
        port = int(url["port"] or _DEFAULT_PORT) if url else 0
        if not url or not 0 < port < 65_536 or not _is_name(url["host"]):
            raise ValueError("want http://user:password@host:port")
        user, _, password = (url["login"] or "").partition(":")
        login = b":".join(map(unquote_to_bytes, (user, password))) if url["login"] else b""
        return cls(variable, url["host"].strip("[]"), port, Secret(base64.b64encode(login).decode()))

    def connect(self, host: str, port: int, deadline: Deadline) -> socket.socket:
        """A connection to a server by way of the proxy, as `sockets.connect` makes one directly.

        Raises:
            Unavailable: the proxy cannot be reached, refuses, or says nothing sensible in time.

        """
        name = host if host.isascii() else host.encode("idna").decode()
        target = f"[{name}]:{port}" if ":" in name else f"{name}:{port}"
        connection = None
        try:
            connection = sockets.connect(self.host, self.port, deadline)
            status = self._ask(connection, target, deadline)
            connection.settimeout(sockets.time_left(deadline))
        except TimeoutError:
            problem = "did not answer in time"
        except (OSError, HTTPException) as error:
            problem = f"cannot be used ({type(error).__name__}): check its host and port"
        else:
            if 200 <= status < 300:
                return connection
            problem = f"answered {status} to CONNECT {target}: {self._advice(status)}"
        if connection:
            connection.close()
        # Not in an except clause, so that it drags no other exception along.
        raise Unavailable(f"The proxy that {self.variable} names {problem}.")

    def _ask(self, connection: socket.socket, target: str, deadline: Deadline) -> int:
        lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}", "User-Agent: cognito-mailroom"]
        if self.login:
            lines.append(f"Proxy-Authorization: Basic {self.login.reveal()}")
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        head: Any = _HeadReader(connection, deadline)
        with Response(head, method="CONNECT") as answer:
            answer.begin()
            return answer.status

    def _advice(self, status: int) -> str:
        if status == 407:
            return f"check the user name and the password in {self.variable}"
        return "have the proxy let it through"


def https_dial(host: str, port: int) -> Callable[[str, int, Deadline], socket.socket]:
    """How to connect to an https origin where HTTPS_PROXY is set: NO_PROXY and loopback go around it.

    Raises:
        ConfigurationError: it names no proxy that can be used.

    """
    bypass = request.proxy_bypass_environment  # type: ignore[attr-defined]
    # As urllib has it an address of IPv6 is in brackets in NO_PROXY; most people leave them out there.
    names = [f"[{host}]:{port}", host] if ":" in host else [f"{host}:{port}"]
    if sockets.is_loopback(host) or any(map(bypass, names)):
        return sockets.connect
    try:
        return Proxy.parse(request.getproxies_environment()["https"], "HTTPS_PROXY").connect
    except ValueError as error:
        wanted = str(error)
    # Not in the except clause, whose exception knows the value.
    raise ConfigurationError(f"HTTPS_PROXY names no proxy that can be used: {wanted}.")


def _is_name(host: str) -> bool:
    """Whether the system's resolver can be asked for it: a label may be too long, or empty."""
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return True


class _HeadReader(sockets.BoundedReader):
    """Reads byte by byte, and so nothing of what the server behind the proxy says; but not without end."""

    def makefile(self, _mode: str) -> Any:
        return self

    def readinto(self, buffer: Any) -> int | None:
        if self.received > _MAX_HEAD_BYTES:
            raise OSError("the answer has no end")
        return super().readinto(buffer)
