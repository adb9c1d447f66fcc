"""An HTTP client for one provider: one connection, kept between mails, within a deadline.

It stands on the standard library's `http.client`, as urllib3 does. What it adds: the deadline bounds the
whole call, and a kept connection that turns out to be dead is replaced once, as long as no byte of an
answer came.

Why it is not urllib3 itself: a prototype on urllib3 was measured beside this one. It took 9 to 12 % more CPU
for each warm mail (2.18 instead of 1.94 ms with SendGrid), gained nothing at import, and was 5 to 9 %
shorter. It understood answers less well: a connection that ended within the headers counted as a whole
answer, the framing of `gzip, chunked` was passed on as the body, a junk line among the headers hid the
length, and an https proxy that dripped outlasted a deadline of 0.5 s by 19 s.
"""

from __future__ import annotations

import os
import re
import socket
import ssl
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException, IncompleteRead
from typing import Any, cast
from urllib.parse import urlsplit
from weakref import finalize

from urllib3.util import wait_for_read

from cognito_mailroom.deadline import Deadline
from cognito_mailroom.errors import ConfigurationError, MailroomError, Unavailable

from . import sockets
from .answers import Answer, unreachable
from .response import Response

MAX_ANSWER_BYTES = 1_048_576
# What everybody reads alike and nobody rewrites, as some do with percent signs and dots.
_URL = re.compile(r"(?ai)https?://(\[[\da-f:.]+\]|[\w.-]+)(:\d+)?(/(?!\.{1,2}(/|$))[\w.~-]+)*/?")


def base_url(text: str) -> str:
    """A setting's converter: an https URL, or http on this very machine; raises ValueError."""
    try:
        url = urlsplit(text if _URL.fullmatch(text) else "")
        host, _ = url.hostname or "", url.port
        host.encode("idna")  # which fails for what cannot be a name
    except ValueError:  # whose words quote the URL, which may hold a password
        host = ""
    if not host:
        raise ValueError("want a URL such as https://api.example.com")
    if url.scheme != "https" and not sockets.is_loopback(host):
        raise ValueError("want https, since the key goes along with every mail")
    return text.rstrip("/")


class HttpClient:
    """Speaks to one origin; nothing is connected, and the TLS context is built, on construction.

    It serves one call at a time, as a Lambda function does. ``ca_file`` names the authorities to trust
    instead of the default ones; ``plain`` lets http reach other machines too. An https origin is reached
    through the proxy that HTTPS_PROXY names, unless NO_PROXY has its host or it is on this very machine.

    Raises:
        ValueError: the origin is no `base_url`.
        ConfigurationError: HTTPS_PROXY names no proxy that can be used, or the authorities cannot be read.

    """

    max_idle = 60.0
    """Seconds: providers, and the networks before them, drop what idles for some minutes without a word."""

    def __init__(self, origin: str, *, ca_file: str | None = None, plain: bool = False) -> None:
        url = urlsplit(origin if plain else base_url(origin))
        self.host, self.path = url.hostname or "", url.path.rstrip("/")
        self.deadline = Deadline(0)
        secure = url.scheme == "https"
        tls = sockets.tls_context(ca_file or os.environ.get("REQUESTS_CA_BUNDLE")) if secure else None
        dial = _dial(self.host, url.port or 443) if secure else sockets.connect
        self._connection = _KeptConnection(self.host, url.port, tls, dial)

    def post(self, path: str, *, body: bytes, headers: Mapping[str, str], deadline: Deadline) -> Answer:
        """Posts a body, as `request` does."""
        return self.request("POST", path, body=body, headers=headers, deadline=deadline)

    def request(
        self, method: str, path: str, *, body: bytes, headers: Mapping[str, str], deadline: Deadline
    ) -> Answer:
        """Sends a request and returns whatever the provider answers, a refusal included.

        Raises:
            Unavailable: there was no whole answer before the deadline.
            ConfigurationError: a header, such as the one with the key, is not one that HTTP allows.

        """
        self.deadline = self._connection.deadline = deadline
        if not any(name.lower() == "user-agent" for name in headers):
            headers = {**headers, "User-Agent": "cognito-mailroom"}  # some gateways turn away who gives none
        try:
            with self._connection.ask(method, self.path + path, body, headers, self.max_idle) as response:
                content = response.read(MAX_ANSWER_BYTES + 1)
            if len(content) <= MAX_ANSWER_BYTES and response.length:
                raise IncompleteRead(content, response.length)
        except MailroomError:  # a proxy's
            self._connection.close()
            raise
        except (HTTPException, OSError) as error:
            self._connection.close()
            raise unreachable(self.host, error) from None
        except ValueError:  # whose text quotes the header, and so the key
            self._connection.close()
            raise ConfigurationError(
                f"Nothing was sent to {self.host}: a key or a header holds characters "
                "that HTTP does not allow, such as a line break."
            ) from None
        if len(content) > MAX_ANSWER_BYTES:
            self._connection.close()
            raise Unavailable(f"{self.host} answered with more than {MAX_ANSWER_BYTES} bytes.")
        return Answer(response.status, response.headers, content)


