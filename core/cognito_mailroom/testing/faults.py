"""The faults that a provider may meet, and the error that each must become."""

from __future__ import annotations

import enum

from cognito_mailroom import ConfigurationError, MailroomError, RateLimited, Rejected, Unavailable


class Fault(enum.Enum):
    """One row: what happens, and the error that it must become.

    ConfigurationError says that an operator can mend it, and lets the next provider try; Rejected that
    nobody can; after RateLimited and Unavailable the mail is tried again.
    """

    UNAUTHORIZED = "a 401", ConfigurationError
    FORBIDDEN = "a 403", ConfigurationError
    BAD_REQUEST = "a 400 that is not about the recipient", ConfigurationError
    TOO_LARGE = "a 413", ConfigurationError
    BAD_RECIPIENT = "a recipient that the provider refuses", Rejected
    RATE_LIMITED = "a 429", RateLimited
    RATE_LIMITED_SECONDS = "a 429 with a Retry-After in seconds", RateLimited
    RATE_LIMITED_DATE = "a 429 with a Retry-After as a date", RateLimited
    SERVER_ERROR = "a 500", Unavailable
    BAD_GATEWAY = "a 502 with a page of HTML", Unavailable
    EMPTY_BODY = "a success with an empty body", Unavailable
    INVALID_JSON = "a success with invalid JSON", Unavailable
    ENDLESS_BODY = "a body without an end", Unavailable
    GARBAGE = "an answer that is no HTTP", Unavailable
    STALL = "a server that stalls before its answer", Unavailable
    DRIPPING_HEADERS = "a server that drips its headers", Unavailable
    DRIPPING_BODY = "a server that drips its body", Unavailable
    RESET_BEFORE_REQUEST = "a reset before the request is read", Unavailable
    RESET_AFTER_REQUEST = "a reset after the request was read", Unavailable
    CUT_ANSWER = "a connection that ends within the answer", Unavailable
    REFUSED_CONNECTION = "a refused connection", Unavailable
    UNKNOWN_AUTHORITY = "a certificate of an unknown authority", Unavailable
    WRONG_HOST = "a certificate for another host", Unavailable

    def __init__(self, what: str, error: type[MailroomError]) -> None:
        self.what = what
        self.error = error

    @property
    def has_words(self) -> bool:
        """Whether the provider says in its own words what is wrong."""
        return self in _WITH_WORDS

    @property
    def wait(self) -> float | None:
        """The seconds until another try that the provider names, if it does."""
        return 30.0 if self in {Fault.RATE_LIMITED_SECONDS, Fault.RATE_LIMITED_DATE} else None

    @property
    def is_slow(self) -> bool:
        """Whether only the deadline ends it."""
        return self in {Fault.STALL, Fault.DRIPPING_HEADERS, Fault.DRIPPING_BODY}

    @property
    def is_for_kept(self) -> bool:
        """Whether it may befall a kept connection; what looks like a `Death` of it is none."""
        return self.passes and self not in {Fault.RESET_BEFORE_REQUEST, Fault.RESET_AFTER_REQUEST}

    @property
    def passes(self) -> bool:
        """Whether the very same settings may work for the next mail."""
        return self not in {Fault.REFUSED_CONNECTION, Fault.UNKNOWN_AUTHORITY, Fault.WRONG_HOST}


_WITH_WORDS = {
    Fault.UNAUTHORIZED, Fault.FORBIDDEN, Fault.BAD_REQUEST, Fault.TOO_LARGE, Fault.BAD_RECIPIENT,
    Fault.RATE_LIMITED, Fault.RATE_LIMITED_SECONDS, Fault.RATE_LIMITED_DATE, Fault.SERVER_ERROR,
}  # fmt: skip


class Death(enum.Enum):
    """How a kept connection dies between two mails; each must be survived."""

    CLOSED = "was closed by the server"
    RESET = "was reset by the server"
    CLOSED_ON_USE = "is closed as the next request arrives"
    RESET_ON_USE = "is reset as the next request arrives"
    RESET_AFTER_USE = "is reset when the next request was read"
