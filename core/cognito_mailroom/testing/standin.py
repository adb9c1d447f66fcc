"""What takes a provider's place in the demo and in tests, and what it received there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from time import monotonic
from typing import Protocol, Self

from attrs import field, frozen


@frozen
class ReceivedMail:
    """A mail as a stand-in took it, whatever way it came."""

    mail_from: str
    rcpt_to: list[str]
    content: bytes = field(repr=False)
    """As RFC 5322 has it."""
    received_at: float = field(factory=monotonic, kw_only=True)
    """By `time.monotonic`."""

    @property
    def message(self) -> EmailMessage:
        """The content, parsed."""
        return message_from_bytes(self.content, policy=policy.default)


class StandIn(Protocol):
    """A provider on the loopback interface, for the length of a ``with`` block.

    A plugin's distribution may name such a class, under the provider's name, in the entry-point group
    ``cognito_mailroom.standins``: the demo then works with that provider too.
    """

    @property
    def environ(self) -> Mapping[str, str]:
        """The provider's own settings, its key included, that point the real plugin here."""

    @property
    def messages(self) -> Sequence[ReceivedMail]:
        """What arrived so far, in order of arrival."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...
