"""SMTP through the proxy that SMTP_PROXY names; the server is one that only the proxy knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import monotonic
from types import SimpleNamespace
from typing import Any, Literal

import pytest
from cognito_mailroom import Deadline, MailroomError, Message, Unavailable
from cognito_mailroom.testing import (
    Behaviour,
    CloseBeforeAnswer,
    ConnectProxy,
    Drip,
    Garbage,
    Reply,
    Silence,
    SmtpServer,
    Stall,
    certificates,
)
from cognito_mailroom_smtp import SmtpProvider

Provide = Callable[..., SmtpProvider]
Fail = Callable[..., MailroomError]

HOST = "mail.example.test"
NAMED = "The proxy that SMTP_PROXY names "
CHECK_LOGIN = "check the user name and the password in SMTP_PROXY"


@pytest.fixture
def proxy() -> Iterator[ConnectProxy]:
    with ConnectProxy({}) as proxy:
        yield proxy


@pytest.fixture
def behind(proxy: ConnectProxy) -> Callable[[SmtpServer], Any]:
    """``behind(server)``: the same server, by its name behind the proxy."""

    def behind(server: SmtpServer) -> Any:
        port = {"starttls": 587, "tls": 465, "none": 25}[server.security]
        proxy.servers = {f"{HOST}:{port}": server.port}
        settings = {**server.environ, "SMTP_HOST": HOST, "SMTP_PORT": "", "SMTP_PROXY": proxy.url}
        return SimpleNamespace(environ=settings)

    return behind


@pytest.mark.parametrize("security", ["starttls", "tls", "none"])
def test_mails_share_one_tunnel(
    *, security: Literal["starttls", "tls", "none"], proxy: ConnectProxy,
    behind: Callable[[SmtpServer], Any], provide: Provide, message: Message,
) -> None:  # fmt: skip
    with SmtpServer(security=security, context=certificates.server_context(HOST)) as server:
        provider = provide(behind(server))
        for _ in range(2):
            provider.mailroom_deliver(message, Deadline(10))
        assert len(server.messages) == 2
    assert len(proxy.tunnels) == 1


def test_a_tunnel_that_died_is_replaced(
    proxy: ConnectProxy, behind: Callable[[SmtpServer], Any], provide: Provide, message: Message
) -> None:
    with SmtpServer(context=certificates.server_context(HOST)) as server:
        provider = provide(behind(server))
        provider.mailroom_deliver(message, Deadline(10))
        proxy.drop_connections()
        provider.mailroom_deliver(message, Deadline(10))
        assert len(server.messages) == 2
    assert len(proxy.tunnels) == 2


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1"])
def test_this_very_machine_is_reached_directly(
    host: str, proxy: ConnectProxy, provide: Provide, message: Message
) -> None:
    with SmtpServer() as server:
        provide(server, SMTP_HOST=host, SMTP_PROXY=proxy.url).mailroom_deliver(message, Deadline(10))
        assert len(server.messages) == 1
    assert proxy.connections == 0


@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_no_proxy_is_for_https(
    name: str, behind: Callable[[SmtpServer], Any], provide: Provide, message: Message,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv(name, "*")
    with SmtpServer(context=certificates.server_context(HOST)) as server:
        provide(behind(server)).mailroom_deliver(message, Deadline(10))
        assert len(server.messages) == 1


def test_https_proxy_is_not_for_smtp(
    *, proxy: ConnectProxy, behind: Callable[[SmtpServer], Any], provide: Provide, failure: Fail,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    for name in ("HTTPS_PROXY", "https_proxy", "smtp_proxy"):
        monkeypatch.setenv(name, proxy.url)
    with SmtpServer() as server:
        provider = provide(behind(server), SMTP_PROXY=None)
        assert "cannot be reached" in str(failure(Unavailable, provider))
    assert proxy.connections == 0


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        (Reply(403, "no"), f"answered 403 to CONNECT {HOST}:587: have the proxy let it through."),
        (Reply(407), f"answered 407 to CONNECT {HOST}:587: {CHECK_LOGIN}."),
        (Reply(502), f"answered 502 to CONNECT {HOST}:587: have the proxy let it through."),
        (CloseBeforeAnswer(), "cannot be used (RemoteDisconnected): check its host and port."),
        (Garbage(b"220 mail.example ESMTP\r\n"), "cannot be used (BadStatusLine): check its host and port."),
    ],
)  # fmt: skip
def test_a_proxy_that_refuses_or_breaks_off(
    *, behaviour: Behaviour, said: str, proxy: ConnectProxy, behind: Callable[[SmtpServer], Any],
    provide: Provide, failure: Fail, message: Message,
) -> None:  # fmt: skip
    with SmtpServer(context=certificates.server_context(HOST)) as server:
        provider = provide(behind(server))
        proxy.next(behaviour)
        assert str(failure(Unavailable, provider)) == NAMED + said
        assert server.connections == 0
        provider.mailroom_deliver(message, Deadline(10))
        assert len(server.messages) == 1


@pytest.mark.parametrize("behaviour", [Stall(), Drip(headers=True)])
def test_a_proxy_that_stalls_or_drips(
    *, behaviour: Behaviour, proxy: ConnectProxy, behind: Callable[[SmtpServer], Any], provide: Provide,
    failure: Fail,
) -> None:  # fmt: skip
    with SmtpServer() as server:
        provider = provide(behind(server))
        proxy.next(behaviour)
        started = monotonic()
        assert str(failure(Unavailable, provider, seconds=0.3)) == f"{NAMED}did not answer in time."
        assert monotonic() - started < 2.5  # the proxy would go on for four seconds


def test_a_server_that_stalls_behind_the_proxy(
    behind: Callable[[SmtpServer], Any], provide: Provide, failure: Fail
) -> None:
    with SmtpServer(replies={"GREETING": Silence.STALL}) as server:
        error = failure(Unavailable, provide(behind(server)), seconds=0.3)
    assert str(error) == f"The SMTP server {HOST} did not answer in time."
