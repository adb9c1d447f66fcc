"""A mail arrives by each kind of encryption, and credentials go to nobody else."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any

import pytest
import trustme
from cognito_mailroom import (
    ConfigurationError,
    CredentialsRefused,
    Deadline,
    MailroomError,
    Message,
    Unavailable,
)
from cognito_mailroom.testing import SmtpServer, certificates
from cognito_mailroom_smtp import SmtpProvider

Provide = Callable[..., SmtpProvider]
Serve = Callable[..., Any]
Fail = Callable[..., MailroomError]

LOGIN = {"SMTP_USERNAME": "mailroom", "SMTP_PASSWORD": "open sesame"}
NO_LOGIN = dict.fromkeys(LOGIN)
OFFER = "250-mail.example\n250 AUTH "


@pytest.mark.parametrize("security", ["starttls", "tls", "none"])
def test_a_mail_arrives(security: Any, provide: Provide, message: Message) -> None:
    with SmtpServer(security=security, replies={"DATA": "250 2.0.0 Ok: queued as 4Xy"}) as server:
        receipt = provide(server).mailroom_deliver(message, Deadline(10))
    (mail,) = server.messages
    assert (mail.mail_from, mail.rcpt_to) == ("no-reply@acme.example", ["jane.doe@example.com"])
    bodies = [part.get_content().splitlines() for part in mail.message.iter_parts()]
    assert bodies == [message.text.splitlines(), message.html.splitlines()]
    assert receipt.message_id == mail.message["Message-ID"]
    assert receipt.detail == "250 2.0.0 Ok: queued as 4Xy"


def test_the_name_it_gives_itself_and_where_bounces_go(
    serve: Serve, provide: Provide, message: Message
) -> None:
    server = serve(*[lambda peer: peer.greet().take_mail("250 ok")] * 2)
    for given in ({}, {"SMTP_HELO": "mx.acme.example", "SMTP_ENVELOPE_FROM": "bounces@ACME.example"}):
        provide(server, **given).mailroom_deliver(message, Deadline(10))
    assert [peer.heard[:2] for peer in server.peers] == [
        ["ehlo acme.example", "MAIL FROM:<no-reply@acme.example>"],
        ["ehlo mx.acme.example", "MAIL FROM:<bounces@acme.example>"],
    ]
    assert 'From: "Acme" <no-reply@acme.example>' in server.peers[1].mails[0]


def test_a_login_is_not_forced_upon_a_server(provide: Provide, message: Message) -> None:
    with SmtpServer(auth_required=False) as server:
        provide(server, **NO_LOGIN).mailroom_deliver(message, Deadline(10))
    assert len(server.messages) == 1


@pytest.mark.parametrize("methods", ["PLAIN LOGIN", "LOGIN PLAIN", "plain", "LOGIN", "CRAM-MD5 LOGIN"])
def test_login_methods(methods: str, provide: Provide, message: Message) -> None:
    with SmtpServer(security="tls", replies={"EHLO": OFFER + methods}) as server:
        provide(server).mailroom_deliver(message, Deadline(10))
    assert len(server.messages) == 1


@pytest.mark.parametrize("method", ["PLAIN", "LOGIN"])
def test_credentials_beyond_ascii(method: str, provide: Provide, message: Message) -> None:
    password = "schlüssel: 鍵 "
    replies = {"EHLO": OFFER + method}
    with SmtpServer(security="tls", username="jürg", password=password, replies=replies) as server:
        provide(server).mailroom_deliver(message, Deadline(10))
    assert len(server.messages) == 1


@pytest.mark.parametrize("offer", [OFFER + "CRAM-MD5 XOAUTH2", "250 mail.example"])
def test_no_login_method_in_common(offer: str, provide: Provide, failure: Fail) -> None:
    with SmtpServer(security="tls", replies={"EHLO": offer}) as server:
        assert "user name" in str(failure(ConfigurationError, provide(server)))


def test_no_credentials_after_a_refusal(serve: Serve, provide: Provide, failure: Fail) -> None:
    def dialogue(peer: Any) -> None:
        peer.encrypt().greet("AUTH LOGIN")
        assert peer.hear() == "AUTH LOGIN"
        assert peer.say("504 5.5.4 Not today").hear() == "QUIT"

    encrypted = {
        "SMTP_HOST": "localhost",
        "SMTP_SECURITY": "tls",
        "SMTP_CA_FILE": str(certificates.ca_file()),
    }
    failure(ConfigurationError, provide(serve(dialogue), **encrypted, **LOGIN))


def test_a_wrong_password(provide: Provide, failure: Fail) -> None:
    with SmtpServer() as server:
        error = failure(CredentialsRefused, provide(server, SMTP_PASSWORD="wrong"))
    assert "535 5.7.8" in str(error)
    assert "SMTP_USERNAME and SMTP_PASSWORD" in str(error)


def test_a_server_that_wants_a_login(provide: Provide, failure: Fail) -> None:
    with SmtpServer() as server:
        assert "530 5.7.0" in str(failure(ConfigurationError, provide(server, **NO_LOGIN)))


def test_without_starttls_nothing_is_sent(serve: Serve, provide: Provide, failure: Fail) -> None:
    def dialogue(peer: Any) -> None:
        assert peer.greet("AUTH PLAIN LOGIN").hear() == "QUIT"
        assert not peer.hear()

    provider = provide(serve(dialogue), SMTP_SECURITY="starttls", **LOGIN)
    assert "STARTTLS" in str(failure(ConfigurationError, provider))


def test_what_was_said_in_clear_is_forgotten(serve: Serve, provide: Provide, failure: Fail) -> None:
    def dialogue(peer: Any) -> None:
        injected = ("250-mail.example", "250 AUTH PLAIN")
        peer.greet("STARTTLS", "AUTH PLAIN LOGIN").listen().say("220 go ahead", *injected)
        assert peer.encrypt().listen().say("250 mail.example").hear() == "QUIT"

    encrypted = {
        "SMTP_HOST": "localhost",
        "SMTP_SECURITY": "starttls",
        "SMTP_CA_FILE": str(certificates.ca_file()),
    }
    failure(ConfigurationError, provide(serve(dialogue), **encrypted, **LOGIN))


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize(
    ("context", "changes"),
    [
        pytest.param(lambda: certificates.server_context(issuer=trustme.CA()), {}, id="unknown authority"),
        pytest.param(lambda: certificates.server_context("elsewhere.example"), {}, id="another name"),
        pytest.param(
            lambda: certificates.server_context("localhost"), {"SMTP_HOST": "127.0.0.1"}, id="no address"
        ),
        pytest.param(certificates.server_context, {"SMTP_CA_FILE": None}, id="only the system's authorities"),
    ],
)
def test_a_certificate_that_is_not_trusted(
    context: Callable[[], ssl.SSLContext],
    changes: dict[str, str | None],
    security: Any,
    provide: Provide,
    failure: Fail,
) -> None:
    with SmtpServer(security=security, context=context()) as server:
        error = failure(Unavailable, provide(server, **changes))
    assert "SMTP_CA_FILE" in str(error)
    assert not server.messages


def test_tls_with_a_server_that_speaks_none(provide: Provide, failure: Fail) -> None:
    with SmtpServer(security="none") as server:
        error = failure(Unavailable, provide(server, SMTP_SECURITY="tls"))
    assert "SMTP_SECURITY" in str(error)


def test_what_is_no_mail_server(serve: Serve, provide: Provide, failure: Fail) -> None:
    server = serve(lambda peer: peer.say("HTTP/1.1 400 Bad Request").ignore())
    assert "SMTP_PORT" in str(failure(Unavailable, provide(server)))


def test_an_unknown_host(provide: Provide, failure: Fail) -> None:
    with SmtpServer() as server:
        error = failure(Unavailable, provide(server, SMTP_HOST="mail.invalid"))
    assert "mail.invalid cannot be reached" in str(error)


def test_a_refused_connection(provide: Provide, failure: Fail) -> None:
    with SmtpServer() as server:
        provider = provide(server)
    assert "SMTP_PORT" in str(failure(Unavailable, provider))


def test_hosted_templates_are_refused(provide: Provide, message: Message) -> None:
    with SmtpServer() as server:
        provider = provide(server)
        with pytest.raises(ConfigurationError, match="templates"):
            provider.mailroom_deliver(message.evolve(hosted_template="welcome"), Deadline(10))
    assert not server.connections
