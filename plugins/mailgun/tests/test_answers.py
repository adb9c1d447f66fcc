"""What becomes of Mailgun's answers, where the contract does not say it for all providers."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cognito_mailroom import (
    Address,
    ConfigurationError,
    Deadline,
    RateLimited,
    Receipt,
    Rejected,
    Unavailable,
)
from cognito_mailroom.testing import CODE, RECIPIENT, Reply, Stall, a_message
from cognito_mailroom_mailgun import MailgunProvider
from cognito_mailroom_mailgun.standin import Mailgun

Send = Callable[..., Receipt]

LIMIT = "Domain mg.example.com is not allowed to send: recipient limit exceeded, try again after"
SANDBOX = "Domain mg.example.com is not allowed to send: Sandbox subdomains are for test purposes only"


@pytest.mark.parametrize("words", ["'to' parameter is not a valid address", "to parameter is missing"])
def test_the_recipients_fault(send: Send, mailgun: Mailgun, words: str) -> None:
    mailgun.server.next(Reply(400, {"message": f"{words}. please check documentation"}))
    with pytest.raises(Rejected, match=f"^Mailgun refused the recipient: {words}. please check"):
        send(a_message())


@pytest.mark.parametrize(
    ("status", "body", "text"),
    [
        (400, {"message": "from parameter is missing"}, "400: from parameter is missing."),
        (400, {"message": "cc to parameter"}, "400: cc to parameter."),
        (401, "Forbidden", "401: Forbidden: check MAILGUN_API_KEY, and that MAILGUN_BASE_URL is"),
        (403, {"message": SANDBOX}, f"403: {SANDBOX}: check what MAILGUN_DOMAIN and the key"),
        (404, {"message": "Domain not found: mg"}, "404: Domain not found: mg: check MAILGUN_DOMAIN, and"),
        (404, {"message": "to parameter"}, "404: to parameter: check MAILGUN_DOMAIN"),
        (302, "", "302."),
        (400, {"id": "<1@mg.example.com>", "message": "No."}, "400: No."),
        (400, {"error": "?"}, "400."),
        (400, ["?"], "400."),
        (400, "7", "400: 7."),
    ],
)
def test_an_operators_fault(send: Send, mailgun: Mailgun, status: int, body: Any, text: str) -> None:
    mailgun.server.next(Reply(status, body))
    with pytest.raises(ConfigurationError, match=f"^Mailgun answered {re.escape(text)}"):
        send(a_message())


def test_a_page_of_html_is_not_repeated(send: Send, mailgun: Mailgun) -> None:
    mailgun.server.next(Reply(404, "<html>Not Found</html>", {"Content-Type": "text/html"}))
    with pytest.raises(ConfigurationError, match=r"^Mailgun answered 404: check MAILGUN_DOMAIN"):
        send(a_message())


@pytest.mark.parametrize("body", ["Mailgun Magnificent API", "[]", '{"message": "Queued."}', "null"])
def test_a_success_that_names_no_mail_is_none(send: Send, mailgun: Mailgun, body: str) -> None:
    mailgun.server.next(Reply(200, body))
    with pytest.raises(Unavailable, match=r"^Mailgun answered 200, but not that it took the mail\.$"):
        send(a_message())


def test_what_mailgun_repeats_of_the_mail_is_left_out(send: Send, mailgun: Mailgun) -> None:
    quoted = '"sentinel recipient"@example.com'
    private = (CODE, RECIPIENT, quoted, mailgun.environ["MAILGUN_API_KEY"])
    mailgun.server.next(Reply(400, {"message": f"Not {' '.join(private)}"}))
    with pytest.raises(ConfigurationError, match=r"^Mailgun answered 400: Not … … … …\.$"):
        send(a_message(recipient=Address(quoted)))


@pytest.mark.parametrize("status", [420, 429])
@pytest.mark.parametrize(
    ("when", "headers", "wait"),
    [
        ("400 seconds", {}, 400),
        ("{date} UTC", {}, 400),
        ("{date} GMT", {}, 400),
        ("400 seconds", {"Retry-After": "7"}, 7),
    ],
    ids=["seconds", "UTC", "GMT", "beside a Retry-After"],
)
def test_the_wait_is_in_the_words(
    send: Send, mailgun: Mailgun, *, status: int, when: str, headers: Mapping[str, str], wait: float
) -> None:
    date = f"{datetime.now(UTC) + timedelta(seconds=400):%a, %d %b %Y %H:%M:%S}"
    mailgun.server.next(Reply(status, {"message": f"{LIMIT} {when.format(date=date)}"}, headers))
    with pytest.raises(RateLimited, match=f"^Mailgun answered {status}: {LIMIT}") as caught:
        send(a_message())
    assert caught.value.retry_after == pytest.approx(wait, abs=100 if "seconds" not in when else 0)


def test_a_limit_may_name_no_wait(send: Send, mailgun: Mailgun) -> None:
    mailgun.server.next(Reply(420, {"message": f"{LIMIT} a while"}))
    with pytest.raises(RateLimited) as caught:
        send(a_message())
    assert caught.value.retry_after is None


def test_the_sdk_neither_retries_nor_logs(
    load: Callable[..., MailgunProvider], mailgun: Mailgun, caplog: pytest.LogCaptureFixture
) -> None:
    provider = load()
    caplog.set_level(logging.DEBUG)
    for behaviour, status, seconds in (
        (Reply(503), "503", 10),
        (Reply(429), "429", 10),
        (Stall(), "in time", 1),
    ):
        mailgun.server.next(behaviour)
        with pytest.raises((RateLimited, Unavailable), match=status):
            provider.mailroom_deliver(a_message(), Deadline(seconds))
    assert len(mailgun.server.requests) == 3
    assert [record for record in caplog.records if record.name.startswith("mailgun")] == []
