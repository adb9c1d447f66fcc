from __future__ import annotations

import socket
from collections.abc import Callable

import pytest
import trustme
from cognito_mailroom import ConfigurationError, Deadline, Unavailable
from cognito_mailroom.testing import certificates
from cognito_mailroom.testing.exchange import Reply
from cognito_mailroom.testing.http_server import HttpServer
from cognito_mailroom.testing.server_faults import (
    Behaviour,
    CloseAfterAnswer,
    CloseBeforeAnswer,
    CloseWithinAnswer,
    Drip,
    EndlessBody,
    Garbage,
    ResetBeforeAnswer,
    ResetBeforeRequest,
    Stall,
)
from cognito_mailroom.transport.answers import Answer
from cognito_mailroom.transport.http import HttpClient, base_url

OK = b"HTTP/1.1 200 OK\r\n"
TIMELY = "127.0.0.1 did not answer in time."


def test_a_request_goes_below_the_path_of_the_origin(server: HttpServer) -> None:
    client = HttpClient(f"{server.url}/api/")
    answer = client.post("/v3/mails?x=1", body=b"hello", headers={"X-Key": "k"}, deadline=Deadline(10))
    assert (answer.status, answer.json()) == (202, {"path": "/api/v3/mails", "body": "hello"})
    assert answer.headers["content-TYPE"] == "application/json"
    [request] = server.requests
    assert (request.method, request.query, request.headers["x-key"]) == ("POST", {"x": ["1"]}, "k")
    assert request.headers["accept-encoding"] == "identity"


def test_many_requests_share_one_connection(server: HttpServer, post: Callable[..., Answer]) -> None:
    for number in range(20):
        assert post(str(number)).json()["body"] == str(number)
    assert server.connections == 1


def test_nothing_connects_before_it_must(server: HttpServer) -> None:
    HttpClient(server.url)
    assert server.connections == 0


@pytest.mark.parametrize("status", [200, 204, 400, 401, 429, 500, 503])
def test_a_refusal_is_an_answer_and_keeps_the_connection(
    status: int, server: HttpServer, post: Callable[..., Answer]
) -> None:
    server.next(Reply(status, b"" if status == 204 else "words", {"Retry-After": "7"}))
    answer = post()
    assert (answer.status, answer.headers["Retry-After"]) == (status, "7")
    assert post().status == 202
    assert server.connections == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_for_the_key_would_go_along(
    status: int, server: HttpServer, post: Callable[..., Answer]
) -> None:
    server.next(Reply(status, headers={"Location": f"{server.url}/elsewhere"}))
    assert post().status == status
    assert len(server.requests) == 1


@pytest.mark.parametrize("behaviour", [ResetBeforeRequest(), ResetBeforeAnswer(), CloseBeforeAnswer()])
def test_a_fresh_connection_that_breaks_is_unavailable(
    behaviour: Behaviour, server: HttpServer, fails: Callable[..., str], post: Callable[..., Answer]
) -> None:
    server.next(behaviour)
    assert "cannot be reached" in fails()
    assert server.connections == 1
    assert post().status == 202


@pytest.mark.parametrize("behaviour", [ResetBeforeRequest(), ResetBeforeAnswer(), CloseBeforeAnswer()])
def test_a_kept_connection_that_breaks_is_replaced_once(
    behaviour: Behaviour, server: HttpServer, post: Callable[..., Answer], fails: Callable[..., str]
) -> None:
    post("first")
    server.next(behaviour)
    assert post("second").json()["body"] == "second"
    assert server.connections == 2
    server.next(behaviour, behaviour)
    assert "cannot be reached" in fails()
    assert server.connections == 3


def test_a_connection_that_breaks_while_it_is_written_to_is_replaced_once(
    server: HttpServer, post: Callable[..., Answer]
) -> None:
    post()
    server.next(ResetBeforeRequest(), ResetBeforeAnswer())
    with pytest.raises(Unavailable):
        post("x" * 8_000_000)
    assert server.connections == 2


@pytest.mark.parametrize("end", ["closed", "reset"])
def test_a_connection_that_died_between_two_requests_is_replaced(
    end: str, server: HttpServer, post: Callable[..., Answer]
) -> None:
    for number in range(3):
        assert post(str(number)).json()["body"] == str(number)
        server.drop_connections(reset=end == "reset")
    assert (server.connections, len(server.requests)) == (3, 3)


@pytest.mark.parametrize("end", ["closed", "reset"])
def test_a_server_that_closes_after_each_answer_is_bearable(
    end: str, server: HttpServer, post: Callable[..., Answer]
) -> None:
    server.next(*[CloseAfterAnswer(reset=end == "reset")] * 3)
    assert [post(str(number)).json()["body"] for number in range(3)] == ["0", "1", "2"]


