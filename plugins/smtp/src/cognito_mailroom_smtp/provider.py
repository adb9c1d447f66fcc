"""The provider itself: one mail at a time, over a connection that is kept."""

from __future__ import annotations

import ssl
from contextlib import suppress
from time import monotonic

from cognito_mailroom import ConfigurationError, Deadline, Message, Receipt, hookimpl
from cognito_mailroom.transport.mime import compose

from .connection import Connection
from .replies import Reply, unavailable
from .settings import SmtpSettings


class SmtpProvider:
    """Sends through one SMTP server; nothing is connected until the first mail.

    Raises:
        ConfigurationError: the settings contradict each other.

    """

    Settings = SmtpSettings
    max_idle = 60.0
    """Seconds: servers, and the networks before them, drop what idles for some minutes without a word."""

    def __init__(self, settings: SmtpSettings) -> None:
        if bool(settings.username) != bool(settings.password):
            raise ConfigurationError("SMTP_USERNAME and SMTP_PASSWORD go together: set both or neither.")
        if settings.username and settings.security == "none":
            raise ConfigurationError(
                "SMTP_SECURITY=none would send SMTP_USERNAME and SMTP_PASSWORD unencrypted: "
                "choose starttls or tls, or unset both."
            )
        self._settings = settings
        self._connection: Connection | None = None
        encrypted = settings.security != "none"
        self._tls = ssl.create_default_context(cafile=settings.ca_file) if encrypted else None

    @hookimpl
    def mailroom_deliver(self, message: Message, deadline: Deadline) -> Receipt:
        """Hands the mail to the server.

        Raises:
            DeliveryError: as `cognito_mailroom_smtp.replies` says, or Unavailable where no reply came.
            ConfigurationError: likewise, or the message is a template that is hosted elsewhere.

        """
        if message.hosted_template:
            raise ConfigurationError("SMTP servers host no templates: have the bodies rendered for smtp.")
        mail = compose(message)
        try:
            reply = self._send(message, mail.as_bytes(), deadline)
            return Receipt(message_id=str(mail["Message-ID"]), detail=str(reply))
        except OSError as error:
            failure = unavailable(self._settings.host, error, deadline)
        raise failure  # not in the except clause, so that it drags no other exception along

    def close(self) -> None:
        """Takes leave of the server; the next mail connects anew."""
        if self._connection:
            self._connection.hang_up()
        self._connection = None

    def _send(self, message: Message, content: bytes, deadline: Deadline) -> Reply:
        try:
            connection, answer = self._begin(message, deadline)
            return connection.finish(answer, message, content)
        except BaseException:
            self.close()  # the next mail must not continue what this one left half done
            raise

    def _begin(self, message: Message, deadline: Deadline) -> tuple[Connection, tuple[int, bytes]]:
        if kept := self._connection:
            kept.deadline = deadline
            with suppress(OSError):  # the server may have dropped it between two mails
                if monotonic() - kept.last_used < self.max_idle:
                    answer = kept.begin(message)
                    if answer[0] != 421:
                        return kept, answer
            self.close()
        self._connection = Connection(self._settings, self._tls, message.sender.domain, deadline)
        return self._connection, self._connection.begin(message)
