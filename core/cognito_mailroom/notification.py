"""The decrypted event as plugins see it, and secrets that do not show."""

from __future__ import annotations

import enum
import hmac
from collections.abc import Mapping
from types import MappingProxyType
from typing import NoReturn

from attrs import field, frozen

from .address import Address


class Trigger(enum.StrEnum):
    """The eight documented trigger sources; the value is Cognito's own ``triggerSource``.

    Settings name a trigger by its member: ``MAILROOM_VALIDITY_SIGN_UP``.
    Source: https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-email-sender.html
    """

    SIGN_UP = "CustomEmailSender_SignUp"
    RESEND_CODE = "CustomEmailSender_ResendCode"
    FORGOT_PASSWORD = "CustomEmailSender_ForgotPassword"
    UPDATE_USER_ATTRIBUTE = "CustomEmailSender_UpdateUserAttribute"
    VERIFY_USER_ATTRIBUTE = "CustomEmailSender_VerifyUserAttribute"
    AUTHENTICATION = "CustomEmailSender_Authentication"
    ADMIN_CREATE_USER = "CustomEmailSender_AdminCreateUser"
    ACCOUNT_TAKE_OVER_NOTIFICATION = "CustomEmailSender_AccountTakeOverNotification"

    @property
    def slug(self) -> str:
        """The name in lower case, as template files and tags carry it: ``sign_up``."""
        return self.name.lower()


class Secret:
    """A text that shows itself only to who asks: ``secret.reveal()`` is the one door.

    ``str``, ``repr``, ``format`` and logs see asterisks; pickling raises TypeError.
    """

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """The text itself. Never log it, raise it or store it."""
        return self.__value

    def __bool__(self) -> bool:
        return bool(self.__value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        # An environment variable may hold bytes that are no text.
        mine, theirs = (secret.__value.encode("utf-8", "surrogatepass") for secret in (self, other))  # noqa: SLF001
        return hmac.compare_digest(mine, theirs)

    def __hash__(self) -> int:
        return hash(self.__value)

    def __repr__(self) -> str:
        return "Secret('********')"

    def __str__(self) -> str:
        return "********"

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret cannot be pickled: it would be written down in clear")


def read_only(mapping: Mapping[str, str]) -> Mapping[str, str]:
    """A copy that cannot be changed."""
    return MappingProxyType(dict(mapping))


@frozen(kw_only=True)
class Notification:
    """One thing to tell one person.

    The repr shows neither whom nor what, so that a log line may carry it.
    """

    trigger: Trigger | str
    """A `Trigger`, or the raw name of a source that AWS has not documented yet."""
    recipient: Address | None = field(default=None, repr=False)
    """Who gets the mail; None only until ``mailroom_recipient`` has answered."""
    secret: Secret | None = None
    """The code or temporary password; None where Cognito sent none."""
    attributes: Mapping[str, str] = field(factory=dict, converter=read_only, repr=False)
    """The user's attributes, or the facts of a take-over notice. Users write these: hostile input."""
    client_metadata: Mapping[str, str] = field(factory=dict, converter=read_only, repr=False)
    """What the client application passed along. **Untrusted.**"""
    client_id: str | None = None
    """The app client; None for calls that have none, such as an administrator's."""
    pool_id: str = ""
    user_name: str = field(default="", repr=False)
    locale: str = ""
    """A BCP 47 tag such as ``de-CH``, or an empty text."""
    idempotency_key: str = ""
    """The same for every retry of one event, and for no other event."""

    @property
    def slug(self) -> str:
        """The trigger's short name: ``sign_up``; ``generic`` for an undocumented source."""
        return self.trigger.slug if isinstance(self.trigger, Trigger) else "generic"
