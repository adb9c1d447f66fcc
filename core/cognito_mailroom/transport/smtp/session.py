"""One SMTP session: its dialogue, login, and what of it may be repeated in errors."""

from __future__ import annotations

import base64
import re
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from attrs import frozen

from cognito_mailroom.address import Address
from cognito_mailroom.deadline import Deadline
from cognito_mailroom.errors import ConfigurationError, MailroomError, Unsupported
from cognito_mailroom.message import Message
from cognito_mailroom.notification import Secret
from cognito_mailroom.transport.answers import cleaned
from cognito_mailroom.transport.mime import needs_smtputf8
from cognito_mailroom.transport.sockets import uptime

from .client import BoundedSmtp
from .replies import SmtpReply

if TYPE_CHECKING:
    from cognito_mailroom.transport.proxy import Proxy

_SHORT = 200  # characters
# Words of an acceptance that are not searched but left out: addresses, what looks escaped, long tokens.
_OPAQUE = re.compile(r"@|%[\da-f]{2}|&#?\w+;|\\|(?:=[\da-f]{2}){2}|[\w+/-]{40}", re.ASCII | re.IGNORECASE)


class AccessTokens(Protocol):
    """Where the access tokens of an XOAUTH2 login come from."""

    def kept(self) -> Secret | None:
        """A token from an earlier mail that has not expired."""

    def fetch(self, deadline: Deadline) -> Secret:
        """A new token, which is kept; raises a MailroomError where there is none."""

    def forget(self) -> None:
        """Keeps the last token no longer, since the server did not take it."""


@frozen
class SmtpEndpoint:
    """Where to connect, and how; ``tls`` is for the whole connection unless ``starttls`` is offered first.

    ``refusal`` says which error it is when a command is answered with a reply that is not wanted; it is
    given the message too, once there is one. A ``proxy`` is asked for a tunnel to any server but one on this
    very machine. With ``access_tokens`` the login is by XOAUTH2, without the password. ``hello`` is the name
    to give oneself, if not the sender's domain; ``envelope_from`` is where bounces go, if not to the sender.
    """

    host: str
    port: int
    tls: ssl.SSLContext | None
    starttls: bool
    username: Secret
    password: Secret
    refusal: Callable[[str, SmtpReply, Message | None], MailroomError]
    proxy: Proxy | None = None
    access_tokens: AccessTokens | None = None
    hello: str = ""
    envelope_from: Address | None = None


