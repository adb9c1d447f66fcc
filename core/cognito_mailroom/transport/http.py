"""An HTTP client for one provider: one connection, kept between mails, within a deadline.

It stands on urllib3, which boto3 brings along. What it adds: the deadline bounds the whole call, and
a kept connection that turns out to be dead is replaced once, as long as no byte of an answer came.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.client import HTTPResponse
from ipaddress import ip_address
from time import monotonic
from typing import Any

import urllib3
from attrs import field, frozen
from urllib3.connection import HTTPConnection, HTTPSConnection

from cognito_mailroom.deadline import Deadline
from cognito_mailroom.errors import ConfigurationError, Unavailable

from . import sockets
from .answers import unreachable

MAX_ANSWER_BYTES = 1_048_576


def base_url(text: str) -> str:
    """A setting's converter: an https URL, or http on this very machine; raises ValueError."""
    # urllib3 quotes what it cannot parse, which may hold a password.
    with suppress(urllib3.exceptions.LocationParseError, UnicodeError):
        url = urllib3.util.parse_url(text)
        plain = text.isprintable() and not set(text) & set(" ?#")
        if plain and url.host and not url.auth and url.host.encode("idna"):
            if url.scheme != "https" and not (url.scheme == "http" and _is_loopback(url.host)):
                raise ValueError("want https, since the key goes along with every mail")
            return text.rstrip("/")
    raise ValueError("want a URL such as https://api.example.com")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


@frozen
class Answer:
    """What the provider answered. The repr shows the status only."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; raises ValueError if it is not one."""
        try:
            value = json.loads(self.body)
        except RecursionError:
            value = None
        if not isinstance(value, dict):
            raise ValueError("the answer is not a JSON object")  # noqa: TRY004 - as json itself does
        return value


class HttpClient:
    """Speaks to one origin; nothing is connected, and the TLS context is built, on construction.

    It serves one call at a time, as a Lambda function does. ``ca_file`` names the authorities to trust
    instead of the default ones; ``plain`` lets http reach other machines too.
    """

    max_idle = 60.0
    """Seconds: providers, and the networks before them, drop what idles for some minutes without a word."""

    def __init__(self, origin: str, *, ca_file: str | None = None, plain: bool = False) -> None:
        url = urllib3.util.parse_url(origin if plain else base_url(origin))
        host = url.host or ""
        self.deadline = Deadline(0)
        self.pool: urllib3.HTTPConnectionPool
        if url.scheme == "https":
            self.pool = _HttpsPool(
                host,
                url.port,
                ssl_context=sockets.tls_context(ca_file or os.environ.get("REQUESTS_CA_BUNDLE")),
                client=self,
            )
        else:
            self.pool = _HttpPool(host, url.port, client=self)
        self.path = (url.path or "").rstrip("/")

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
        self.deadline = deadline
        try:
            response = self.pool.urlopen(
                method, self.path + path, body=body, headers=headers, retries=False, preload_content=False
            )
            content = response.read(MAX_ANSWER_BYTES + 1)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise unreachable(str(self.pool.host), error) from None
        except ValueError:  # whose text quotes the header, and so the key
            raise ConfigurationError(
                f"Nothing was sent to {self.pool.host}: a key or a header holds characters "
                "that HTTP does not allow, such as a line break."
            ) from None
        if len(content) > MAX_ANSWER_BYTES:
            response.close()
            raise Unavailable(f"{self.pool.host} answered with more than {MAX_ANSWER_BYTES} bytes.")
        response.release_conn()
        return Answer(response.status, response.headers, content)


class _Kept(HTTPConnection):
    """A connection that keeps to its client's deadline, and is replaced once if it was dead."""

    def __init__(self, *args: Any, client: HttpClient, **options: Any) -> None:
        super().__init__(*args, **options)
        self._client = client
        self._last_answer: float | None = None
        self._reused = False
        self._reader: sockets.BoundedReader | None = None
        self._send_again: Callable[[], None] = lambda: None
        self.response_class = self._bounded_response  # type: ignore[assignment]

    def _new_conn(self) -> Any:
        return sockets.connect(self._dns_host, self.port, self._client.deadline)

    def request(self, *args: Any, **options: Any) -> None:
        if self._last_answer and monotonic() - self._last_answer > self._client.max_idle:
            self.close()
        self._reused = self._last_answer is not None
        self._reader = None
        self._send_again = lambda: super(_Kept, self).request(*args, **options)
        try:
            self._send_again()
        except OSError as error:
            self._replace(error)

    def getresponse(self) -> Any:
        try:
            response = super().getresponse()
        except OSError as error:
            self._replace(error)
            response = super().getresponse()
        self._last_answer = monotonic()
        return response

    def send(self, data: Any) -> None:
        if self.sock is not None:
            self.sock.settimeout(sockets.time_left(self._client.deadline))
        super().send(data)

    def close(self) -> None:
        self._last_answer = None
        super().close()

    def _replace(self, error: OSError) -> None:
        answered = self._reader is not None and self._reader.received
        if not self._reused or answered or isinstance(error, TimeoutError):
            raise error
        self._reused = False
        self.close()
        self._send_again()

    def _bounded_response(self, connection: Any, *args: Any, **options: Any) -> HTTPResponse:
        response = HTTPResponse(connection, *args, **options)
        self._reader = sockets.BoundedReader(connection, self._client.deadline)
        response.fp.close()
        response.fp = io.BufferedReader(self._reader)
        return response


class _KeptHttps(_Kept, HTTPSConnection):
    """The same over TLS."""


class _HttpPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Kept


class _HttpsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _KeptHttps
