"""An answer over HTTP, as far as its headers; what comes after them, `http.client` reads."""

from __future__ import annotations

from http.client import HTTPException, HTTPResponse, IncompleteRead, UnknownProtocol
from io import BufferedReader

from urllib3 import HTTPHeaderDict

_MAX_LINE_BYTES, _MAX_LINES = 65_536, 100
_MAX_INTERIM = 16


class Response(HTTPResponse):
    """Takes headers for headers. `http.client` has its e-mail parser read them, at ten times the price.

    To an event that meets a warm function, with an answer of KMS and one of the provider, that is 2 to 5 %
    of its time.
    """

    headers: HTTPHeaderDict  # type: ignore[assignment]

    def begin(self) -> None:
        """Reads as far as the body.

        Raises:
            HTTPException: this is no answer, or not clear where it ends.
            ConnectionError: the server has closed the connection instead.

        """
        for _ in range(_MAX_INTERIM + 1):  # RFC 9110, 15.2: they are passed over, though nobody asked
            version, self.status, self.reason = self._read_status()  # type: ignore[attr-defined]
            headers = _headers(self.fp)
            if self.status == 101 or self.status >= 200:
                break
        if self.status < 200:
            raise HTTPException("an interim answer, or one in another protocol, and no other")
        if not version.startswith("HTTP/1."):
            raise UnknownProtocol(version)
        self.headers = headers
        codings = {coding.lower() for coding in headers.getlist("Transfer-Encoding")}
        lengths = set(headers.getlist("Content-Length"))
        if codings - {"chunked"} or len(lengths) > 1:
            raise HTTPException("an answer of unknown length")
        self.chunked, self.chunk_left = bool(codings), None
        self.length = None if codings else _length(*lengths)
        if self.status in {204, 304} or self._method == "HEAD":  # type: ignore[attr-defined]
            self.length = 0
        goes_on = self.chunked or self.length is not None
        goodbye = "close" in headers.get("Connection", "").lower()
        self.will_close = goodbye or not goes_on or version == "HTTP/1.0"


def _headers(answer: BufferedReader) -> HTTPHeaderDict:
    headers = HTTPHeaderDict()
    for _ in range(_MAX_LINES):
        line = answer.readline(_MAX_LINE_BYTES)
        if not line.endswith(b"\n"):
            raise IncompleteRead(b"")
        if line in {b"\r\n", b"\n"}:
            return headers
        # Whatever else a server may say here is a header that nobody looks for: the mail may be on its way.
        name, _, value = line.decode("iso-8859-1").partition(":")
        headers.add(name, value.strip(" \t\r\n"))
    raise HTTPException(f"more than {_MAX_LINES} headers")


def _length(said: str = "") -> int | None:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else None
