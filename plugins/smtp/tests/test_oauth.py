"""XOAUTH2 against a mail server that takes tokens, and an endpoint that gives them."""

from __future__ import annotations

import base64
import logging
import sys
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

import pytest
from cognito_mailroom import (
    ConfigurationError,
    CredentialsRefused,
    Deadline,
    MailroomError,
    Message,
    RateLimited,
    Unavailable,
)
from cognito_mailroom.testing import Drip, HttpServer, Reply, Request, SmtpServer, Stall
from cognito_mailroom_smtp import SmtpProvider

Provide = Callable[..., SmtpProvider]
Fail = Callable[..., MailroomError]

CLIENT = {
    "SMTP_OAUTH_CLIENT_ID": "client-of-acme",
    "SMTP_OAUTH_CLIENT_SECRET": "sentinel~secret+of acme",
}
REFRESH = {"SMTP_OAUTH_REFRESH_TOKEN": "1//sentinel-refresh-token"}
SCOPE = {"SMTP_OAUTH_SCOPE": "https://a.example/.default b"}
TOKEN = "sentinel.access.token-"  # and a number; Microsoft's have some thousand characters
PADDING = "x" * 3000


class Endpoint:
    """Gives tokens by RFC 6749, 4.4 and 6, a new one each time; ``more`` is what else its answers say."""

    def __init__(self) -> None:
        self.server = HttpServer(self.answer)
        self.more: dict[str, Any] = {"expires_in": 3599}
        self.given: list[str] = []

    @property
    def environ(self) -> dict[str, str]:
        return {**CLIENT, "SMTP_OAUTH_TOKEN_URL": f"{self.server.url}/tenant/oauth2/v2.0/token"}

    @property
    def forms(self) -> list[dict[str, list[str]]]:
        return [request.form() for request in self.server.requests]

    def answer(self, request: Request) -> Reply:
        assert (request.method, request.path) == ("POST", "/tenant/oauth2/v2.0/token")
        self.given.append(f"{TOKEN}{len(self.given)}{PADDING}")
        return Reply(200, {"token_type": "Bearer", "access_token": self.given[-1], **self.more})


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    endpoint = Endpoint()
    with endpoint.server:
        yield endpoint


@pytest.fixture
def server(endpoint: Endpoint) -> Iterator[SmtpServer]:
    """Takes whatever tokens the endpoint has given."""
    with SmtpServer(access_tokens=endpoint.given) as server:
        yield server


