"""One connection serves many mails, is replaced when it is dead, and never carries a mail twice."""

from __future__ import annotations

import gc
from collections.abc import Callable
from threading import Event
from typing import Any

import environ
import pytest
from cognito_mailroom import Deadline, MailroomError, Message, Unavailable
from cognito_mailroom.testing import Silence, SmtpServer
from cognito_mailroom_smtp import SmtpProvider

Provide = Callable[..., SmtpProvider]
Serve = Callable[..., Any]
Fail = Callable[..., MailroomError]
Dialogue = Callable[[Any], object]

TAKEN = "250 2.0.0 taken"
# SES says so after ten seconds, unasked.
IDLE = "451 4.4.2 Timeout waiting for data from client."


def take_one(peer: Any) -> Any:
    return peer.greet().take_mail(TAKEN)


@pytest.mark.parametrize("security", ["starttls", "tls", "none"])
def test_many_mails_over_one_connection(security: Any, provide: Provide, message: Message) -> None:
    with SmtpServer(security=security) as server:
        provider = provide(server)
        ids = [
            provider.mailroom_deliver(message.evolve(idempotency_key=str(number)), Deadline(10)).message_id
            for number in range(20)
        ]
    assert server.connections == 1
    assert [mail.message["Message-ID"] for mail in server.messages] == ids


@pytest.mark.parametrize("security", ["starttls", "tls", "none"])
def test_a_connection_that_the_server_dropped(security: Any, provide: Provide, message: Message) -> None:
    with SmtpServer(security=security) as server:
        provider = provide(server)
        provider.mailroom_deliver(message, Deadline(10))
        server.drop_connections()
        provider.mailroom_deliver(message, Deadline(10))
    assert server.connections == 2
    assert len(server.messages) == 2


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(take_one, id="closed"),
        pytest.param(lambda peer: take_one(peer).listen(), id="closed on MAIL"),
        pytest.param(lambda peer: take_one(peer).listen().reset(), id="reset on MAIL"),
        pytest.param(lambda peer: take_one(peer).listen().say("421 4.4.2 Idle"), id="421"),
        pytest.param(lambda peer: take_one(peer).listen().say("421 4.7.0 Idle"), id="421 4.7.0"),
        pytest.param(lambda peer: take_one(peer).say("421 4.4.2 Idle"), id="421 unasked"),
        pytest.param(lambda peer: take_one(peer).listen().say(IDLE).ignore(), id="451 on MAIL"),
        pytest.param(
            lambda peer: take_one(peer).listen().say("550 5.7.1 Go away").ignore(), id="550 on MAIL"
        ),
    ],
)
def test_a_dead_connection_is_replaced(
    first: Dialogue, serve: Serve, provide: Provide, message: Message
) -> None:
    server = serve(first, take_one)
    provider = provide(server)
    provider.mailroom_deliver(message, Deadline(10))
    provider.mailroom_deliver(message, Deadline(10))
    assert [len(peer.mails) for peer in server.peers] == [1, 1]


@pytest.mark.parametrize("words", [IDLE, "421 4.4.2 Idle", "221 2.0.0 Bye", "250 2.0.0 Ok", "garbage"])
def test_whatever_an_idle_server_says_ends_the_session(
    words: str, serve: Serve, provide: Provide, message: Message
) -> None:
    said = Event()

    def goodbye(peer: Any) -> None:
        take_one(peer).say(words)
        said.set()
        peer.ignore()

    server = serve(goodbye, take_one)
    provider = provide(server)
    provider.mailroom_deliver(message, Deadline(10))
    assert said.wait(10)
    provider.mailroom_deliver(message, Deadline(10))
    assert [len(peer.mails) for peer in server.peers] == [1, 1]


