"""What Postmark answers, by its published list of error codes, and what it must become."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cognito_mailroom import (
    ConfigurationError,
    CredentialsRefused,
    DeliveryError,
    RateLimited,
    Receipt,
    Rejected,
    Suppressed,
    Unavailable,
)
from cognito_mailroom.testing import RECIPIENT, Reply, a_message
from cognito_mailroom_postmark.standin import PostmarkServer

Send = Callable[..., Receipt]


@pytest.mark.parametrize(
    ("status", "code", "words", "error"),
    [
        (401, 10, "Request does not contain a valid Server token.", CredentialsRefused),
        (422, 100, "Maintenance", Unavailable),
        (422, 300, f"Invalid 'To' address: '{RECIPIENT}'.", Rejected),
        (422, 300, f"Error parsing 'To': Illegal email domain 'x' in address '{RECIPIENT}'.", Rejected),
        (422, 300, "Invalid 'From' address: 'no-reply@acme.example'.", ConfigurationError),
        (422, 300, "Error parsing 'Reply-To': Illegal email address 'x'.", ConfigurationError),
        (422, 300, "Invalid metadata content.", ConfigurationError),
        (422, 400, "The 'From' address you supplied is not a Sender Signature.", ConfigurationError),
        (422, 401, "The Sender Signature is not confirmed.", ConfigurationError),
        (422, 405, "You have run out of credits.", ConfigurationError),
        (422, 406, f"Found inactive addresses: {RECIPIENT}. Inactive recipients are …", Suppressed),
        (422, 412, "While your account is pending approval, …", ConfigurationError),
        (422, 413, "Your account may not send.", ConfigurationError),
        (422, 1101, "The TemplateId is not valid.", ConfigurationError),
        (422, 1235, "The message stream does not exist.", ConfigurationError),
        (429, 429, "Rate limit exceeded.", RateLimited),
        (503, 0, "Service unavailable.", Unavailable),
        (200, 406, "Inactive recipient.", Suppressed),
    ],
)
def test_a_refusal(
    status: int, code: int, words: str, *, error: type[DeliveryError], send: Send, postmark: PostmarkServer
) -> None:
    postmark.server.next(Reply(status, {"ErrorCode": code, "Message": words}))
    with pytest.raises(error, match=rf": ErrorCode {code}: " if code else r"^Postmark") as raised:
        send(a_message())
    assert type(raised.value) is error
    assert words.partition(" ")[0] in str(raised.value)
    assert RECIPIENT not in str(raised.value)


def test_a_mail_that_is_to_be_delivered_later_has_no_error_code(send: Send, postmark: PostmarkServer) -> None:
    words = "Message accepted, but delivery may be delayed."
    postmark.server.next(Reply(200, {"To": RECIPIENT, "MessageID": "1-2-3", "Message": words}))
    assert send(a_message()) == Receipt(message_id="1-2-3", detail=words)


@pytest.mark.parametrize("body", [[], "null", {"ErrorCode": 0, "Message": "OK"}], ids=str)
def test_a_success_without_a_message_id_is_none(body: Any, send: Send, postmark: PostmarkServer) -> None:
    postmark.server.next(Reply(200, body))
    with pytest.raises(Unavailable, match="not that it took the mail"):
        send(a_message())


def test_a_redirect_is_not_followed(send: Send, postmark: PostmarkServer) -> None:
    postmark.server.next(Reply(302, headers={"Location": f"{postmark.server.url}/email"}))
    with pytest.raises(ConfigurationError, match="302"):
        send(a_message())
    assert len(postmark.server.requests) == 1
