"""Keeps one SMTP session between mails, and replaces it when it has died."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from cognito_mailroom.deadline import Deadline
from cognito_mailroom.errors import CredentialsRefused
from cognito_mailroom.message import Message
from cognito_mailroom.transport.sockets import uptime

from .replies import SmtpReply
from .session import Session, SmtpEndpoint


class SmtpClient:
    """Speaks to one server, one mail at a time; nothing is connected until the first."""

    max_idle = 60.0
    """Seconds: servers, and the networks before them, drop what idles for some minutes without a word."""

    def __init__(self, server: SmtpEndpoint) -> None:
        self._server = server
        self._session: Session | None = None

    def send(self, message: Message, content: bytes, deadline: Deadline) -> SmtpReply:
        """Hands a mail over, once; returns the server's word that it took it.

        Raises:
            MailroomError: the server refused something, or the proxy did.
            OSError: there was no answer before the deadline; whether the mail was taken is not known.

        """
        try:
            session, answer = self._begin(message, deadline)
            return session.finish(answer, message, content)
        except BaseException:
            self.close()  # the next mail must not continue what this one left half done
            raise

    def close(self) -> None:
        """Takes leave of the server; the next mail connects anew."""
        if self._session:
            self._session.hang_up()
        self._session = None

    def _begin(self, message: Message, deadline: Deadline) -> tuple[Session, tuple[int, bytes]]:
        if kept := self._session:
            kept.deadline = deadline
            with suppress(OSError):  # the server may have dropped it between two mails
                if uptime() - kept.last_used < self.max_idle and not kept.has_spoken():
                    answer = kept.begin(message)
                    # Whatever else it says may be about the session, and nothing has been handed over yet.
                    if 200 <= answer[0] < 300:
                        return kept, answer
            self.close()
        self._session = self._connect(message, deadline)
        return self._session, self._session.begin(message)

    def _connect(self, message: Message, deadline: Deadline) -> Session:
        connect = partial(Session, self._server, self._server.hello or message.sender.domain, deadline)
        if not (tokens := self._server.access_tokens):
            return connect()
        if token := tokens.kept():
            with suppress(CredentialsRefused):  # it may have been revoked before its time
                return connect(token)
        try:
            return connect(tokens.fetch(deadline))
        except CredentialsRefused:
            tokens.forget()
            raise
