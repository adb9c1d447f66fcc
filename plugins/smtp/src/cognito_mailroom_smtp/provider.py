"""The provider itself: one mail at a time, over a connection that is kept."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from cognito_mailroom import ConfigurationError, Deadline, Message, Receipt, hookimpl
from cognito_mailroom.transport import SmtpClient, SmtpEndpoint, compose, tls_context

from .login import contradictions
from .replies import refusal, unavailable
from .settings import PORTS, SmtpSettings

if TYPE_CHECKING:
    from .oauth import AccessTokens

_log = logging.getLogger("cognito_mailroom")


class SmtpProvider:
    """Sends through one SMTP server; nothing is connected until the first mail.

    Raises:
        ConfigurationError: the settings contradict each other.

    """

    Settings = SmtpSettings

    def __init__(self, settings: SmtpSettings) -> None:
        for contradiction in contradictions(settings):
            raise ConfigurationError(contradiction)
        if settings.port == PORTS["tls"] and settings.security != "tls":
            raise ConfigurationError("SMTP_PORT=465 wants SMTP_SECURITY=tls: set that, or another port.")
        if settings.port == PORTS["starttls"] and settings.security == "tls":
            _log.warning("SMTP_PORT=587 goes with SMTP_SECURITY=starttls, and hardly ever with tls")
        self._host = settings.host
        self.client = SmtpClient(
            SmtpEndpoint(
                settings.host,
                settings.port or PORTS[settings.security],
                tls=tls_context(settings.ca_file) if settings.security != "none" else None,
                starttls=settings.security == "starttls",
                username=settings.username,
                password=settings.password,
                refusal=refusal,
                proxy=settings.proxy,
                access_tokens=_access_tokens(settings),
                hello=settings.helo or "",
                envelope_from=settings.envelope_from,
            )
        )

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
            reply = self.client.send(message, mail.as_bytes(), deadline)
            return Receipt(message_id=str(mail["Message-ID"]), detail=str(reply))
        except OSError as error:
            failure = unavailable(self._host, error, deadline)
        raise failure  # not in the except clause, so that it drags no other exception along

    def close(self) -> None:
        """Takes leave of the server; the next mail connects anew."""
        self.client.close()


def _access_tokens(settings: SmtpSettings) -> AccessTokens | None:
    if not settings.oauth.token_url:
        return None
    from .oauth import AccessTokens  # an HTTP client, which few need

    return AccessTokens(settings.oauth)
