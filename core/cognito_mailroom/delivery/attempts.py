"""Tries providers one after the other until one takes the mail."""

from __future__ import annotations

import re
from collections.abc import Sequence
from time import monotonic, sleep

from attrs import evolve

from cognito_mailroom.deadline import Deadline
from cognito_mailroom.errors import (
    ConfigurationError,
    CredentialsRefused,
    DeliveryError,
    MailroomError,
    Rejected,
    Suppressed,
    Unavailable,
    Unsupported,
)
from cognito_mailroom.message import Message, Receipt
from cognito_mailroom.notification import Notification
from cognito_mailroom.plugins.manager import Plugins
from cognito_mailroom.telemetry.record import EventRecord

from .failover import Failover

# They say nothing of a provider's health.
_ABOUT_THE_MAIL = (Rejected, Suppressed, Unsupported)


class Delivery:
    """Tries one provider after the other, and remembers between mails which of them failed lately."""

    def __init__(self, plugins: Plugins) -> None:
        self._plugins = plugins
        self._failover = Failover(plugins.providers)

    def deliver(
        self, notification: Notification, draft: Message, deadline: Deadline, record: EventRecord
    ) -> Receipt:
        """Tries until a provider takes the mail.

        Raises:
            Rejected: a provider says that it is the mailbox; no other would do better.
            Suppressed: every provider asked has the address on its own list, or cannot carry the mail.
            Unsupported: likewise.
            DeliveryError: else, of those that time or an operator can mend, the last provider's.
            ConfigurationError: likewise.

        """
        order = self._failover.order(monotonic())
        failures: list[DeliveryError | ConfigurationError] = []
        for number, provider in enumerate(order):
            share = self._failover.share(deadline.remaining(), untried=len(order) - number)
            try:
                return self._try(provider, notification, draft, deadline.within(share), record)
            except (DeliveryError, ConfigurationError) as error:
                failures.append(error)
            if provider == order[-1] or not _may_another(failures[-1], notification):
                break
            if not deadline.remaining():
                if isinstance(failures[-1], _ABOUT_THE_MAIL):
                    failures.append(Unavailable("No time is left to ask another provider."))
                break
            self._plugins.failed(notification, failures[-1], final=False)
        wait = self._failover.wait(failures[-1], deadline.remaining())
        if wait is not None and provider == order[-1]:
            self._plugins.failed(notification, failures[-1], final=False)
            sleep(wait)
            try:
                return self._attempt(provider, notification, draft, deadline, record)
            except (DeliveryError, ConfigurationError) as error:
                failures[-1] = error
        last_word = _last_word(failures)
        if last_word is not failures[-1]:
            self._plugins.failed(notification, failures[-1], final=False)
        raise last_word

    def _try(
        self,
        provider: str,
        notification: Notification,
        draft: Message,
        deadline: Deadline,
        record: EventRecord,
    ) -> Receipt:
        """One attempt; and a second one where the first was refused with a key that has been replaced."""
        try:
            return self._attempt(provider, notification, draft, deadline, record)
        except CredentialsRefused as error:
            refused = error
        if not self._plugins.is_outdated(provider, deadline):
            raise refused
        self._plugins.failed(notification, refused, final=False)
        return self._attempt(provider, notification, draft, deadline, record, anew=True)

    def _attempt(
        self,
        provider: str,
        notification: Notification,
        draft: Message,
        deadline: Deadline,
        record: EventRecord,
        *,
        anew: bool = False,
    ) -> Receipt:
        with record.attempt(provider):
            try:
                self._plugins.ensure_loaded(provider, deadline, anew=anew)
                with record.timing("render"):
                    message = self._plugins.render(provider, notification, draft)
                with record.timing("deliver"):
                    receipt = self._plugins.deliver(provider, message, deadline)
            except MailroomError as error:
                if not isinstance(error, _ABOUT_THE_MAIL):
                    self._failover.failed(provider, monotonic())
                # Before the record notes it, and so the log.
                raise self._plugins.cleaned(error, notification, draft) from None
        self._failover.delivered(provider)
        detail, message_id = (
            _redacted(str(words or ""), draft) for words in (receipt.detail, receipt.message_id)
        )
        return evolve(receipt, provider=receipt.provider or provider, detail=detail, message_id=message_id)


def _may_another(failure: MailroomError, notification: Notification) -> bool:
    """Whether another provider may be asked; for a suppressed address only where its owner waits."""
    if isinstance(failure, Suppressed):
        return notification.attributes.get("email_verified") == "true"
    return not isinstance(failure, Rejected)


def _last_word(failures: Sequence[MailroomError]) -> MailroomError:
    """The failure to raise: one that time or an operator can mend, if there is any but a Rejected."""
    *_, last = failures
    mendable = [each for each in failures if not isinstance(each, _ABOUT_THE_MAIL)]
    return last if isinstance(last, Rejected) or not mendable else mendable[-1]


def _redacted(words: str, message: Message) -> str:
    """The words of a receipt without whom and what, which the provider may have repeated; every mail pays."""
    for private in filter(None, (str(message.recipient), message.variables.get("code"))):
        # To look for it is cheaper than a pattern, but not all scripts agree on what is the same letter.
        if not (words + private).isascii() or private.lower() in words.lower():
            words = re.sub(re.escape(private), "…", words, flags=re.IGNORECASE)
    return words
