"""HTTP requests and replies, and the server's end of a connection."""

from __future__ import annotations

import http
import json
import socket
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from email import policy
from email.message import MIMEPart
from email.parser import BytesParser
from http.client import parse_headers
from select import select
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

from attrs import field, frozen
from urllib3 import HTTPHeaderDict

_ABORT = struct.pack("ii", 1, 0)  # a linger of no time at all: close() discards and resets


@frozen
class Request:
    """A request as the server read it."""

    method: str
    path: str
    """Without the query, still percent-encoded; of CONNECT, the host and the port."""
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    """In whatever case you ask for them."""
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """The body as JSON; raises ValueError if it is none."""
        return json.loads(self.body)

    def form(self) -> dict[str, list[str]]:
        """The fields of a form, urlencoded or multipart; raises ValueError if the body is neither."""
        if self._is_urlencoded:
            return parse_qs(self.body.decode(), keep_blank_values=True)
        fields: dict[str, list[str]] = {}
        for name, part in self._parts():
            if part.get_filename() is None:
                fields.setdefault(name, []).append(_payload(part).decode())
        return fields

    def files(self) -> list[tuple[str, str, str, bytes]]:
        """The files of a form: field, name, media type and content; raises ValueError if the body is none."""
        return [
            (field, name, part.get_content_type(), _payload(part))
            for field, part in ([] if self._is_urlencoded else self._parts())
            if (name := part.get_filename()) is not None
        ]

    @property
    def _is_urlencoded(self) -> bool:
        return self.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded")

    def _parts(self) -> Iterator[tuple[str, MIMEPart]]:
        kind = self.headers.get("Content-Type", "")
        if not kind.startswith("multipart/form-data"):
            raise ValueError(f"the body is no form but {kind or 'without a content type'}")
        header = f"Content-Type: {kind}\r\n\r\n".encode()
        for part in BytesParser(policy=policy.HTTP).parsebytes(header + self.body).iter_parts():
            yield str(part.get_param("name", "", header="Content-Disposition")), part


def _payload(part: MIMEPart) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _encoded(body: bytes | str | Mapping[str, Any] | list[Any]) -> bytes:
    if isinstance(body, bytes):
        return body
    return (body if isinstance(body, str) else json.dumps(body)).encode()


@frozen
class Reply:
    """An answer; a mapping or a list goes out as JSON. In a script it is given without asking anybody."""

    status: int = 200
    body: bytes | str | Mapping[str, Any] | list[Any] = b""
    headers: Mapping[str, str] = field(factory=dict)

    @property
    def content(self) -> bytes:
        """The body as it travels."""
        return _encoded(self.body)

    def head(self, length: int | None = None) -> bytes:
        """The status line and the headers, for a body of ``length`` bytes; None: of its own length."""
        kind = "text/plain" if isinstance(self.body, bytes | str) else "application/json"
        headers = HTTPHeaderDict({"Content-Type": kind})
        headers.update(self.headers)
        if self.status != http.HTTPStatus.NO_CONTENT:
            headers["Content-Length"] = str(len(self.content) if length is None else length)
        known = {each.value: each.phrase for each in http.HTTPStatus}
        lines = [f"HTTP/1.1 {self.status} {known.get(self.status, 'Unknown')}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def play(self, exchange: Exchange) -> bool:
        """Answers the next request with this."""
        exchange.receive()
        exchange.send(self.head() + self.content)
        return True


class Exchange:
    """The server's end of one connection; what server faults are written with."""

    def __init__(
        self, connection: socket.socket, application: Callable[[Request], Reply], log: list[Request]
    ) -> None:
        self._connection = connection
        self._reader = connection.makefile("rb")
        self._application = application
        self._log = log

    def arrives(self) -> bool:
        """Waits for the first byte of a request; False if the client leaves instead."""
        return bool(self._reader.peek(1))

    def receive(self) -> Request:
        """Reads the request to its end; raises ConnectionError if it has none."""
        line = self._reader.readline(65_537).decode("latin-1").split()
        if len(line) != 3:
            raise ConnectionError("what arrived is not an HTTP request")
        method, target, _ = line
        headers = HTTPHeaderDict(parse_headers(self._reader).items())
        length = int(headers.get("Content-Length", "0"))
        body = self._reader.read(length)
        if len(body) < length:
            raise ConnectionError("the client left within its request")
        parts = SplitResult("", "", target, "", "") if method == "CONNECT" else urlsplit(target)
        request = Request(method, parts.path, parse_qs(parts.query, keep_blank_values=True), headers, body)
        self._log.append(request)
        return request

    def answer(self) -> Reply:
        """Reads the request, and asks the application."""
        return self._application(self.receive())

    def send(self, data: bytes) -> None:
        """Sends bytes; raises OSError once the client has left."""
        self._connection.sendall(data)

    def relay(self, server: socket.socket) -> None:
        """Passes bytes between the client and another server, until either leaves."""
        other = {self._connection: server, server: self._connection}
        while True:
            for end in select(list(other), [], [])[0]:
                if not (data := end.recv(65_536)):
                    return
                other[end].sendall(data)

    def client_leaves(self, within: float) -> bool:
        """Waits for the client, or the server as a whole, to close; False if neither does in that time."""
        self._connection.settimeout(within)
        try:
            while self._connection.recv(1024):
                pass  # what is said now is not listened to
        except TimeoutError:
            return False
        except OSError:
            return True
        finally:
            self._connection.settimeout(None)
        return True

    def reset(self) -> None:
        """Breaks the connection with a reset (RST) instead of a polite end."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
        self.close()

    def close(self) -> None:
        """Ends the connection."""
        self._reader.close()
        self._connection.close()

    def interrupt(self, *, reset: bool = False) -> None:
        """Ends whatever another thread waits for on this connection, which then closes or resets it."""
        with suppress(OSError):
            if reset:
                self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
            # Not SSLSocket.shutdown, which takes the TLS state from under the other thread.
            socket.socket.shutdown(self._connection, socket.SHUT_RD if reset else socket.SHUT_RDWR)