@pytest.fixture
def wall_clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How many seconds the wall clock is ahead, to be set."""
    ahead = [0.0]
    monkeypatch.setattr("cognito_mailroom_smtp.oauth.time", lambda: monotonic() + ahead[0])
    return ahead


def deliver(provider: SmtpProvider, message: Message) -> None:
    provider.mailroom_deliver(message, Deadline(10))


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (SCOPE, {"grant_type": ["client_credentials"], "scope": ["https://a.example/.default b"]}),
        (REFRESH, {"grant_type": ["refresh_token"], "refresh_token": ["1//sentinel-refresh-token"]}),
    ],
    ids=["client credentials", "refresh token"],
)
def test_a_token_is_fetched_and_taken(
    given: dict[str, str],
    sent: dict[str, list[str]],
    *,
    endpoint: Endpoint,
    server: SmtpServer,
    provide: Provide,
    message: Message,
) -> None:
    deliver(provide(server, **endpoint.environ, **given), message)
    assert len(server.messages) == 1
    client = {name.removeprefix("SMTP_OAUTH_").lower(): [value] for name, value in CLIENT.items()}
    assert endpoint.forms == [{**client, **sent}]


def test_a_token_is_kept_until_just_before_it_expires(
    endpoint: Endpoint, server: SmtpServer, provide: Provide, message: Message, wall_clock: list[float]
) -> None:
    provider = provide(server, **endpoint.environ)
    fetched = []
    for wall_clock[0] in (0.0, 3500.0, 3545.0):
        deliver(provider, message)
        provider.close()  # a session that is kept logs in once
        fetched.append(len(endpoint.given))
    assert fetched == [1, 1, 2]
    assert server.connections == 3


@pytest.mark.parametrize(("expires_in", "fetched"), [("3599", 1), (None, 2), (30, 2), ("soon", 2), (-1, 2)])
def test_a_token_is_kept_as_long_as_the_endpoint_says(
    expires_in: Any,
    fetched: int,
    *,
    endpoint: Endpoint,
    server: SmtpServer,
    provide: Provide,
    message: Message,
) -> None:
    endpoint.more = {"expires_in": expires_in}
    provider = provide(server, **endpoint.environ)
    for _ in range(2):
        deliver(provider, message)
        provider.close()
    assert len(endpoint.given) == fetched


def test_a_refused_token_is_fetched_anew(
    endpoint: Endpoint, server: SmtpServer, provide: Provide, message: Message
) -> None:
    provider = provide(server, **endpoint.environ)
    deliver(provider, message)
    provider.close()
    endpoint.given[:] = ["revoked"]
    deliver(provider, message)
    assert len(server.messages) == 2
    assert len(endpoint.server.requests) == 2


def test_a_fresh_token_that_is_refused_is_not_fetched_anew(
    endpoint: Endpoint, provide: Provide, failure: Fail
) -> None:
    asked = []
    with SmtpServer(access_tokens=[]) as server:
        provider = provide(server, **endpoint.environ)
        for _ in range(3):
            error = failure(CredentialsRefused, provider)
            asked.append((len(endpoint.server.requests), server.connections))
    assert asked == [(1, 1), (2, 2), (3, 3)]
    assert "answered AUTH XOAUTH2 with 535 5.7.8 Username and Password not accepted" in str(error)
    assert "SMTP_PASSWORD" not in str(error)


def test_a_kept_token_that_is_refused_is_fetched_anew_once(
    endpoint: Endpoint, server: SmtpServer, provide: Provide, message: Message, failure: Fail
) -> None:
    provider = provide(server, **endpoint.environ)
    deliver(provider, message)
    provider.close()
    server.access_tokens = []
    failure(CredentialsRefused, provider)
    assert (len(endpoint.server.requests), server.connections) == (2, 3)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (
            "535 5.7.3 Authentication unsuccessful [AM8P251CA0016.EURP251.PROD.OUTLOOK.COM]",
            CredentialsRefused,
        ),
        ("535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled", CredentialsRefused),
        ("454 4.7.0 Temporary authentication failure", RateLimited),
        ("555 5.5.2 Syntax error", ConfigurationError),
    ],
)
def test_a_server_that_answers_at_once(
    reply: str, kind: type[MailroomError], *, endpoint: Endpoint, provide: Provide, failure: Fail
) -> None:
    with SmtpServer(access_tokens=[], replies={"AUTH": reply}) as server:
        failure(kind, provide(server, **endpoint.environ))


def test_a_server_without_xoauth2(endpoint: Endpoint, provide: Provide, failure: Fail) -> None:
    with SmtpServer() as server:
        error = failure(ConfigurationError, provide(server, **endpoint.environ, SMTP_PASSWORD=None))
    assert "XOAUTH2" in str(error)


def test_a_new_refresh_token_replaces_the_one_before(
    endpoint: Endpoint, server: SmtpServer, provide: Provide, message: Message
) -> None:
    endpoint.more = {"refresh_token": "the next one"}
    provider = provide(server, **endpoint.environ, **REFRESH)
    for _ in range(2):
        deliver(provider, message)
        provider.close()
    assert [form["refresh_token"] for form in endpoint.forms] == [
        ["1//sentinel-refresh-token"],
        ["the next one"],
    ]


GOOGLE = {"error": "invalid_grant", "error_description": "Token has been expired or revoked. sentinel"}
MICROSOFT = {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret. sentinel"}
NO_SCOPE = {"error": "invalid_scope", "error_description": "sentinel"}


@pytest.mark.parametrize(
    ("status", "body", "kind", "said"),
    [
        (400, GOOGLE, CredentialsRefused, "400: invalid_grant: check "),
        (401, MICROSOFT, CredentialsRefused, "401: invalid_client AADSTS7000215: check "),
        (400, {"error": "unauthorized_client"}, CredentialsRefused, "400: unauthorized_client: "),
        (401, "who are you, sentinel?", CredentialsRefused, "401: check "),
        (400, NO_SCOPE, ConfigurationError, "400: invalid_scope: "),
        (400, {"error": "sentinel"}, ConfigurationError, "400: check "),
        (400, {"error": ["invalid_grant"]}, ConfigurationError, "400: check "),
        (404, "<html>sentinel", ConfigurationError, "404: check "),
        (302, "", ConfigurationError, "302: check "),
        (400, {"error": "temporarily_unavailable"}, Unavailable, "400: temporarily_unavailable."),
        (429, {"error": "sentinel"}, RateLimited, "429."),
        (503, "sentinel", Unavailable, "503."),
        (500, MICROSOFT, Unavailable, "500: invalid_client AADSTS7000215."),
        (200, {"token": "sentinel"}, Unavailable, "no access token"),
        (200, {"access_token": "sentinel\x01auth"}, Unavailable, "no access token"),
        (200, "sentinel", Unavailable, "no access token"),
    ],
)
def test_an_endpoint_that_gives_none(
    status: int,
    body: Any,
    kind: type[MailroomError],
    said: str,
    *,
    endpoint: Endpoint,
    provide: Provide,
    failure: Fail,
) -> None:
    endpoint.server.next(Reply(status, body))
    with SmtpServer(access_tokens=[]) as server:
        error = failure(kind, provide(server, **endpoint.environ, **REFRESH))
    assert said in str(error)
    assert "sentinel" not in f"{error}{error!r}"
    assert len(endpoint.server.requests) == 1
    assert server.connections == 0


@pytest.mark.parametrize("fault", [Stall(), Drip()], ids=["stalls", "drips"])
def test_an_endpoint_that_does_not_answer_in_time(
    fault: Any, *, endpoint: Endpoint, server: SmtpServer, provide: Provide, message: Message
) -> None:
    provider = provide(server, **endpoint.environ)
    endpoint.server.next(fault)
    started = monotonic()
    with pytest.raises(Unavailable, match="did not answer in time"):
        provider.mailroom_deliver(message, Deadline(0.5))
    assert monotonic() - started < 5  # the faults last six
    deliver(provider, message)
    assert len(server.messages) == 1


def test_what_exchange_says_of_a_mail_it_took_costs_no_search(
    *, endpoint: Endpoint, server: SmtpServer, provide: Provide, message: Message,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    said = "[InternalId=47390511079813, Hostname=AM8P251MB0123.EURP251.PROD.OUTLOOK.COM] 10202 bytes in 0.210"
    server.replies["DATA"] = f"250 2.6.0 <AM8P251MB012@AM8P251MB0123.EURP251.PROD.OUTLOOK.COM> {said}"
    monkeypatch.delitem(sys.modules, "cognito_mailroom.transport.redaction", raising=False)
    receipt = provide(server, **endpoint.environ).mailroom_deliver(message, Deadline(10))
    assert receipt.detail == f"250 2.6.0 … {said}"
    assert "cognito_mailroom.transport.redaction" not in sys.modules


def test_nothing_leaks(
    endpoint: Endpoint, provide: Provide, failure: Fail, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    endpoint.server.application = lambda _: Reply(200, {"access_token": TOKEN, "expires_in": 3599})
    login = base64.b64encode(f"user=mailroom\x01auth=Bearer {TOKEN}\x01\x01".encode()).decode()
    with SmtpServer(access_tokens=[], replies={"AUTH": f"535 {TOKEN} is in {login}, mailroom"}) as server:
        provider = provide(server, **endpoint.environ, **REFRESH)
        error = failure(CredentialsRefused, provider)
    assert "535 … is in …, …: check" in str(error)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("cognito_mailroom")]
    assert "sentinel" not in f"{error!r}{provider!r}{vars(provider)}{ours}"
