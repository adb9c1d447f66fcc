"""Whole events, each behind a proxy that wants a login: KMS and every provider, whatever it is built on."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from typing import Any

import pytest
from cognito_mailroom import Unavailable
from cognito_mailroom.telemetry.record import EventRecord
from cognito_mailroom.testing import certificates
from cognito_mailroom.testing.aws_server import AwsServer
from cognito_mailroom.testing.connect_proxy import ConnectProxy
from cognito_mailroom.testing.exchange import Reply, Request
from cognito_mailroom.testing.http_server import HttpServer
from cognito_mailroom.testing.server_faults import Drip, Stall
from cognito_mailroom.testing.smtp_server import SmtpServer
from cognito_mailroom_mailgun.standin import Mailgun
from cognito_mailroom_postmark.standin import PostmarkServer
from cognito_mailroom_sendgrid.standin import SendGrid
from cognito_mailroom_ses.standin import SesServer

KMS, API, SMTP = "kms.example.test", "api.example.test", "smtp.example.test"
STAND_INS: Mapping[str, Any] = {
    "sendgrid": SendGrid, "mailgun": Mailgun, "postmark": PostmarkServer, "ses": SesServer,
}  # fmt: skip
Send = Callable[..., EventRecord]
Provider = tuple[Mapping[str, str], Mapping[str, int], Sequence[Any]]


@pytest.fixture
def proxy(aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[ConnectProxy]:
    """A proxy that knows KMS, and the settings that lead there."""

    def ask_moto(request: Request) -> Reply:
        moto = HTTPConnection(aws.endpoint_url.removeprefix("http://"))
        moto.request(request.method, request.path, request.body, dict(request.headers))
        answer = moto.getresponse()
        reply = Reply(answer.status, answer.read(), {"Content-Type": answer.headers["Content-Type"]})
        moto.close()
        return reply

    with (
        HttpServer(ask_moto, tls=certificates.server_context(KMS)) as kms,
        ConnectProxy({f"{KMS}:443": kms.port}) as proxy,
    ):
        trust = dict.fromkeys(("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"), str(certificates.ca_file()))
        for name, value in {**proxy.environ, **trust, "AWS_ENDPOINT_URL_KMS": f"https://{KMS}"}.items():
            monkeypatch.setenv(name, value)
        yield proxy


@contextmanager
def provider(name: str) -> Iterator[Provider]:
    """The settings that lead to a provider behind a proxy, where the proxy finds it, and what it took."""
    with ExitStack() as stack:
        if name == "smtp":
            smtp = stack.enter_context(SmtpServer(context=certificates.server_context(SMTP)))
            yield (
                {**smtp.environ, "SMTP_HOST": SMTP, "SMTP_PORT": ""},
                {f"{SMTP}:587": smtp.port},
                smtp.messages,
            )
            return
        stand_in = stack.enter_context(STAND_INS[name]())
        tls = certificates.server_context(API)
        server = stack.enter_context(HttpServer(stand_in.server.application, tls=tls))
        settings = {
            key: text.replace(stand_in.server.url, f"https://{API}") for key, text in stand_in.environ.items()
        }
        yield settings, {f"{API}:443": server.port}, stand_in.messages


@pytest.fixture
def prepare(proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Sequence[Any]]]:
    """``prepare("sendgrid")``: a provider behind the proxy; returns what it takes."""
    with ExitStack() as stack:

        def prepare(name: str) -> Sequence[Any]:
            settings, servers, messages = stack.enter_context(provider(name))
            proxy.servers = {**proxy.servers, **servers}
            monkeypatch.setenv("MAILROOM_PROVIDER", name)
            for key, value in {**settings, "SMTP_PROXY": proxy.url}.items():
                monkeypatch.setenv(key, value)
            return messages

        yield prepare


@pytest.fixture
def deliver(send: Send) -> Send:
    """``deliver(deadline=3)``: one event, with the settings of the environment."""
    return lambda **options: send("sign_up", **{**os.environ, **options})


@pytest.mark.parametrize("name", [*STAND_INS, "smtp"])
def test_a_whole_event_goes_through_the_proxy(
    name: str, proxy: ConnectProxy, prepare: Callable[[str], Sequence[Any]], deliver: Send
) -> None:
    messages = prepare(name)
    assert deliver().outcome == "Delivered"
    assert len(messages) == 1
    assert proxy.tunnels == [f"{KMS}:443", f"{SMTP}:587" if name == "smtp" else f"{API}:443"]
    assert not any("Proxy-Authorization" in request.headers for request in proxy.requests[2:])


@pytest.mark.parametrize("fault", [Stall(), Drip(headers=True), Reply(407), Reply(403), Reply(502)], ids=repr)
@pytest.mark.parametrize("name", [*STAND_INS, "smtp"])
def test_a_proxy_that_fails_the_provider_is_unavailable(
    name: str, fault: Any, proxy: ConnectProxy, prepare: Callable[[str], Sequence[Any]], deliver: Send
) -> None:
    messages = prepare(name)
    proxy.next(proxy.usual, *[fault] * 9)
    variable = "SMTP_PROXY" if name == "smtp" else "HTTPS_PROXY"
    with pytest.raises(Unavailable, match=f"The proxy that {variable} names") as caught:
        deliver(deadline=2.0)
    assert "sentinel" not in f"{caught.value}{caught.value!r}{caught.value.__context__!r}"
    assert messages == []


@pytest.mark.parametrize("fault", [Stall(), Drip(headers=True), Reply(407)], ids=repr)
def test_a_proxy_that_fails_kms_is_unavailable(
    fault: Any, proxy: ConnectProxy, prepare: Callable[[str], Sequence[Any]], deliver: Send
) -> None:
    prepare("sendgrid")
    proxy.next(fault)
    with pytest.raises(Unavailable, match="The proxy that HTTPS_PROXY names"):
        deliver(deadline=1.0)
