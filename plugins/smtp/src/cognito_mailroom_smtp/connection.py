"""One SMTP session, whose every wait ends with the deadline of the mail at hand."""

from __future__ import annotations

import base64
import io
import re
import smtplib
import ssl
from contextlib import suppress
from time import monotonic
from typing import Any

from cognito_mailroom import ConfigurationError, Deadline, Message, Rejected, Secret
from cognito_mailroom.transport.answers import cleaned
from cognito_mailroom.transport.sockets import BoundedReader, connect, time_left

from .mime import needs_smtputf8
from .replies import Reply
from .settings import PORTS, SmtpSettings

_MAX_REPLY = 65_536  # bytes


class _ReplyReader(BoundedReader):
    """Reads one reply, but not one without an end."""

    def readinto(self, buffer: Any) -> int | None:
        if self.received > _MAX_REPLY:
            raise OSError("the reply has no end")
        return super().readinto(buffer)


class Connection(smtplib.SMTP):
    """Connected, encrypted and logged in once it is built; ``hello`` is the name it gives itself.

    Raises:
        MailroomError: the server refused something.
        OSError: it cannot be reached, hung up or let the deadline pass; smtplib's errors are OSErrors.

    """

    sock: Any

    def __init__(
        self, settings: SmtpSettings, tls: ssl.SSLContext | None, hello: str, deadline: Deadline
    ) -> None:
        # Without a name, smtplib would ask DNS for one, for as long as that takes.
        super().__init__(local_hostname=hello)
        self.deadline = deadline
        self.last_used = monotonic()
        self._secrets = [settings.username, settings.password]
        self._private = re.compile(r"(?!)")
        try:
            self._open(settings, tls)
        except BaseException:
            self.hang_up()
            raise

    def __del__(self) -> None:
        self.close()

    def begin(self, message: Message) -> tuple[int, bytes]:
        """Names the sender, and returns whatever the server answers."""
        options = ""
        if needs_smtputf8(message.sender, message.recipient, message.reply_to):
            if not self.has_extn("smtputf8"):
                raise _without_smtputf8(message)
            self.command_encoding = "utf-8"
            options = " SMTPUTF8 BODY=8BITMIME"
        self._private = _private_words(message)
        return self.docmd("MAIL", f"FROM:<{message.sender}>{options}")

    def finish(self, answer: tuple[int, bytes], message: Message, content: bytes) -> Reply:
        """All that follows once `begin` was answered; returns the server's last reply."""
        self._require("MAIL", answer)
        self._require("RCPT", self.docmd("RCPT", f"TO:<{message.recipient}>"))
        self._require("DATA", self.docmd("DATA"), wanted="354")
        # RFC 5321, 4.5.2: a lone dot ends the mail, so a line that begins with a dot gets another.
        self.send(content.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        reply = self._require("DATA", self.getreply())
        self.last_used = monotonic()
        return reply

    def hang_up(self) -> None:
        """Takes leave, waits for no answer, and closes."""
        with suppress(OSError):
            self.putcmd("QUIT")
        self.close()

    def send(self, s: Any) -> None:
        """Sends before the deadline."""
        if self.sock:
            self.sock.settimeout(time_left(self.deadline))
        super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        """Reads a reply before the deadline, however slowly it drips in."""
        self.file = io.BufferedReader(_ReplyReader(self.sock, self.deadline))
        return super().getreply()

    def _open(self, settings: SmtpSettings, tls: ssl.SSLContext | None) -> None:
        self.sock = connect(settings.host, settings.port or PORTS[settings.security], self.deadline)
        if tls and settings.security == "tls":
            self._encrypt(tls, settings.host)
        self._require("the connection", self.getreply())
        self._require("EHLO", self.ehlo())
        if tls and settings.security == "starttls":
            if not self.has_extn("starttls"):
                raise ConfigurationError(
                    "The SMTP server offers no STARTTLS, so nothing was sent: "
                    "check SMTP_PORT and SMTP_SECURITY."
                )
            self._require("STARTTLS", self.docmd("STARTTLS"))
            self._encrypt(tls, settings.host)
            self._require("EHLO", self.ehlo())  # RFC 3207, 4.2: what was said in clear is forgotten
        if settings.username:
            self._log_in(settings.username.reveal(), settings.password.reveal())

    def _encrypt(self, tls: ssl.SSLContext, host: str) -> None:
        self.sock.settimeout(time_left(self.deadline))
        self.sock = tls.wrap_socket(self.sock, server_hostname=host)

    def _log_in(self, username: str, password: str) -> None:
        # smtplib's own login tries one method after the other, and knows ASCII only.
        offered = self.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in offered:
            tokens = [_base64(f"\0{username}\0{password}")]
            lines = [f"AUTH PLAIN {tokens[0]}"]
        elif "LOGIN" in offered:
            tokens = [_base64(username), _base64(password)]
            lines = ["AUTH LOGIN", *tokens]
        else:
            raise ConfigurationError(
                "The SMTP server offers no login by PLAIN or LOGIN: check SMTP_PORT, "
                "or unset SMTP_USERNAME and SMTP_PASSWORD."
            )
        self._secrets += map(Secret, tokens)
        *questions, last = lines
        for line in questions:
            self._require("AUTH", self.docmd(line), wanted="334")
        self._require("AUTH", self.docmd(last))

    def _require(self, command: str, answer: tuple[int, bytes], wanted: str = "2") -> Reply:
        reply = Reply.read(answer, self._clean)
        if not reply.code.startswith(wanted):
            raise reply.error(command)
        return reply

    def _clean(self, words: str) -> str:
        for secret in filter(None, self._secrets):
            words = re.sub(re.escape(secret.reveal()), "…", words, flags=re.IGNORECASE)
        return cleaned(self._private.sub("…", words))


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _private_words(message: Message) -> re.Pattern[str]:
    """Whom the mail is for and what it tells them, as a reply might repeat it."""
    words = {str(message.recipient), message.recipient.local_part, *message.variables.values()} - {""}
    longest_first = sorted(map(re.escape, words), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)", re.IGNORECASE)


def _without_smtputf8(message: Message) -> ConfigurationError | Rejected:
    """One recipient's address is one mail lost; the sender's is every mail."""
    if needs_smtputf8(message.sender, message.reply_to):
        return ConfigurationError(
            "The SMTP server offers no SMTPUTF8, which the sender's address needs: "
            "use one in ASCII in MAILROOM_FROM and MAILROOM_REPLY_TO."
        )
    return Rejected("The SMTP server offers no SMTPUTF8, which the recipient's address needs.")