@pytest.mark.parametrize("words", [b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n", b"?"])
def test_a_server_that_spoke_unasked_is_not_taken_at_its_word(
    words: bytes, server: HttpServer, post: Callable[..., Answer]
) -> None:
    body = b"{}"
    head = f"HTTP/1.1 202 Accepted\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    server.next(Garbage(head + body + words))
    assert post("first").status == 202
    assert post("second").json()["body"] == "second"
    assert server.connections == 2


def test_a_client_says_who_it_is(server: HttpServer, client: HttpClient, post: Callable[..., Answer]) -> None:
    post()
    client.post("/", body=b"", headers={"user-agent": "own"}, deadline=Deadline(10))
    assert [request.headers["User-Agent"] for request in server.requests] == ["cognito-mailroom", "own"]


def test_after_an_announced_close_the_next_connection_counts_as_fresh(
    server: HttpServer, post: Callable[..., Answer], fails: Callable[..., str]
) -> None:
    server.next(Reply(202, "{}", {"Connection": "close"}), ResetBeforeAnswer())
    post()
    assert "cannot be reached" in fails()
    assert len(server.requests) == 2


def test_an_idle_connection_is_not_trusted(
    server: HttpServer, client: HttpClient, post: Callable[..., Answer]
) -> None:
    post()
    client.max_idle = 0.0
    post()
    assert server.connections == 2


@pytest.fixture(params=["fresh", "kept"])
def connection(request: pytest.FixtureRequest, server: HttpServer, post: Callable[..., Answer]) -> None:
    """The connection that the next request will go over."""
    if request.param == "kept":
        post()
        server.requests.clear()


@pytest.mark.usefixtures("connection")
@pytest.mark.parametrize("behaviour", [Stall(), Drip(), Drip(headers=True)])
def test_the_deadline_bounds_the_whole_call(
    behaviour: Behaviour,
    server: HttpServer,
    met: Callable[..., str],
    fails: Callable[..., str],
    post: Callable[..., Answer],
) -> None:
    assert met(behaviour, fails) == TIMELY
    assert len(server.requests) == 1
    assert post().status == 202


def test_the_deadline_bounds_the_handshake(fails_to: Callable[..., str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert fails_to(f"https://127.0.0.1:{silent.getsockname()[1]}", 0.2) == TIMELY


def test_without_time_nothing_is_sent(
    server: HttpServer, post: Callable[..., Answer], fails: Callable[..., str]
) -> None:
    assert fails(0) == TIMELY
    assert server.requests == []
    post()
    assert fails(0) == TIMELY
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (CloseWithinAnswer(), "cannot be reached (IncompleteRead)"),
        (Garbage(), "cannot be reached (BadStatusLine)"),
        (Garbage(b"HTTP/1.1 2"), "cannot be reached (BadStatusLine)"),
        (Garbage(b"HTTP/1.1 2", reset=True), "cannot be reached"),
        (Garbage(b"HTTP/2 200 OK\r\nContent-Length: 0\r\n\r\n"), "cannot be reached (UnknownProtocol)"),
        (Garbage(b"HTTP/1.1 200 OK\r\nContent-Le"), "cannot be reached (IncompleteRead)"),
        (Garbage(b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 200), "cannot be reached (HTTPException)"),
        (Garbage(b"HTTP/1.1 200 OK\r\nX:" + b" " * 65_534 + b"\r\n\r\n"), "(IncompleteRead)"),
        (Garbage(OK + b"Content-Length: 2\r\nContent-Length: 1\r\n\r\n{}"), "(HTTPException)"),
        (Garbage(OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), "(HTTPException)"),
        (Garbage(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"), "(IncompleteRead)"),
        (EndlessBody(), "answered with more than 1048576 bytes"),
    ],
)
@pytest.mark.usefixtures("connection")
def test_half_an_answer_is_none_and_nothing_is_sent_again(
    behaviour: Behaviour, words: str, server: HttpServer, fails: Callable[..., str]
) -> None:
    server.next(behaviour)
    assert words in fails()
    assert len(server.requests) == 1


@pytest.mark.parametrize("key", ["evil\nkey", "evil\r\nX-Key: 1", "evil€"])
def test_a_header_that_http_does_not_allow_is_for_an_operator_to_mend(
    key: str, server: HttpServer, client: HttpClient
) -> None:
    with pytest.raises(ConfigurationError, match="a key or a header holds characters") as caught:
        client.post("/", body=b"", headers={"X-Key": key}, deadline=Deadline(10))
    assert caught.value.__suppress_context__
    assert server.requests == []


def test_a_body_of_a_megabyte_is_read(server: HttpServer, post: Callable[..., Answer]) -> None:
    server.next(Reply(200, b"x" * 1_048_576))
    assert len(post().body) == 1_048_576


def test_a_chunked_answer_is_read(server: HttpServer, post: Callable[..., Answer]) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    server.next(Garbage(head + b'3\r\n{"a\r\n5\r\n": 1}\r\n0\r\n\r\n'))
    assert post().json() == {"a": 1}


@pytest.fixture
def fails_to() -> Callable[..., str]:
    """``fails_to(url)``: what the Unavailable says that a post there becomes."""

    def fails_to(url: str, seconds: float = 10.0) -> str:
        with pytest.raises(Unavailable) as caught:
            HttpClient(url).post("/", body=b"", headers={}, deadline=Deadline(seconds))
        return str(caught.value)

    return fails_to


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_refused_connection_is_unavailable(scheme: str, fails_to: Callable[..., str]) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        told = fails_to(f"{scheme}://127.0.0.1:{bound.getsockname()[1]}")
    assert told == "127.0.0.1 cannot be reached (ConnectionRefusedError)."


def test_a_name_that_leads_nowhere_is_unavailable(fails_to: Callable[..., str]) -> None:
    assert fails_to("https://nowhere.invalid") == "nowhere.invalid cannot be reached (gaierror)."


@pytest.mark.parametrize("fault", ["unknown authority", "wrong host"])
def test_a_certificate_that_cannot_be_verified_is_unavailable(
    fault: str, fails_to: Callable[..., str]
) -> None:
    issuer = trustme.CA() if fault == "unknown authority" else None
    context = certificates.server_context(
        "elsewhere.example" if fault == "wrong host" else "127.0.0.1", issuer=issuer
    )
    with HttpServer(lambda _: Reply(), tls=context) as server:
        told = fails_to(server.url)
    assert told == (
        "The certificate of 127.0.0.1 cannot be verified: check the base URL, "
        "or name the authority's file in SSL_CERT_FILE."
    )
    assert server.requests == []


def test_the_authorities_may_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    monkeypatch.setenv("SSL_CERT_FILE", "/dev/null")
    with HttpServer(lambda _: Reply(), tls=True) as server:
        client = HttpClient(server.url, ca_file=str(server.ca_file))
        assert client.post("/", body=b"", headers={}, deadline=Deadline(10)).status == 200
        monkeypatch.setenv("SSL_CERT_FILE", str(server.ca_file))
        assert HttpClient(server.url).post("/", body=b"", headers={}, deadline=Deadline(10)).status == 200


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://api.example.com", "https://api.example.com"),
        ("https://api.example.com/", "https://api.example.com"),
        ("https://api.eu.example.com:8443/v3/", "https://api.eu.example.com:8443/v3"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost:8080/", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("https://api.example.com/v3/~acme/a.b/..c/", "https://api.example.com/v3/~acme/a.b/..c"),
    ],
)
def test_base_url(given: str, kept: str) -> None:
    assert base_url(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        "",
        "api.example.com",
        "https://",
        "https:///v3",
        "ftp://api.example.com",
        "http://api.example.com",
        "http://127.0.0.1.example.com",
        "http://192.0.2.1",
        "https://user:evil@api.example.com",
        "https://evil@api.example.com",
        "https://user:e vil@api.example.com",
        "https://user:evil@api.example.com:port",
        "https://api.example.com?",
        "https://api.example.com?key=x",
        "https://api.example.com#x",
        "https://evil example.com",
        "https://api.example.com\r\nX-Evil: 1",
        "https://api.example.com/v3\r\nX-Evil: 1",
        "https://api.example.com/v3\nX-Evil:1",
        "https://api.example.com:port",
        "https://api.example.com:99999",
        "https://[::1",
        "https://[::1]evil.example",
        "https://api.example.com\\evil",
        "https://evil%2eexample",
        "https://fa\u00df.example",
        "http://\u2460\u0032\u0037.0.0.1",
        "https://api..example.com",
        "https://api.example.com/v3/../v2",
        "https://api.example.com/%c3%a9",
        "https://api.example.com//v3",
        f"https://evil{'a' * 64}.example",
    ],
)
def test_base_url_refuses(given: str) -> None:
    with pytest.raises(ValueError, match="want ") as caught:
        base_url(given)
    assert "evil" not in str(caught.value).lower()


@pytest.mark.parametrize("body", [b"", b"[]", b'"id"', b"{'id': 1}", b"\xff{}", b"[" * 100_000, b"null"])
def test_only_an_object_is_json(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - as json itself words it
        Answer(200, {}, body).json()


def test_the_repr_of_an_answer_shows_the_status_only() -> None:
    assert repr(Answer(200, {"X-Key": "k"}, b"body")) == "Answer(status=200)"
