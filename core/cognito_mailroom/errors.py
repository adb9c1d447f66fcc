"""Everything that can go wrong on the way of an event, by what has to happen next.

::

    MailroomError
    ├── ConfigurationError   an operator must act
    │   └── CredentialsRefused   the provider does not take the key or password
    ├── EventError           not an event this function understands
    ├── DecryptionError      the message cannot be what Cognito wrote for this pool
    └── DeliveryError
        ├── Rejected         the provider says in so many words that it is the mailbox
        ├── Suppressed       the provider's own list forbids the address
        ├── Unsupported      this provider cannot carry this mail; another may
        ├── RateLimited      the provider asks to slow down
        └── Unavailable      a later try may succeed

The text of each is one sentence that an operator may read in a log: what was wrong, with what, and
what to do; never a code, a password, a key or an address.
"""


class MailroomError(Exception):
    """The base of every error that cognito-mailroom raises on purpose."""


class ConfigurationError(MailroomError):
    """An operator must act: a setting, a permission, a key, a sender that is not verified.

    So must one where a provider's refusal was not ``understood``: the mail is kept for that.
    """

    def __init__(self, message: str, *, understood: bool = True) -> None:
        super().__init__(message)
        self.understood = understood


class CredentialsRefused(ConfigurationError):
    """The provider does not take the key or the password; it may have been replaced meanwhile."""


class EventError(MailroomError):
    """The event is not one this function understands, or names nobody to write to."""


class DecryptionError(MailroomError):
    """The encrypted code cannot be what Cognito wrote for this user pool."""


class DeliveryError(MailroomError):
    """The mail was not delivered."""


class Rejected(DeliveryError):
    """The provider says in so many words that it is the mailbox: no such user, malformed.

    It loses the mail at once: no other provider is asked, and nothing is retried.
    """


class Suppressed(DeliveryError):
    """The provider's own list forbids the address, after a bounce or a complaint there."""


class Unsupported(DeliveryError):
    """The provider cannot carry this mail, such as one to an address outside ASCII; another may."""


class RateLimited(DeliveryError):
    """The provider asks to slow down.

    ``retry_after`` is the wait in seconds that the provider named, or None.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(DeliveryError):
    """A later try may succeed: a timeout, a lost connection, a 5xx, an exhausted deadline."""
