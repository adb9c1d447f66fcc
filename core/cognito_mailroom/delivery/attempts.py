"""Tries providers one after the other until one takes the mail."""

from __future__ import annotations

import re
from time import monotonic, sleep

from attrs import evolve

from cognito_mailroom.deadline import Deadline
from cognito_mailroom.errors import ConfigurationError, DeliveryError, MailroomError, Rejected
from cognito_mailroom.message import Message, Receipt
from cognito_mailroom.notification import Notification
from cognito_mailroom.plugins.manager import Plugins
from cognito_mailroom.telemetry.record import EventRecord

from .failover import Failover


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
            Rejected: a provider refused the recipient; no other would do better.
            DeliveryError: the last provider's, or the one at which the time ran out.
            ConfigurationError: likewise.

        """
        *earlier, last = self._failover.order(monotonic())
        for number, provider in enumerate(earlier):
            share = self._failover.share(deadline.remaining(), untried=len(earlier) + 1 - number)
            try:
                return self._attempt(provider, notification, draft, deadline.within(share), record)
            except Rejected:
                raise
            except (DeliveryError, ConfigurationError) as error:
                if not deadline.remaining():
                    raise
                self._plugins.failed(notification, error, final=False)
        try:
            return self._attempt(last, notification, draft, deadline, record)
        except DeliveryError as error:
            wait = self._failover.wait(error, deadline.remaining())
            if wait is None:
                raise
            self._plugins.failed(notification, error, final=False)
        sleep(wait)
        return self._attempt(last, notification, draft, deadline, record)

    def _attempt(
        self,
        provider: str,
        notification: Notification,
        draft: Message,
        deadline: Deadline,
        record: EventRecord,
    ) -> Receipt:
        with record.attempt(provider):
            try:
                with record.timing("render"):
                    message = self._plugins.render(provider, notification, draft)
                with record.timing("deliver"):
                    receipt = self._plugins.deliver(provider, message, deadline)
            except MailroomError as error:
                if not isinstance(error, Rejected):
                    self._failover.failed(provider, monotonic())
                # Before the record notes it, and so the log.
                error.args = (_redacted(str(error), draft), *error.args[1:])
                raise
        self._failover.delivered(provider)
        detail = _redacted(receipt.detail, draft)
        return evolve(receipt, provider=receipt.provider or provider, detail=detail)


def _redacted(words: str, message: Message) -> str:
    """A plugin's words without whom and what, which the provider it quotes may have repeated."""
    for private in filter(None, (str(message.recipient), message.variables.get("code"))):
        # To look for it is cheaper than a pattern, but not all scripts agree on what is the same letter.
        if not (words + private).isascii() or private.lower() in words.lower():
            words = re.sub(re.escape(private), "…", words, flags=re.IGNORECASE)
    return words
