from __future__ import annotations

import gc
import socket
import ssl
import threading
from collections.abc import Callable, Iterator

import pytest
import requests
from cognito_mailroom.testing import certificates
from cognito_mailroom.testing.exchange import Reply, Request
from cognito_mailroom.testing.http_server import HttpServer
from cognito_mailroom.testing.http_stand_in import HttpStandIn
from cognito_mailroom.testing.server_faults import (
    CloseAfterAnswer,
    CloseBeforeAnswer,
    Drip,
    Garbage,
    LoseAnswer,
    ResetBeforeAnswer,
    ResetBeforeRequest,
    Stall,
)


@pytest.fixture(params=["http", "https"])
def server(request: pytest.FixtureRequest) -> Iterator[HttpServer]:
    with HttpServer(lambda request: Reply(200, request.path), tls=request.param == "https") as server:
        yield server


@pytest.fixture
def session(server: HttpServer) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(server.ca_file)
        yield session


def ask(url: str, **options: object) -> Request:
    """What a server reads of a request that the library requests makes."""
    with HttpServer(lambda _: Reply()) as server, requests.Session() as session:
        session.trust_env = False
        session.request("POST", server.url + url, timeout=10, **options)  # type: ignore[arg-type]
        return server.requests[0]


def test_a_request_is_recorded() -> None:
    request = ask("/v3/send%20it?a=1&a=2&b=", json={"zoë": [1]}, headers={"X-Key": "k"})
    assert (request.method, request.path) == ("POST", "/v3/send%20it")
    assert request.query == {"a": ["1", "2"], "b": [""]}
    assert request.headers["x-key"] == request.headers["X-KEY"] == "k"
    assert request.headers.get("X-Other") is None
    assert request.json() == {"zoë": [1]}
    assert "zo" not in repr(request.body) or "body" not in repr(request)


@pytest.mark.parametrize(
    "options",
    [
        {
            "data": [
                ("to", "zoë@example.com"),
                ("tag", "a"),
                ("tag", "b & c"),
                ("text", "1\r\n\r\n2\n"),
                ("no", ""),
            ]
        },
        {
            "files": [
                ("to", (None, "zoë@example.com")),
                ("tag", (None, "a")),
                ("tag", (None, "b & c")),
                ("text", (None, "1\r\n\r\n2\n")),
                ("no", (None, "")),
            ]
        },
    ],
    ids=["urlencoded", "multipart"],
)
def test_a_form_is_read(options: dict[str, object]) -> None:
    fields = {"to": ["zoë@example.com"], "tag": ["a", "b & c"], "text": ["1\r\n\r\n2\n"], "no": [""]}
    assert ask("/", **options).form() == fields


def test_the_files_of_a_form_are_read_byte_for_byte() -> None:
    files = [
        ("inline", (f"{number}.png", content)) for number, content in enumerate((bytes(range(256)), b"\r\n"))
    ]
    request = ask("/", files=[("to", (None, "zoë@example.com")), *files])
    assert request.form() == {"to": ["zoë@example.com"]}
    assert [(field, (name, content)) for field, name, _, content in request.files()] == files
    assert ask("/", data={"a": "b"}).files() == []


@pytest.mark.parametrize("options", [{"json": {}}, {"data": b"a=1"}])
def test_what_is_no_form_is_not_read_as_one(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="the body is no form"):
        ask("/", **options).form()


@pytest.mark.parametrize(
    ("reply", "kind", "body"),
    [
        (Reply(), "text/plain", b""),
        (Reply(200, b"\xff"), "text/plain", b"\xff"),
        (Reply(200, "ö"), "text/plain", "ö".encode()),
        (Reply(200, {"a": 1}), "application/json", b'{"a": 1}'),
        (Reply(200, [1]), "application/json", b"[1]"),
        (Reply(200, "<p>", {"content-type": "text/html"}), "text/html", b"<p>"),
        (Reply(799, "odd"), "text/plain", b"odd"),
    ],
)
def test_a_reply_is_sent(
    reply: Reply, kind: str, body: bytes, server: HttpServer, session: requests.Session
) -> None:
    server.next(reply)
    answer = session.get(server.url, timeout=10)
    assert (answer.status_code, answer.headers["Content-Type"], answer.content) == (reply.status, kind, body)


def test_connections_are_kept_and_counted(server: HttpServer, session: requests.Session) -> None:
    assert [session.get(f"{server.url}/{n}", timeout=10).text for n in range(3)] == ["/0", "/1", "/2"]
    assert (server.connections, len(server.requests)) == (1, 3)


@pytest.mark.parametrize("reset", ["reset", ""])
def test_connections_are_dropped(reset: str, server: HttpServer, session: requests.Session) -> None:
    session.get(server.url, timeout=10)
    server.drop_connections(reset=bool(reset))
    assert session.get(server.url, timeout=10).status_code == 200
    assert server.connections == 2


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (ResetBeforeRequest(), "ConnectionResetError"),
        (ResetBeforeAnswer(), "ConnectionResetError"),
        (CloseBeforeAnswer(), "RemoteDisconnected"),
        (Garbage(), "BadStatusLine"),
        (Stall(), "timed out"),
        (Drip(headers=True, interval=2.0), "timed out"),
    ],
)
def test_a_script_is_for_one_request(
    behaviour: Stall, error: str, server: HttpServer, session: requests.Session
) -> None:
    if server.url.startswith("https"):
        error += "|RemoteDisconnected"  # as which OpenSSL shows a reset, depending on its version
    server.next(behaviour)
    with pytest.raises(requests.RequestException, match=error):
        # to connect, a busy machine may need a while
        session.get(server.url, timeout=(10, 0.3) if error.startswith("timed out") else 10)
    assert session.get(server.url, timeout=10).status_code == 200


