"""What SES answers, by its published list of errors, and what it must become."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cognito_mailroom import (
    Address,
    ConfigurationError,
    MailroomError,
    RateLimited,
    Receipt,
    Rejected,
    Unavailable,
)
from cognito_mailroom.testing import RECIPIENT, Reply, a_message
from cognito_mailroom_ses.standin import SesServer

Send = Callable[..., Receipt]

UNVERIFIED = f"Email address is not verified. The following identities failed the check: {RECIPIENT}"


@pytest.mark.parametrize(
    ("status", "code", "words", "error"),
    [
        (400, "MessageRejected", UNVERIFIED, ConfigurationError),
        (400, "MessageRejected", "The message contains a virus.", ConfigurationError),
        (400, "MailFromDomainNotVerifiedException", "The MX record is missing.", ConfigurationError),
        (400, "SendingPausedException", "Sending is paused.", ConfigurationError),
        (400, "AccountSuspendedException", "The account is suspended.", ConfigurationError),
        (404, "NotFoundException", "Configuration set <codes> does not exist.", ConfigurationError),
        (404, "NotFoundException", "Template welcome does not exist.", ConfigurationError),
        (404, "NotFoundException", "Domain acme.example does not exist.", ConfigurationError),
        (403, "AccessDeniedException", "User is not authorized.", ConfigurationError),
        (403, "InvalidSignatureException", "The signature does not match.", ConfigurationError),
        (403, "ExpiredTokenException", "The security token is expired.", ConfigurationError),
        (400, "BadRequestException", "Missing final '@domain'", Rejected),
        (400, "BadRequestException", "Domain contains illegal character", Rejected),
        (400, "BadRequestException", "Local address contains control or whitespace", Rejected),
        (400, "BadRequestException", f"Invalid email address {RECIPIENT}.", Rejected),
        (400, "BadRequestException", "Invalid From address", ConfigurationError),
        (400, "BadRequestException", "ReplyTo: Illegal address", ConfigurationError),
        (400, "BadRequestException", "Invalid ARN for the domain", ConfigurationError),
        (400, "BadRequestException", "Too many tags", ConfigurationError),
        (429, "TooManyRequestsException", "Maximum sending rate exceeded.", RateLimited),
        (400, "LimitExceededException", "Daily message quota exceeded.", RateLimited),
        (400, "ThrottlingException", "Rate exceeded", RateLimited),
        (400, "Throttling", "Rate exceeded", RateLimited),
        (500, "InternalServiceErrorException", "Something broke.", Unavailable),
        (503, "ServiceUnavailable", "Try later.", Unavailable),
    ],
)
def test_a_refusal(
    status: int, code: str, words: str, *, error: type[MailroomError], send: Send, ses: SesServer
) -> None:
    reply = Reply(status, {"message": words}, {"x-amzn-ErrorType": f"{code}:http://internal.amazon.com/"})
    ses.server.next(reply)
    with pytest.raises(error, match=rf" {code}(: |\.$)") as raised:
        send(a_message())
    assert type(raised.value) is error
    assert words.partition(" ")[0] in str(raised.value)
    assert RECIPIENT not in str(raised.value)


def test_a_missing_permission_is_named(send: Send, ses: SesServer) -> None:
    ses.server.next(Reply(403, {"Message": "No."}, {"x-amzn-ErrorType": "AccessDeniedException"}))
    with pytest.raises(
        ConfigurationError, match="ses:SendTemplatedEmail and ses:ApplyTrackingConfigurationOverrides"
    ):
        send(a_message())


def test_a_refusal_without_a_word(send: Send, ses: SesServer) -> None:
    ses.server.next(Reply(418, {"message": None}))
    with pytest.raises(ConfigurationError, match=r"^SES answered 418\.$"):
        send(a_message())


@pytest.mark.parametrize("body", [[], "null", {}, {"MessageId": None}], ids=str)
def test_a_success_without_a_message_id_is_none(
    body: list[object] | dict[str, object] | str, send: Send, ses: SesServer
) -> None:
    ses.server.next(Reply(200, body))
    with pytest.raises(Unavailable, match="not that it took the mail"):
        send(a_message())


def test_a_sender_that_is_not_verified(send: Send, ses: SesServer) -> None:
    """By moto, which says so in words of its own."""
    with pytest.raises(ConfigurationError, match="MessageRejected"):
        send(a_message(sender=Address("no-reply@other.example")))
    assert not ses.messages
