"""What becomes of SendGrid's answers, where the contract does not say it for all providers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from time import time

import pytest
from cognito_mailroom import Address, ConfigurationError, RateLimited, Receipt, Rejected, Unsupported
from cognito_mailroom.testing import CODE, RECIPIENT, Reply, a_message
from cognito_mailroom_sendgrid.standin import SendGrid

Send = Callable[..., Receipt]

TO, FROM = "personalizations.0.to.0.email", "from.email"
INVALID = "Does not contain a valid address."


def refusal(status: int, messages: Mapping[str, str], **headers: str) -> Reply:
    errors = [{"field": field, "message": text, "help": None} for field, text in messages.items()]
    return Reply(status, {"errors": errors}, {name.replace("_", "-"): text for name, text in headers.items()})


@pytest.mark.parametrize("field", [TO, "personalizations.0.to", "personalizations.to"])
def test_the_recipients_fault(send: Send, sendgrid: SendGrid, field: str) -> None:
    sendgrid.server.next(refusal(400, {field: INVALID}))
    with pytest.raises(
        Rejected, match=r"^SendGrid refused the recipient: Does not contain a valid address\.$"
    ):
        send(a_message())


@pytest.mark.parametrize(
    ("status", "messages", "text"),
    [
        (400, {FROM: INVALID}, "400: Does not contain a valid address."),
        (400, {TO: INVALID, FROM: "Unknown."}, "400: Does not contain a valid address; Unknown."),
        (400, {"personalizations.0.total": "Too many"}, "400: Too many."),
        (401, {"": "Maximum credits exceeded"}, "401: Maximum credits exceeded: check SENDGRID_API_KEY and"),
        (403, {"from": "Not a verified Sender Identity"}, "403: Not a verified Sender Identity: verify the"),
        (403, {TO: INVALID}, "403: Does not contain a valid address: verify the sender in MAILROOM_FROM"),
        (404, {"": "not found"}, "404: not found: check SENDGRID_BASE_URL."),
        (200, {}, "200."),
        (302, {}, "302."),
    ],
)
def test_an_operators_fault(
    send: Send, sendgrid: SendGrid, status: int, messages: dict[str, str], text: str
) -> None:
    sendgrid.server.next(refusal(status, messages))
    with pytest.raises(ConfigurationError, match=f"^SendGrid answered {re.escape(text)}"):
        send(a_message())


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html>",
        "[]",
        "null",
        "7",
        '{"errors": null}',
        '{"errors": ["x"]}',
        '{"errors": [{"field": "to"}]}',
    ],
)
def test_an_answer_in_another_format_is_not_taken_for_the_recipients(
    send: Send, sendgrid: SendGrid, body: str
) -> None:
    sendgrid.server.next(Reply(400, body))
    with pytest.raises(ConfigurationError, match=r"^SendGrid answered 400\.$"):
        send(a_message())


def test_what_sendgrid_repeats_of_the_mail_is_left_out(send: Send, sendgrid: SendGrid) -> None:
    quoted = '"sentinel recipient"@example.com'
    private = (CODE, RECIPIENT, quoted, sendgrid.environ["SENDGRID_API_KEY"])
    sendgrid.server.next(refusal(400, {"content": f"Not {' '.join(private)}"}))
    with pytest.raises(ConfigurationError, match=r"^SendGrid answered 400: Not … … … …\.$"):
        send(a_message(recipient=Address(quoted)))


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"X_RateLimit_Reset": "{later}"}, 300, 401),
        ({"X_RateLimit_Reset": "1392815263"}, 0, 0),
        ({"X_RateLimit_Reset": "1392815263", "Retry_After": "7"}, 7, 7),
    ],
    ids=["to come", "over", "beside a Retry-After"],
)
def test_the_end_of_the_limit_is_the_wait(
    send: Send, sendgrid: SendGrid, headers: dict[str, str], least: float, most: float
) -> None:
    given = {name: value.format(later=int(time()) + 400) for name, value in headers.items()}
    sendgrid.server.next(refusal(429, {"": "too many requests"}, **given))
    with pytest.raises(RateLimited, match="too many requests") as caught:
        send(a_message())
    assert caught.value.retry_after is not None
    assert least <= caught.value.retry_after <= most


def test_a_limit_without_an_end_names_no_wait(send: Send, sendgrid: SendGrid) -> None:
    sendgrid.server.next(refusal(429, {"": "too many requests"}, X_RateLimit_Reset="soon"))
    with pytest.raises(RateLimited) as caught:
        send(a_message())
    assert caught.value.retry_after is None


def test_a_success_counts_whatever_is_in_it(send: Send, sendgrid: SendGrid) -> None:
    sendgrid.server.next(Reply(202, "<html>", {"X-Message-Id": "14c5d75ce93.dfd.64b469"}))
    assert send(a_message()) == Receipt(message_id="14c5d75ce93.dfd.64b469")


def test_an_address_outside_ascii_is_left_to_another_provider(send: Send, sendgrid: SendGrid) -> None:
    with pytest.raises(Unsupported, match="ASCII"):
        send(a_message(recipient=Address("jörg@example.com")))
    assert sendgrid.server.requests == []
