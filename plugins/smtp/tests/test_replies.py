"""What the server says decides which error it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cognito_mailroom import (
    ConfigurationError,
    CredentialsRefused,
    Deadline,
    MailroomError,
    Message,
    RateLimited,
    Rejected,
    Unavailable,
)
from cognito_mailroom.testing import SmtpServer
from cognito_mailroom_smtp import SmtpProvider

Provide = Callable[..., SmtpProvider]
Serve = Callable[..., Any]
Fail = Callable[..., MailroomError]

TABLE = [
    # A 4xx says "later", whatever its status says.
    ("RCPT", "450 4.2.2 Over quota", RateLimited),
    ("RCPT", "451 4.1.1 Not now", Unavailable),
    ("RCPT", "450 4.1.8 Sender's domain not found", Unavailable),
    ("AUTH", "454 4.7.0 Temporary authentication failure", RateLimited),
    ("RCPT", "450 4.7.1 Too many recipients this hour", RateLimited),
    ("DATA", "421 4.7.0 Try again later", RateLimited),
    ("GREETING", "421 4.7.0 Too many connections", RateLimited),
    ("GREETING", "421 Too busy", Unavailable),
    ("EHLO", "421 Too busy", Unavailable),
    ("STARTTLS", "454 TLS not available", Unavailable),
    ("AUTH", "454 Try later", Unavailable),
    ("MAIL", "451 4.3.0 Try later", Unavailable),
    ("RCPT", "450 Mailbox busy", Unavailable),
    ("RCPT", "450 5.1.1 A status that does not fit", Unavailable),
    ("DATA", "452 4.3.1 Disk full", Unavailable),
    # Rejected: the server says in so many words that it is the mailbox, at RCPT or after the mail.
    *(("RCPT", f"550 {status} No", Rejected) for status in ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10")),
    ("RCPT", "550 5.2.1 Mailbox disabled", Rejected),
    ("DATA", "550 5.1.1 Said late", Rejected),
    ("RCPT", "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", Rejected),
    ("RCPT", "550 No such user", Rejected),
    ("RCPT", "551 User not local", Rejected),
    ("RCPT", "550 5.0.0 No such user", Rejected),
    # Not before, and not where the words speak of something else.
    ("MAIL", "550 5.1.1 Said early", ConfigurationError),
    ("RCPT", "550 5.1.1 Sender unknown", ConfigurationError),
    ("RCPT", "550 5.1.1 User unknown, relaying denied", ConfigurationError),
    ("RCPT", "550-Callout failed for the sender\n550 No such user", ConfigurationError),
    ("RCPT", "550 5.4.1 Relay Access Denied", ConfigurationError),
    ("DATA", "550 No such user", ConfigurationError),
    ("RCPT", "550 Your account has been suspended", ConfigurationError),
    ("RCPT", "550 5.1.1 Your account is suspended", ConfigurationError),
    ("RCPT", "550 Account disabled", ConfigurationError),
    ("RCPT", "550 Mail account expired, contact billing", ConfigurationError),
    ("RCPT", "550 No such user: plan suspended", ConfigurationError),
    ("RCPT", "550 Return-path address not valid", ConfigurationError),
    ("RCPT", "550 reply-to address invalid", ConfigurationError),
    ("DATA", "554 5.1.3 header address malformed in From", ConfigurationError),
    ("RCPT", "554 5.3.0 mailbox database is not available", ConfigurationError),
    ("RCPT", "550 Recipient not found in directory: LDAP not available", ConfigurationError),
    ("RCPT", "503 bad sequence: no valid recipients", ConfigurationError),
    ("RCPT", "550 Mailbox unavailable or access denied", ConfigurationError),
    ("RCPT", "552 5.1.1 recipient rejected - extended quota violation", RateLimited),
    ("RCPT", "550 This account has been disabled for abuse", ConfigurationError),
    ("RCPT", "550 Trial account expired", ConfigurationError),
    ("RCPT", "550 Too many invalid recipients", ConfigurationError),
    ("RCPT", "550 Client address rejected: access denied", ConfigurationError),
    ("RCPT", "550 recipient not listed in allowed recipients of the sandbox", ConfigurationError),
    ("RCPT", "550 5.1.2 host lookup failed, DNS unavailable", ConfigurationError),
    # What is not understood is for an operator.
    ("RCPT", "550", ConfigurationError),
    ("RCPT", "550 No", ConfigurationError),
    ("DATA", "550 Refused", ConfigurationError),
    ("DATA", "554 Transaction failed", ConfigurationError),
    ("DATA", "550 5.2.3 Longer than the mailbox allows", ConfigurationError),
    ("DATA", "552 5.3.4 Message too big", ConfigurationError),
    ("DATA", "554 5.6.0 Malformed content", ConfigurationError),
    ("DATA", "550 5.6.7 SMTPUTF8 not possible", ConfigurationError),  # nothing of this mail needs it
    ("MAIL", "501 5.1.7 Bad sender address syntax", ConfigurationError),
    ("RCPT", "550 5.1.8 Sender's domain not found", ConfigurationError),
    ("RCPT", "554 5.7.1 Relay access denied", ConfigurationError),
    ("DATA", "550 5.7.26 Unauthenticated mail", ConfigurationError),
    ("RCPT", "530 5.7.0 Must issue a STARTTLS command first", ConfigurationError),
    ("AUTH", "504 5.5.4 Unrecognised mechanism", ConfigurationError),
    ("AUTH", "535 5.7.8 Bad credentials", CredentialsRefused),
    ("AUTH", "535 Incorrect", CredentialsRefused),
    ("STARTTLS", "502 No", ConfigurationError),
    ("EHLO", "550 Go away", ConfigurationError),
    ("GREETING", "554 No SMTP service here", ConfigurationError),
    # A full mailbox passes, and so does a limit.
    ("RCPT", "552 5.2.2 Over quota", RateLimited),
    ("RCPT", "550 5.2.1 Receiving mail at a rate that prevents more", RateLimited),
    ("RCPT", "552 The mailbox is full", RateLimited),
    # How servers write a status, and what only looks like one.
    ("RCPT", "550 #5.1.1 Not allowed", Rejected),
    ("RCPT", "550 5.1.1: Not allowed", Rejected),
    ("RCPT", "550-Please read\n550 5.1.1 the page", Rejected),
    ("RCPT", "550 sorry (#5.1.1)", Rejected),
    ("RCPT", "550 it (#5.1.1) said", ConfigurationError),
    ("RCPT", "550 5.1.1.25 is odd", ConfigurationError),
    ("RCPT", "550 See section 5.1.1", ConfigurationError),
    ("RCPT", "550 No user-unknown@example.com", ConfigurationError),
    # What SMTP has no use for here.
    ("MAIL", "354 Go ahead", Unavailable),
    ("RCPT", "Internal server error", Unavailable),
    ("AUTH", "334 VXNlcg==", Unavailable),
]


def server_for(command: str, reply: str) -> SmtpServer:
    encrypted = command in {"STARTTLS", "AUTH"}
    return SmtpServer(security="starttls" if encrypted else "none", replies={command: reply})


@pytest.mark.parametrize(("command", "reply", "kind"), TABLE, ids=[" ".join(row[:2]) for row in TABLE])
def test_the_reply_decides(
    command: str, reply: str, kind: type[MailroomError], provide: Provide, failure: Fail
) -> None:
    with server_for(command, reply) as server:
        error = failure(kind, provide(server))
    assert not server.messages
    assert server.connections == 1
    if reply[:3].isdigit():
        assert f" with {reply[:3]}" in str(error)
    if reply.startswith("4") and kind is Unavailable:
        assert str(error).endswith("a later try may succeed.")


@pytest.mark.parametrize(
    ("command", "named"),
    [("AUTH", "SMTP_PASSWORD"), ("MAIL", "MAILROOM_FROM"), ("GREETING", "SMTP_PORT"), ("EHLO", "SMTP_PORT")],
)
def test_the_error_says_where_to_look(command: str, named: str, provide: Provide, failure: Fail) -> None:
    with server_for(command, "550 No") as server:
        assert named in str(failure(ConfigurationError, provide(server)))


@pytest.mark.parametrize(
    ("reply", "understood"), [("554 Transaction failed", False), ("550 5.7.1 No", True), ("550 Spam", True)]
)
def test_a_refusal_that_is_not_understood_is_marked(
    reply: str, *, understood: bool, provide: Provide, failure: Fail
) -> None:
    with server_for("DATA", reply) as server:
        error = failure(ConfigurationError, provide(server))
    assert isinstance(error, ConfigurationError)
    assert error.understood is understood


def test_the_servers_words_are_in_the_error(provide: Provide, failure: Fail) -> None:
    reply = "550-5.1.1 The account does not exist.\n550 5.1.1 See https://mail.example/?p=NoSuchUser ."
    with server_for("RCPT", reply) as server:
        error = failure(Rejected, provide(server))
    assert str(error) == (
        "The SMTP server answered RCPT with 550 5.1.1 The account does not exist. "
        "See https://mail.example/?p=NoSuchUser: no retry can mend it."
    )


def test_a_long_or_garbled_reply_is_cut_short(provide: Provide, failure: Fail) -> None:
    with server_for("RCPT", "550 5.1.1 \x1b[31m\u202e" + "blah " * 80) as server:
        assert len(str(failure(Rejected, provide(server)))) < 300


def test_a_rate_limit_names_no_time(provide: Provide, failure: Fail) -> None:
    with server_for("RCPT", "450 4.7.1 Slow down") as server:
        error = failure(RateLimited, provide(server))
    assert isinstance(error, RateLimited)
    assert error.retry_after is None


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_after_a_refusal_the_next_mail_starts_clean(
    command: str, provide: Provide, failure: Fail, message: Message
) -> None:
    with server_for(command, "550 5.1.1 No such user here") as server:
        provider = provide(server)
        failure(ConfigurationError if command == "MAIL" else Rejected, provider)
        server.replies.clear()
        provider.mailroom_deliver(message, Deadline(10))
    assert [mail.rcpt_to for mail in server.messages] == [["jane.doe@example.com"]]


def test_any_good_reply_is_good(provide: Provide, message: Message) -> None:
    with SmtpServer(security="none", replies={"RCPT": "251 Will forward", "DATA": "200 fine"}) as server:
        receipt = provide(server).mailroom_deliver(message, Deadline(10))
    assert receipt.detail == "200 fine"
    assert len(server.messages) == 1


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("554 5.5.1 No valid recipients", ConfigurationError),
        ("451 Not now", Unavailable),
        ("250 Queued", Unavailable),
    ],
)
def test_data_is_sent_only_when_it_is_asked_for(
    reply: str, kind: type[MailroomError], serve: Serve, provide: Provide, failure: Fail
) -> None:
    def dialogue(peer: Any) -> None:
        peer.greet()
        for answer in ("250 ok", "250 ok", reply):
            peer.listen().say(answer)
        assert peer.hear() == "QUIT"

    failure(kind, provide(serve(dialogue)))