class Session(BoundedSmtp):
    """Connected, encrypted and logged in once it is built; ``hello`` is the name it gives itself.

    With an access ``token`` it logs in by XOAUTH2.

    Raises:
        MailroomError: the server refused something, or the proxy did.
        OSError: it cannot be reached, hung up or let the deadline pass.

    """

    def __init__(
        self, server: SmtpEndpoint, hello: str, deadline: Deadline, token: Secret | None = None
    ) -> None:
        super().__init__(hello, deadline)
        self.last_used = uptime()
        self._server = server
        self._secrets = [server.username, server.password]
        self._message: Message | None = None
        try:
            self._open(server)
            if token:
                self._log_in_by_token(server.username.reveal(), token)
            elif server.username:
                self._log_in(server.username.reveal(), server.password.reveal())
        except BaseException:
            self.hang_up()
            raise

    def begin(self, message: Message) -> tuple[int, bytes]:
        """Names the sender, and returns whatever the server answers."""
        options = ""
        if needs_smtputf8(message.sender, message.recipient, message.reply_to):
            if not self.has_extn("smtputf8"):
                raise _without_smtputf8(message)
            self.command_encoding = "utf-8"
            options = " SMTPUTF8 BODY=8BITMIME"
        self._message = message
        return self.docmd("MAIL", f"FROM:<{self._server.envelope_from or message.sender}>{options}")

    def finish(self, answer: tuple[int, bytes], message: Message, content: bytes) -> SmtpReply:
        """All that follows once `begin` was answered; returns the server's last reply."""
        self._require("MAIL", answer)
        self._require("RCPT", self.docmd("RCPT", f"TO:<{message.recipient}>"))
        self._require("DATA", self.docmd("DATA"), wanted="354")
        # RFC 5321, 4.5.2: a lone dot ends the mail, so a line that begins with a dot gets another.
        self.send(content.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        self._require("DATA", answer := self.getreply())
        self.last_used = uptime()
        return SmtpReply.read(answer, self._clean_acceptance)

    def _open(self, server: SmtpEndpoint) -> None:
        self.dial(server.host, server.port, server.proxy)
        if server.tls and not server.starttls:
            self.encrypt(server.tls, server.host)
        self._require("the connection", self.getreply())
        self._require("EHLO", self.ehlo())
        if server.tls and server.starttls:
            if not self.has_extn("starttls"):
                raise ConfigurationError(
                    "The SMTP server offers no STARTTLS, so nothing was sent: check the port."
                )
            self._require("STARTTLS", self.docmd("STARTTLS"))
            self.encrypt(server.tls, server.host)
            self._require("EHLO", self.ehlo())  # RFC 3207, 4.2: what was said in clear is forgotten

    def _log_in_by_token(self, username: str, token: Secret) -> None:
        """By https://developers.google.com/workspace/gmail/imap/xoauth2-protocol, which Microsoft follows."""
        if "XOAUTH2" not in self._logins():
            raise ConfigurationError(
                "The SMTP server offers no login by XOAUTH2: check the host and the port, or use a password."
            )
        login = _base64(f"user={username}\x01auth=Bearer {token.reveal()}\x01\x01")
        self._secrets += [token, Secret(login)]
        answer = self.docmd(f"AUTH XOAUTH2 {login}")
        if answer[0] == 334:  # details of an error, after which the server waits for an empty line
            answer = self.docmd("")
        self._require("AUTH XOAUTH2", answer)

    def _logins(self) -> list[str]:
        """The mechanisms on offer."""
        return self.esmtp_features.get("auth", "").upper().split()

    def _log_in(self, username: str, password: str) -> None:
        # smtplib's own login tries one method after the other, and knows ASCII only.
        offered = self._logins()
        if "PLAIN" in offered:
            tokens = [_base64(f"\0{username}\0{password}")]
            lines = [f"AUTH PLAIN {tokens[0]}"]
        elif "LOGIN" in offered:
            tokens = [_base64(username), _base64(password)]
            lines = ["AUTH LOGIN", *tokens]
        else:
            raise ConfigurationError(
                "The SMTP server offers no login by PLAIN or LOGIN: check the port, or give no user name."
            )
        self._secrets += map(Secret, tokens)
        *questions, last = lines
        for line in questions:
            self._require("AUTH", self.docmd(line), wanted="334")
        self._require("AUTH", self.docmd(last))

    def _require(self, command: str, answer: tuple[int, bytes], wanted: str = "2") -> None:
        if not f"{answer[0]:03}".startswith(wanted):
            raise self._server.refusal(command, SmtpReply.read(answer, self._clean), self._message)

    def _clean(self, words: str) -> str:
        return cleaned(words, *self._secrets, message=self._message)

    def _clean_acceptance(self, words: str) -> str:
        """As `_clean`, but that a search in every spelling would cost each mail, and a cold start more."""
        shown = " ".join("…" if _OPAQUE.search(word) else word for word in words.split())
        if shown.isprintable() and len(shown) <= _SHORT and not self._is_telling(shown.lower()):
            return shown
        return self._clean(words)

    def _is_telling(self, words: str) -> bool:
        assert self._message  # noqa: S101 - for mypy
        secrets = (self._message.variables.get("code", ""), self._server.password.reveal())
        names = (str(self._message.recipient), self._server.username.reveal())
        pieces = [text[at : at + 4] for text in secrets for at in range(len(text) - 3)]
        pieces += filter(None, (name.rpartition("@")[0] or name for name in names))
        return any(piece.lower() in words for piece in pieces)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _without_smtputf8(message: Message) -> ConfigurationError | Unsupported:
    """One recipient's address is for another provider to serve; the sender's concerns every mail."""
    if needs_smtputf8(message.sender, message.reply_to):
        return ConfigurationError(
            "The SMTP server offers no SMTPUTF8, which the sender's address needs: "
            "use one in ASCII in MAILROOM_FROM and MAILROOM_REPLY_TO."
        )
    return Unsupported("The SMTP server offers no SMTPUTF8, which the recipient's address needs.")
