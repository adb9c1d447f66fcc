"""The outcome of one event in the demo: its mail, how long it took, what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from cognito_mailroom.notification import Trigger

if TYPE_CHECKING:
    from cognito_mailroom.testing.stand_in import ReceivedMail


@frozen
class Received:
    """What came of one event."""

    trigger: Trigger
    recipient: str
    mail: ReceivedMail | None
    seconds: float | None
    """From the event to the inbox."""
    fault: str
    """What is wrong with the mail, or an empty text."""

    @property
    def name(self) -> str:
        """The trigger as people say it: ``Sign up``."""
        return self.trigger.slug.replace("_", " ").capitalize()

    @property
    def subject(self) -> str:
        """The subject of the mail, if there is one."""
        return str(self.mail.message["Subject"]) if self.mail else ""

    @property
    def duration(self) -> str:
        """``12 ms``, or nothing."""
        return "" if self.seconds is None else f"{self.seconds * 1000:.0f} ms"
