from __future__ import annotations

from collections.abc import Callable, Iterator
from time import monotonic

import pytest
import requests
import trustme
from cognito_mailroom import Deadline, Unavailable
from cognito_mailroom.testing import certificates
from cognito_mailroom.testing.exchange import Reply
from cognito_mailroom.testing.http_server import HttpServer
from cognito_mailroom.testing.server_faults import (
    PATIENCE,
    Behaviour,
    CloseWithinAnswer,
    Drip,
    EndlessBody,
    Garbage,
    ResetBeforeAnswer,
    Stall,
)
from cognito_mailroom.transport.http import HttpClient
from cognito_mailroom.transport.requests import KeptSession

Send = Callable[..., requests.Response]


@pytest.fixture
def session(client: HttpClient) -> Iterator[requests.Session]:
    with KeptSession(client) as session:
        yield session


@pytest.fixture
def send(server: HttpServer, client: HttpClient, session: requests.Session) -> Send:
    """``send("hello")``: as an SDK does that knows of requests alone."""

    def send(body: str = "hello", seconds: float = 10.0) -> requests.Response:
        client.deadline = Deadline(seconds)
        return session.post(f"{server.url}/mails", data=body, timeout=60)

    return send


def test_requests_share_the_clients_connection(server: HttpServer, send: Send) -> None:
    for number in range(20):
        assert send(str(number)).json() == {"path": "/mails", "body": str(number)}
    assert server.connections == 1


def test_of_a_browser_there_is_nothing(server: HttpServer, send: Send) -> None:
    server.next(Reply(302, headers={"Location": f"{server.url}/elsewhere", "Set-Cookie": "a=b"}))
    assert send().status_code == 302
    assert send().json()["path"] == "/mails"
    assert [request.headers.get("Cookie") for request in server.requests] == [None, None]
    assert {request.headers["Accept-Encoding"] for request in server.requests} == {"identity"}


def test_the_sessions_own_headers_and_login_go_along(
    server: HttpServer, client: HttpClient, session: requests.Session
) -> None:
    session.headers["X-Key"] = "k"
    session.auth = ("user", "password")
    client.deadline = Deadline(10)
    session.post(f"{server.url}/mails", {"a": "b"}, timeout=60)
    session.request("GET", f"{server.url}/mails", {"page": "2"}, timeout=60)
    first, second = server.requests
    assert (first.headers["X-Key"], first.form()) == ("k", {"a": ["b"]})
    assert first.headers["Authorization"] == second.headers["Authorization"] == "Basic dXNlcjpwYXNzd29yZA=="
    assert (second.method, second.query) == ("GET", {"page": ["2"]})


def test_what_is_prepared_beforehand_takes_the_same_way(
    server: HttpServer, client: HttpClient, session: requests.Session
) -> None:
    client.deadline = Deadline(10)
    prepared = session.prepare_request(requests.Request("POST", f"{server.url}/mails", data="hello"))
    assert session.send(prepared).json()["body"] == "hello"
    assert server.connections == 1


def test_a_refusal_is_an_answer(server: HttpServer, send: Send) -> None:
    server.next(Reply(429, "slowly", {"Retry-After": "7"}))
    answer = send()
    assert (answer.status_code, answer.text, answer.headers["Retry-After"]) == (429, "slowly", "7")
    assert send().status_code == 202
    assert server.connections == 1


def test_a_kept_connection_that_breaks_is_replaced_once(server: HttpServer, send: Send) -> None:
    send()
    server.next(ResetBeforeAnswer())
    assert send("again").json()["body"] == "again"
    assert (server.connections, len(server.requests)) == (2, 3)


@pytest.mark.parametrize("behaviour", [ResetBeforeAnswer(), CloseWithinAnswer(), Garbage()])
def test_a_fresh_connection_that_breaks_is_unavailable(
    behaviour: Behaviour, server: HttpServer, send: Send
) -> None:
    server.next(behaviour)
    with pytest.raises(Unavailable, match=r"^127\.0\.0\.1 cannot be reached \("):
        send()
    assert len(server.requests) == 1
    assert send().status_code == 202


def test_an_answer_without_an_end_is_unavailable(server: HttpServer, send: Send) -> None:
    server.next(EndlessBody())
    with pytest.raises(Unavailable, match="more than 1048576 bytes"):
        send()
    assert send().status_code == 202


@pytest.mark.parametrize("behaviour", [Stall(), Drip(), Drip(headers=True)])
def test_the_deadline_goes_before_the_sdks_own_timeout(
    behaviour: Behaviour, met: Callable[..., None], send: Send
) -> None:
    def fails(seconds: float) -> None:
        started = monotonic()
        with pytest.raises(Unavailable, match=r"^127\.0\.0\.1 did not answer in time\.$"):
            send(seconds=seconds)
        # The server itself takes longer than that to give up.
        assert monotonic() - started < seconds + PATIENCE - 1

    met(behaviour, fails)


def test_the_authorities_are_the_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    with HttpServer(lambda _: Reply(202), tls=True) as server:
        client = HttpClient(server.url, ca_file=str(server.ca_file))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
        session = KeptSession(client)
        client.deadline = Deadline(10)
        assert session.post(server.url, data=b"", timeout=60).status_code == 202


def test_a_certificate_that_cannot_be_verified_is_shown_once() -> None:
    with HttpServer(lambda _: Reply(202), tls=certificates.server_context(issuer=trustme.CA())) as server:
        client = HttpClient(server.url)
        client.deadline = Deadline(10)
        session = KeptSession(client)
        with pytest.raises(Unavailable, match=r"^The certificate of 127\.0\.0\.1"):
            session.post(server.url, data=b"", timeout=60)
    assert server.connections == 1