@pytest.mark.parametrize(("reset", "end"), [("reset", ConnectionResetError), ("", None)])
def test_a_connection_ends_after_an_answer(reset: str, end: type[Exception] | None) -> None:
    with HttpServer(lambda _: Reply(204)) as server:
        server.next(CloseAfterAnswer(reset=bool(reset)))
        with socket.create_connection((server.host, server.port), timeout=10) as client:
            client.sendall(b"GET / HTTP/1.1\r\n\r\n")
            with client.makefile("rb") as answer:
                assert answer.readline() == b"HTTP/1.1 204 No Content\r\n"
            if end:
                with pytest.raises(end):
                    client.recv(1)
            else:
                assert client.recv(1) == b""


@pytest.mark.parametrize("instead", [Reply(500), None], ids=["500", "closed"])
def test_an_answer_may_be_lost_when_all_is_done(instead: Reply | None) -> None:
    done: list[Request] = []

    def application(request: Request) -> Reply:
        done.append(request)
        return Reply(204)

    with HttpServer(application) as server:
        server.next(LoseAnswer(instead), LoseAnswer(late=True))
        with socket.create_connection((server.host, server.port), timeout=10) as client:
            client.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert client.recv(12) == (b"HTTP/1.1 500" if instead else b"")
        with socket.create_connection((server.host, server.port), timeout=10) as client:
            client.sendall(b"GET / HTTP/1.1\r\n\r\n")
            client.settimeout(0.1)
            with pytest.raises(TimeoutError):
                client.recv(1)
        assert len(done) == len(server.requests)


def test_a_body_that_drips_arrives_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cognito_mailroom.testing.server_faults.PATIENCE", 0.05)
    with HttpServer(lambda _: Reply(200, {"a": 1})) as server, requests.Session() as session:
        session.trust_env = False
        server.next(Drip(interval=0.001))
        assert session.get(server.url, timeout=10).json() == {"a": 1}


@pytest.mark.parametrize(
    "garbage", [b"\r\n\r\n", b"hello\r\n", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf"]
)
def test_what_is_no_request_is_not_recorded(garbage: bytes) -> None:
    with HttpServer(lambda _: Reply()) as server:
        with socket.create_connection((server.host, server.port)) as client:
            client.sendall(garbage)
            client.shutdown(socket.SHUT_WR)
            assert client.recv(1) == b""
        assert server.requests == []


def test_what_the_application_raises_is_raised_in_the_end() -> None:
    def application(_: Request) -> Reply:
        raise LookupError("a field is missing")

    def status_line(server: HttpServer) -> bytes:
        with socket.create_connection((server.host, server.port)) as client:
            client.sendall(b"GET / HTTP/1.1\r\n\r\n")
            return client.recv(12)

    with pytest.raises(LookupError, match="a field is missing"), HttpServer(application) as server:
        assert status_line(server) == b"HTTP/1.1 500"


def test_no_thread_and_no_socket_outlives_the_server(fd_count: Callable[[], int]) -> None:
    certificates.ca_file()
    gc.collect()
    threads, files = set(threading.enumerate()), fd_count()
    with (
        HttpServer(lambda _: Reply(), tls=True) as server,
        socket.create_connection((server.host, server.port)),
        requests.Session() as session,
    ):
        session.trust_env = False
        server.next(Stall())
        with pytest.raises(requests.Timeout):
            session.get(server.url, timeout=0.1, verify=str(server.ca_file))
    # Fewer there may be: what other tests left ends when it likes.
    assert set(threading.enumerate()) <= threads
    assert fd_count() <= files


@pytest.fixture
def fd_count() -> Callable[[], int]:
    """How many sockets and files are open, as the number of the next one tells."""

    def count() -> int:
        with socket.socket() as probe:
            return probe.fileno()

    return count


def test_a_client_that_does_not_trust_the_server_is_no_failure_of_it(server: HttpServer) -> None:
    if server.url.startswith("https"):
        with socket.create_connection((server.host, server.port)) as plain, pytest.raises(ssl.SSLError):
            ssl.create_default_context(cadata="").wrap_socket(plain, server_hostname="127.0.0.1")
    with socket.create_connection((server.host, server.port)):
        pass  # leaves before the handshake
    assert server.requests == []


def test_a_stand_in_is_a_server_with_settings() -> None:
    class Acme(HttpStandIn):
        @property
        def environ(self) -> dict[str, str]:
            return {"ACME_BASE_URL": self.server.url}

        def answer(self, request: Request) -> Reply:
            return Reply(200, request.method)

    with Acme() as acme, requests.Session() as session:
        session.trust_env = False
        assert session.get(acme.environ["ACME_BASE_URL"], timeout=10).text == "GET"
        assert acme.messages == []
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((acme.server.host, acme.server.port))
