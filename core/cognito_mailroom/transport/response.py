"""An answer over HTTP, as far as its headers; what comes after them, `http.client` reads."""

from __future__ import annotations

import re
from http.client import HTTPException, HTTPResponse, IncompleteRead, UnknownProtocol
from io import BufferedReader

from urllib3 import HTTPHeaderDict

_MAX_LINE_BYTES, _MAX_LINES = 65_536, 100


class Response(HTTPResponse):
    """Takes headers for headers. `http.client` has its e-mail parser read them, at ten times the price.

    To an event that meets a warm function, with an answer of KMS and one of the provider, that is a
    twentieth of its time.
    """

    headers: HTTPHeaderDict  # type: ignore[assignment]

    def begin(self) -> None:
        """Reads as far as the body.

        Raises:
            HTTPException: this is no answer.
            ConnectionError: the server has closed the connection instead.

        """
        self.status = 100
        while self.status == 100:  # go on, it says, though nobody asked
            version, self.status, self.reason = self._read_status()  # type: ignore[attr-defined]
            headers = _headers(self.fp)
        if not version.startswith("HTTP/1."):
            raise UnknownProtocol(version)
        self.headers = headers
        self.chunked = headers.get("Transfer-Encoding", "").lower() == "chunked"
        self.chunk_left = None
        self.length = None if self.chunked else _length(headers.get("Content-Length", ""))
        if self.status < 200 or self.status in {204, 304}:
            self.length = 0
        goes_on = self.chunked or self.length is not None
        goodbye = "close" in headers.get("Connection", "").lower()
        self.will_close = goodbye or not goes_on or version == "HTTP/1.0"


def _headers(answer: BufferedReader) -> HTTPHeaderDict:
    headers = HTTPHeaderDict()
    for _ in range(_MAX_LINES):
        line = answer.readline(_MAX_LINE_BYTES)
        if not line:
            raise IncompleteRead(line)
        if line in {b"\r\n", b"\n"}:
            return headers
        name, _, value = line.decode("iso-8859-1").partition(":")
        headers.add(name, value.strip())
    raise HTTPException(f"more than {_MAX_LINES} headers")


def _length(said: str) -> int | None:
    return int(said) if re.fullmatch("[0-9]{1,18}", said) else None
