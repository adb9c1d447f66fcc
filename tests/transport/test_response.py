"""How far an answer reaches, and what its headers say."""

from __future__ import annotations

import io
from collections.abc import Callable
from http.client import HTTPResponse

import pytest
from cognito_mailroom import Deadline
from cognito_mailroom.testing.http_server import HttpServer
from cognito_mailroom.testing.server_faults import Garbage
from cognito_mailroom.transport.answers import Answer
from cognito_mailroom.transport.http import HttpClient
from cognito_mailroom.transport.response import Response
from hypothesis import given
from hypothesis import strategies as st

OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: 2\r\nContent-Length: 2\r\n",
        b"Transfer-Encoding: chunked\r\ntransfer-encoding: Chunked\r\nContent-Length: 1\r\n",
        b"what is this\r\nX: folded,\r\n Content-Length: 1\r\nContent-Length:\t2 \r\n",
    ],
)
def test_an_answer_is_as_long_as_its_headers_say(
    headers: bytes, server: HttpServer, post: Callable[..., Answer]
) -> None:
    body = b"2\r\n{}\r\n0\r\n\r\n" if b"chunked" in headers else b"{}"
    server.next(Garbage(OK + headers + b"\r\n" + body))
    assert post().json() == {}
    assert post("second").json()["body"] == "second"


def test_what_was_asked_for_the_headers_alone_has_no_body(server: HttpServer, client: HttpClient) -> None:
    server.next(Garbage(OK + b"Content-Length: 20\r\n\r\n"))
    assert client.request("HEAD", "/", body=b"", headers={}, deadline=Deadline(10)).body == b""


@pytest.mark.parametrize("length", ["-1", "two", "9" * 5000, "2, 2", "1_0"])
def test_an_answer_without_a_length_that_can_be_one_ends_with_the_connection(
    length: str, server: HttpServer, post: Callable[..., Answer]
) -> None:
    server.next(Garbage(f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n".encode() + b'{"a": 1}'))
    assert post().json() == {"a": 1}
    assert post("second").json()["body"] == "second"


class _Read:
    """To `http.client`, a socket from which some bytes came."""

    def __init__(self, received: bytes) -> None:
        self.makefile = lambda _mode: io.BufferedReader(io.BytesIO(received))


_NAMES = st.sampled_from(["Content-Length", "Connection", "Retry-After"]) | st.text(
    "abcXYZ019-_!#", min_size=1
)
_VALUES = st.one_of(
    st.sampled_from(["0", "17", "close", "keep-alive, Close"]),
    # neither +2 nor 1_0, which http.client takes for a length
    st.text(st.characters(codec="iso-8859-1", exclude_categories=["Cc", "Z", "Nd"]) | st.just(" ")),
)
_CODINGS = st.tuples(st.just("transfer-encoding"), st.sampled_from(["chunked", "Chunked"]))
_HEADERS = st.lists(_CODINGS | st.tuples(_NAMES, _VALUES), unique_by=lambda header: header[0].lower())


@given(status=st.integers(200, 599), headers=_HEADERS)
def test_an_answer_is_understood_as_http_client_does(status: int, headers: list[tuple[str, str]]) -> None:
    lines = [f"HTTP/1.1 {status} words", *(f"{name}: {value}" for name, value in headers), "", ""]
    received = "\r\n".join(lines).encode("iso-8859-1")
    seen = []
    for kind in (HTTPResponse, Response):
        response = kind(_Read(received))  # type: ignore[arg-type]
        response.begin()
        fields = {name.lower(): value.strip() for name, value in response.headers.items()}
        seen.append((response.status, fields, response.chunked, response.length, response.will_close))
    assert seen[0] == seen[1]