@pytest.mark.parametrize("answer", [[], ["421 4.3.2 Shutting down"]])
def test_the_replacement_is_not_replaced(
    answer: list[str], serve: Serve, provide: Provide, message: Message, failure: Fail
) -> None:
    server = serve(take_one, lambda peer: peer.greet().listen().say(*answer), take_one)
    provider = provide(server)
    provider.mailroom_deliver(message, Deadline(10))
    failure(Unavailable, provider)
    assert len(server.peers) == 2


def test_an_idle_connection_is_left_politely(serve: Serve, provide: Provide, message: Message) -> None:
    def first(peer: Any) -> None:
        assert take_one(peer).hear() == "QUIT"
        assert not peer.hear()

    server = serve(first, take_one)
    provider = provide(server)
    provider.mailroom_deliver(message, Deadline(10))
    provider.client.max_idle = 0.0
    provider.mailroom_deliver(message, Deadline(10))
    assert len(server.peers) == 2


@pytest.mark.parametrize(
    "breaks",
    [
        pytest.param(lambda peer: peer, id="at once"),
        pytest.param(lambda peer: peer.reset(), id="at once, reset"),
        pytest.param(lambda peer: peer.greet(), id="after EHLO"),
        pytest.param(lambda peer: peer.greet().listen().reset(), id="on MAIL, reset"),
        pytest.param(lambda peer: peer.greet().listen().say("250 ok"), id="after MAIL"),
        pytest.param(lambda peer: peer.greet().take_mail(), id="after the dot"),
        pytest.param(lambda peer: peer.greet().take_mail().reset(), id="after the dot, reset"),
        pytest.param(lambda peer: peer.say("220 " + "x" * 10_000).ignore(), id="with an endless line"),
    ],
)
def test_a_fresh_connection_that_breaks(
    breaks: Dialogue, serve: Serve, provide: Provide, failure: Fail
) -> None:
    server = serve(breaks, take_one)
    failure(Unavailable, provide(server))
    assert len(server.peers) == 1


@pytest.mark.parametrize("command", ["GREETING", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA"])
def test_a_server_that_hangs_up(command: str, provide: Provide, failure: Fail, message: Message) -> None:
    with SmtpServer(replies={command: Silence.HANG_UP}) as server:
        provider = provide(server)
        assert "broke off" in str(failure(Unavailable, provider))
        server.replies.clear()
        provider.mailroom_deliver(message, Deadline(10))
    assert server.connections == 2
    assert len(server.messages) == 1


@pytest.mark.parametrize(
    "breaks",
    [
        pytest.param(lambda peer: peer.take_mail(), id="after the dot"),
        pytest.param(lambda peer: peer.listen().say("250 ok"), id="after MAIL"),
    ],
)
def test_a_mail_is_never_sent_twice(
    breaks: Dialogue, serve: Serve, provide: Provide, failure: Fail, message: Message
) -> None:
    server = serve(lambda peer: breaks(take_one(peer)), take_one)
    provider = provide(server)
    provider.mailroom_deliver(message, Deadline(10))
    failure(Unavailable, provider)
    assert len(server.peers) == 1


def test_closing_says_goodbye(serve: Serve, provide: Provide, message: Message) -> None:
    def dialogue(peer: Any) -> None:
        assert take_one(peer).hear() == "QUIT"

    provider = provide(serve(dialogue))
    provider.mailroom_deliver(message, Deadline(10))
    provider.close()
    provider.close()


def test_a_forgotten_provider_leaves_no_socket_open(
    serve: Serve, message: Message, recwarn: pytest.WarningsRecorder
) -> None:
    server = serve(lambda peer: take_one(peer).ignore())
    provider = SmtpProvider(environ.to_config(SmtpProvider.Settings, server.environ))
    provider.mailroom_deliver(message, Deadline(10))
    del provider
    gc.collect()
    assert not recwarn.list


def test_it_greets_with_the_senders_domain(serve: Serve, provide: Provide, message: Message) -> None:
    server = serve(take_one)
    provide(server).mailroom_deliver(message, Deadline(10))
    assert server.peers[0].heard[0] == "ehlo acme.example"
