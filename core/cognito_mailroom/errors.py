"""Everything that can go wrong on the way of an event, by what has to happen next.

::

    MailroomError
    ├── ConfigurationError   an operator must act
    ├── EventError           not an event this function understands
    ├── DecryptionError      the message cannot be what Cognito wrote for this pool
    └── DeliveryError
        ├── Rejected         no retry can mend it
        ├── RateLimited      the provider asks to slow down
        └── Unavailable      a later try may succeed

The text of each is one sentence that an operator may read in a log: what was wrong, with what, and
what to do; never a code, a password, a key or an address.
"""


class MailroomError(Exception):
    """The base of every error that cognito-mailroom raises on purpose."""


class ConfigurationError(MailroomError):
    """An operator must act: a setting, a permission, a key, a sender that is not verified."""


class EventError(MailroomError):
    """The event is not one this function understands, or names nobody to write to."""


class DecryptionError(MailroomError):
    """The encrypted code cannot be what Cognito wrote for this user pool."""


class DeliveryError(MailroomError):
    """The mail was not delivered."""


class Rejected(DeliveryError):
    """No retry can mend it: the address is malformed, refused or suppressed."""


class RateLimited(DeliveryError):
    """The provider asks to slow down.

    ``retry_after`` is the wait in seconds that the provider named, or None.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(DeliveryError):
    """A later try may succeed: a timeout, a lost connection, a 5xx, an exhausted deadline."""
