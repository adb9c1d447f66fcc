"""HTTPS through the proxy that HTTPS_PROXY names: a strict one, and one that misbehaves."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest
from cognito_mailroom import ConfigurationError, Deadline, Unavailable
from cognito_mailroom.testing import certificates
from cognito_mailroom.testing.connect_proxy import LOGIN, ConnectProxy
from cognito_mailroom.testing.exchange import Reply, Request
from cognito_mailroom.testing.http_server import HttpServer
from cognito_mailroom.testing.server_faults import (
    Behaviour,
    CloseBeforeAnswer,
    Drip,
    Garbage,
    ResetBeforeAnswer,
    ResetBeforeRequest,
    Stall,
)
from cognito_mailroom.transport.answers import Answer
from cognito_mailroom.transport.http import HttpClient
from cognito_mailroom.transport.proxy import Proxy

ORIGIN, TARGET = "https://api.example.test", "api.example.test:443"
NAMED = "The proxy that HTTPS_PROXY names "
Post = Callable[..., Answer]
Fails = Callable[..., str]


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_PROXY", "no_proxy", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[HttpServer]:
    def echo(request: Request) -> Reply:
        return Reply(202, {"body": request.body.decode(), "Proxy": "Proxy-Authorization" in request.headers})

    with HttpServer(echo, tls=certificates.server_context("api.example.test")) as server:
        yield server


@pytest.fixture
def proxy(server: HttpServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[ConnectProxy]:
    with ConnectProxy({TARGET: server.port}) as proxy:
        for name, value in proxy.environ.items():
            monkeypatch.setenv(name, value)
        yield proxy


@pytest.fixture
def client(proxy: ConnectProxy) -> HttpClient:  # noqa: ARG001 - whose variables it reads
    return HttpClient(ORIGIN)


@pytest.fixture
def resolver(server: HttpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any name but the proxy's is the server's: what goes around the proxy arrives there."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (server.host, server.port))]
    look_up = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *args, **options: look_up(host, *args, **options) if host == server.host else found,
    )


def test_requests_share_one_tunnel(proxy: ConnectProxy, server: HttpServer, post: Post) -> None:
    assert [post(str(number)).json() for number in range(3)] == [
        {"body": str(number), "Proxy": False} for number in range(3)
    ]
    assert proxy.tunnels == [TARGET]
    assert server.connections == 1
    [asked] = proxy.requests
    assert asked.headers["Host"] == TARGET


def test_a_tunnel_that_died_is_replaced(proxy: ConnectProxy, post: Post) -> None:
    post()
    proxy.drop_connections()
    assert post("second").json()["body"] == "second"
    assert proxy.tunnels == [TARGET] * 2


def test_what_a_proxy_says_in_between_is_passed_over(proxy: ConnectProxy, fails: Fails) -> None:
    proxy.next(Garbage(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 403 Forbidden\r\n\r\n"))
    assert "answered 403" in fails()


def test_no_byte_that_the_server_says_first_is_lost(proxy: ConnectProxy) -> None:
    proxy.next(Garbage(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n220 mail.example ESMTP\r\n"))
    known = Proxy.parse(proxy.url, "SMTP_PROXY")
    with known.connect("mail.example", 25, Deadline(10)) as connection, connection.makefile("rb") as lines:
        assert lines.readline() == b"220 mail.example ESMTP\r\n"


@pytest.mark.parametrize(
    ("host", "target"),
    [("2001:db8::1", "[2001:db8::1]:25"), ("mäil.example", "xn--mil-qla.example:25")],
)
def test_a_target_is_named_as_http_has_it(host: str, target: str, proxy: ConnectProxy) -> None:
    with pytest.raises(Unavailable, match="answered 502"):
        Proxy.parse(proxy.url, "SMTP_PROXY").connect(host, 25, Deadline(10))
    assert [request.path for request in proxy.requests] == [target]


BROKEN = "cannot be used ({}): check its host and port."


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        (Reply(403, "no"), f"answered 403 to CONNECT {TARGET}: have the proxy let it through."),
        (Reply(502, "x" * 9000), f"answered 502 to CONNECT {TARGET}: have the proxy let it through."),
        (Reply(302), f"answered 302 to CONNECT {TARGET}: have the proxy let it through."),
        (CloseBeforeAnswer(), BROKEN.format("RemoteDisconnected")),
        (ResetBeforeRequest(), BROKEN.format("ConnectionResetError")),
        (ResetBeforeAnswer(), BROKEN.format("ConnectionResetError")),
        (Garbage(), BROKEN.format("BadStatusLine")),
        (Garbage(b"HTTP/1.1 200 OK\r\nX: 1\r\n"), BROKEN.format("IncompleteRead")),
        (Garbage(b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 200), BROKEN.format("HTTPException")),
        (Garbage(b"HTTP/1.1 200 OK\r\n" + (b"X:" + b"1" * 9000 + b"\r\n") * 50), BROKEN.format("OSError")),
        (Garbage(b"HTTP/1.1 101 Switching Protocols\r\n\r\n"), BROKEN.format("HTTPException")),
        (Garbage(b"HTTP/1.1 102 Processing\r\n\r\n" * 99), BROKEN.format("HTTPException")),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_proxy_that_refuses_or_breaks_off(
    behaviour: Behaviour, said: str, proxy: ConnectProxy, fails: Fails, post: Post
) -> None:
    proxy.next(behaviour)
    assert fails() == NAMED + said
    assert proxy.tunnels == []
    assert post().status == 202


@pytest.mark.parametrize("behaviour", [Stall(), Drip(headers=True)])
def test_a_proxy_that_stalls_or_drips(
    behaviour: Behaviour, proxy: ConnectProxy, fails: Fails, post: Post
) -> None:
    proxy.next(behaviour)
    assert fails(0.3) == f"{NAMED}did not answer in time."
    assert post().status == 202


@pytest.mark.parametrize("login", ["", "mailroom@", "mailroom:wrong@", ":@", f"{LOGIN[1]}:{LOGIN[0]}@"])
def test_a_login_that_is_refused_is_for_the_operator_to_check(
    login: str, proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "/" in login:
        login = login.replace("/", "%2F")
    monkeypatch.setenv("https_proxy", f"http://{login}127.0.0.1:{proxy.port}")
    with pytest.raises(Unavailable) as caught:
        HttpClient(ORIGIN).post("/", body=b"", headers={}, deadline=Deadline(10))
    said = f"answered 407 to CONNECT {TARGET}: check the user name and the password in HTTPS_PROXY."
    assert str(caught.value) == NAMED + said
    assert caught.value.__context__ is None


def test_a_proxy_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HTTPS_PROXY", "127.0.0.1:{1}".format(*bound.getsockname()))
        with pytest.raises(Unavailable) as caught:
            HttpClient(ORIGIN).post("/", body=b"", headers={}, deadline=Deadline(10))
    assert str(caught.value) == NAMED + BROKEN.format("ConnectionRefusedError")


def test_the_deadline_bounds_the_handshake_behind_the_proxy(proxy: ConnectProxy, fails: Fails) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        proxy.servers = {TARGET: silent.getsockname()[1]}
        assert fails(0.3) == "api.example.test did not answer in time."


def test_the_certificate_is_the_servers_own(proxy: ConnectProxy, fails: Fails) -> None:
    with HttpServer(lambda _: Reply(), tls=True) as elsewhere:
        proxy.servers = {TARGET: elsewhere.port}
        assert fails().startswith("The certificate of api.example.test cannot be verified")
        assert elsewhere.requests == []


# -- which way a request goes ------------------------------------------------------------------------------


@pytest.mark.usefixtures("resolver")
@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
@pytest.mark.parametrize(
    ("value", "ways"),
    [
        ("", [TARGET]),
        ("*", []),
        ("api.example.test", []),
        ("other.test, API.Example.Test", []),
        ("example.test", []),
        (".example.test", []),
        ("ample.test", [TARGET]),
        ("api.example.test:443", []),
        ("api.example.test:8443", [TARGET]),
        ("127.0.0.1,localhost", [TARGET]),
    ],
)
def test_no_proxy_names_what_goes_around(
    name: str, value: str, ways: list[str], proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    assert HttpClient(ORIGIN).post("/", body=b"", headers={}, deadline=Deadline(10)).status == 202
    assert proxy.tunnels == ways


@pytest.mark.usefixtures("resolver")
@pytest.mark.parametrize(
    ("value", "asked"), [("2001:db8::1", 0), ("[2001:db8::1]", 0), ("[2001:db8::1]:443", 0), ("::1", 1)]
)
def test_an_address_in_brackets_is_known_to_no_proxy_without_them(
    value: str, asked: int, proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", value)
    with pytest.raises(Unavailable, match="certificate" if not asked else "answered 502"):
        HttpClient("https://[2001:db8::1]").post("/", body=b"", headers={}, deadline=Deadline(10))
    assert len(proxy.requests) == asked


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_very_machine_is_reached_directly(host: str, proxy: ConnectProxy) -> None:
    with HttpServer(lambda _: Reply(), tls=True) as here:
        client = HttpClient(f"https://{host}:{here.port}")
        assert client.post("/", body=b"", headers={}, deadline=Deadline(10)).status == 200
    assert proxy.connections == 0


@pytest.mark.usefixtures("resolver")
def test_what_is_not_encrypted_is_not_for_this_proxy(proxy: ConnectProxy, server: HttpServer) -> None:
    client = HttpClient("http://api.example.test", plain=True)
    with pytest.raises(Unavailable, match=r"api\.example\.test cannot be reached"):
        client.post("/", body=b"", headers={}, deadline=Deadline(10))
    assert (proxy.connections, server.connections) == (0, 1)


@pytest.mark.usefixtures("resolver")
def test_lower_case_goes_before_capitals_even_if_it_is_empty(
    proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "")
    assert HttpClient(ORIGIN).post("/", body=b"", headers={}, deadline=Deadline(10)).status == 202
    assert proxy.connections == 0


def test_the_environment_is_read_when_a_client_is_built(
    client: HttpClient, proxy: ConnectProxy, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "socks5://nowhere.invalid")
    assert post().status == 202
    assert client.host == "api.example.test"
    assert proxy.tunnels == [TARGET]


# -- what the variable may say -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "host", "port", "login"),
    [
        ("http://proxy.corp:3128", "proxy.corp", 3128, ""),
        ("http://proxy.corp:3128/", "proxy.corp", 3128, ""),
        ("HTTP://proxy.corp", "proxy.corp", 80, ""),
        ("proxy.corp:3128", "proxy.corp", 3128, ""),
        (" proxy.corp:3128\n", "proxy.corp", 3128, ""),
        ("http://10.0.0.1:8080", "10.0.0.1", 8080, ""),
        ("http://[2001:db8::1]:3128", "2001:db8::1", 3128, ""),
        ("[2001:db8::1]:3128", "2001:db8::1", 3128, ""),
        ("http://user:pass@proxy.corp:3128", "proxy.corp", 3128, "dXNlcjpwYXNz"),
        ("user:pass@proxy.corp:3128", "proxy.corp", 3128, "dXNlcjpwYXNz"),
        ("http://user@proxy.corp", "proxy.corp", 80, "dXNlcjo="),
        ("http://@proxy.corp", "proxy.corp", 80, ""),
        ("http://us%40er:p%2F%3Ass@proxy.corp", "proxy.corp", 80, "dXNAZXI6cC86c3M="),
        ("http://user:p@ss:w@proxy.corp", "proxy.corp", 80, "dXNlcjpwQHNzOnc="),
        ("http://user:pä%C3%A4@proxy.corp", "proxy.corp", 80, "dXNlcjpww6TDpA=="),
    ],
)  # fmt: skip
def test_values(value: str, host: str, port: int, login: str) -> None:
    proxy = Proxy.parse(value, "HTTPS_PROXY")
    assert (proxy.host, proxy.port, proxy.login.reveal()) == (host, port, login)
    assert repr(proxy) == f"Proxy(variable='HTTPS_PROXY', host='{host}', port={port})"


@pytest.mark.parametrize(
    "value",
    [
        "socks5://proxy.corp:1080",
        "socks5h://s3cret@proxy.corp:1080",
        "https://proxy.corp:3128",
        "http:/proxy.corp",
        "http://",
        "http://:3128",
        "http://user:s3cret@",
        "http://proxy.corp:",
        "http://proxy.corp:0",
        "http://proxy.corp:65536",
        "http://proxy.corp:port",
        "http://proxy..corp:3128",
        "http://proxy.corp:3128/path",
        "http://proxy.corp:3128?s3cret",
        "http://user:s3/cret@proxy.corp:3128",
        "http://user:12#s3cret@proxy.corp:3128",
        "http://2001:db8::1:3128",
        "http://" + "a" * 64 + ".corp",
        "one proxy",
        "{'https': 's3cret'}",
    ],
)
def test_a_value_that_cannot_be_used_is_for_an_operator_to_mend(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    with pytest.raises(ConfigurationError) as caught:
        HttpClient(ORIGIN)
    said = "HTTPS_PROXY names no proxy that can be used: want http://user:password@host:port."
    assert str(caught.value) == said
    assert caught.value.__context__ is None