Dial = Callable[[str, int, Deadline], socket.socket]
"""Connects to a host's port, or raises OSError or a MailroomError."""


def _dial(host: str, port: int) -> Dial:
    """How to connect to an https origin, as the environment says at the moment."""
    from urllib.request import getproxies_environment  # which botocore has imported anyway

    if not getproxies_environment().get("https", "").strip():
        return sockets.connect
    from .proxy import https_dial

    return https_dial(host, port)


class _KeptConnection(HTTPConnection):
    """A connection that keeps to a deadline, and is replaced once if it was dead."""

    def __init__(self, host: str, port: int | None, tls: ssl.SSLContext | None, dial: Dial) -> None:
        self.default_port = 443 if tls else 80  # which is left out of the Host header
        super().__init__(host, port or self.default_port)
        self.deadline = Deadline(0)
        self._tls, self._dial = tls, dial
        self._last_answer = 0.0
        self._reader: Any = None
        self._at_end: finalize[..., Any] | None = None
        self._unsent: list[bytes] = []
        self.response_class = self._bounded_response  # type: ignore[assignment]

    def ask(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], max_idle: float
    ) -> Response:
        """Sends a request, and returns the answer as far as its headers."""
        if sockets.uptime() - self._last_answer > max_idle or self._has_spoken():
            self.close()
        kept, self._reader = self.sock is not None, None
        try:
            response = self._ask(method, path, body, headers)
        except OSError as error:
            answered = self._reader is not None and self._reader.received
            if not kept or answered or isinstance(error, TimeoutError):
                raise
            self.close()
            response = self._ask(method, path, body, headers)
        self._last_answer = sockets.uptime()
        return response

    def connect(self) -> None:
        """Connects, through a proxy or not, and goes on in TLS where that is wanted, before the deadline."""
        connection = self._dial(self.host, self.port, self.deadline)
        if self._tls:  # which closes the connection if it fails
            connection = self._tls.wrap_socket(connection, server_hostname=self.host)
        self.sock = connection
        if self._at_end:
            self._at_end.detach()
        # Nobody closes a client that lives as long as the function; __del__ would come too late in a cycle.
        self._at_end = finalize(self, connection.close)

    def send(self, data: Any) -> None:
        """Waits for the rest of the request, so that all of it is sent at once."""
        self._unsent.append(data)

    def _has_spoken(self) -> bool:
        """Whether the server said something since its last answer: goodbye, or what nobody asked."""
        return self.sock is not None and wait_for_read(self.sock, timeout=0)

    def _ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Response:
        self._unsent.clear()
        self.request(method, path, body, headers)
        if self.sock is None:
            self.connect()
        try:
            sockets.send_all(self.sock, b"".join(self._unsent), self.deadline)
        except TimeoutError:
            raise
        except OSError as broken:  # a server that refuses a request may say so before it has read it all
            try:
                return cast("Response", self.getresponse())
            except (HTTPException, OSError):
                raise broken from None
        return cast("Response", self.getresponse())

    def _bounded_response(self, connection: Any, *args: Any, **options: Any) -> Response:
        self._reader = sockets.BoundedReader(connection, self.deadline)
        return Response(self._reader, *args, **options)
