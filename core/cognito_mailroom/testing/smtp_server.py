"""A scriptable mail server by aiosmtpd: it keeps mails, and refuses, stalls or hangs up when told to."""

from __future__ import annotations

import asyncio
import base64
import enum
import logging
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable, Collection, Mapping
from pathlib import Path
from typing import Any, Literal, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import MISSING, SMTP, AuthResult

from . import certificates
from .stand_in import ReceivedMail

# At DEBUG it logs whole mails, which would look like a leak of the code under test.
logging.getLogger("mail.log").setLevel(logging.ERROR)

PASSWORD = "sentinel-of-the-mail-server"  # noqa: S105 - of no account but this stand-in's
"""The password where a test names none: what to search logs and errors for."""


_MAX_AUTH = 12_288  # octets of a command (RFC 4954, 4), where aiosmtpd takes no more than 512


class Silence(enum.Enum):
    """What the server does instead of answering."""

    STALL = enum.auto()
    HANG_UP = enum.auto()


SmtpAnswer = str | Silence | Callable[[asyncio.Transport], Awaitable[None]]
"""A reply, none, or a coroutine function that is given the connection to misuse."""


class SmtpServer:
    """aiosmtpd on a free port of the loopback interface, for the length of a ``with`` block.

    Over an encrypted connection it wants a login, unless ``auth_required`` is false; over a plain one
    it offers none. With ``access_tokens`` the login is by XOAUTH2 alone, with any of them, and refused as
    Gmail refuses it. ``context`` is for certificates that are not the stand-ins' own.

    ``replies`` says what to answer instead to ``GREETING``, ``EHLO``, ``STARTTLS``, ``AUTH``, ``MAIL``,
    ``RCPT`` or ``DATA`` (there, when the whole mail has arrived), such as ``550 5.1.1 No such user``.
    Line feeds part the lines of a longer reply. A test may change it while the server runs.
    """

    host = "localhost"

    def __init__(
        self,
        *,
        security: Literal["starttls", "tls", "none"] = "starttls",
        username: str = "mailroom",
        password: str = PASSWORD,
        access_tokens: Collection[str] | None = None,
        auth_required: bool = True,
        smtputf8: bool = True,
        replies: Mapping[str, SmtpAnswer] | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.security = security
        self.username = username
        self.password = password
        self.access_tokens = access_tokens
        self.auth_required = auth_required and security != "none"
        self.replies: dict[str, SmtpAnswer] = {}
        self.messages: list[ReceivedMail] = []
        self.connections = 0
        """How many were accepted so far."""
        self.sessions: set[_Session] = set()
        self._first_replies = replies or {}
        context = context or certificates.server_context()
        self._controller = _Controller(
            _Hooks(self),
            hostname="127.0.0.1",
            port=0,
            ssl_context=context if security == "tls" else None,
            tls_context=context if security == "starttls" else None,
            require_starttls=True,
            auth_require_tls=security != "tls",  # for aiosmtpd, only STARTTLS encrypts
            authenticator=self._authenticate,
            auth_exclude_mechanism=["XOAUTH2"] if access_tokens is None else ["LOGIN", "PLAIN"],
            enable_SMTPUTF8=smtputf8,
        )

    @property
    def port(self) -> int:
        """The port, once the server is up."""
        return int(self._controller.port)

    @property
    def ca_file(self) -> Path:
        """The authority that a client must trust, in PEM."""
        return certificates.ca_file()

    @property
    def environ(self) -> Mapping[str, str]:
        """The settings that point the SMTP plugin here."""
        settings = {"HOST": self.host, "PORT": str(self.port), "SECURITY": self.security}
        if self.security != "none":
            settings |= {"USERNAME": self.username, "CA_FILE": str(self.ca_file)}
            settings |= {"PASSWORD": self.password} if self.access_tokens is None else {}
        return {f"SMTP_{name}": value for name, value in settings.items()}

    def __enter__(self) -> Self:
        self._controller.start()
        self.connections = 0  # the controller's own, to see whether the server answers, is none
        self.replies.update(self._first_replies)
        return self

    def __exit__(self, *_: object) -> None:
        self.drop_connections()
        self._controller.stop()

    def drop_connections(self, *, reset: bool = False) -> None:
        """Breaks off every connection without a word, or resets it, as a server does that is restarted."""
        asyncio.run_coroutine_threadsafe(self._drop_connections(reset), self._controller.loop).result()

    async def _drop_connections(self, reset: bool) -> None:  # noqa: FBT001
        for session in self.sessions:
            if reset:
                connection = session.transport.get_extra_info("socket")
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            session.transport.abort()
        while self.sessions:  # noqa: ASYNC110 - the loop needs a few turns, and nothing tells which
            await asyncio.sleep(0)

    def _authenticate(self, _: Any, __: Any, ___: Any, ____: str, given: Any) -> AuthResult:
        known = (self.username.encode(), self.password.encode())
        # Unless it is marked as not handled, aiosmtpd leaves a refused client without an answer.
        return AuthResult(success=tuple(given) == known, handled=False)

    def knows_token(self, login: str) -> bool:
        """Whether this is, in base64, the user's name with one of the tokens."""
        known = (f"user={self.username}\x01auth=Bearer {token}\x01\x01" for token in self.access_tokens or ())
        return login in [base64.b64encode(each.encode()).decode() for each in known]


class _Controller(Controller):  # type: ignore[misc]
    def factory(self) -> _Session:
        return _Session(self.handler, loop=self.loop, **self.SMTP_kwargs)

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class _Session(SMTP):  # type: ignore[misc]
    """One connection, as far as aiosmtpd asks no hook."""

    greeted = False
    argument = ""  # what came with MAIL or RCPT

    def __init__(self, hooks: _Hooks, **options: Any) -> None:
        if hooks.server.access_tokens is not None:
            self.line_length_limit = _MAX_AUTH
        super().__init__(hooks, **options)
        self.command_size_limits["AUTH"] = _MAX_AUTH

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        server = self.event_handler.server
        server.connections += self not in server.sessions  # STARTTLS makes a connection twice
        server.sessions.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.server.sessions.discard(self)
        super().connection_lost(error)

    async def push(self, status: str) -> None:
        if not self.greeted:
            self.greeted = True
            status = await self.event_handler.reply(self, "GREETING", status)
        await super().push(status)

    async def smtp_STARTTLS(self, arg: str) -> None:  # noqa: N802
        reply = await self.event_handler.reply(self, "STARTTLS", MISSING)
        await (super().smtp_STARTTLS(arg) if reply is MISSING else self.push(reply))

    async def smtp_MAIL(self, arg: str) -> None:  # noqa: N802
        self.argument = arg
        await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str) -> None:  # noqa: N802
        self.argument = arg
        await super().smtp_RCPT(arg)

    @property
    def mailbox(self) -> str:
        """What MAIL or RCPT names: aiosmtpd itself takes the quotes off a local part with dots in a row."""
        return self.argument.partition("<")[2].rpartition(">")[0]

    async def check_auth_needed(self, caller_method: str) -> bool:  # noqa: ARG002
        needed = self.event_handler.server.auth_required and not self.session.authenticated
        if needed:
            await self.push("530 5.7.0 Authentication required")
        return needed


class _Hooks:
    """What aiosmtpd asks at each command. Its names are fixed, and so are the arguments' places."""

    def __init__(self, server: SmtpServer) -> None:
        self.server = server

    async def reply(self, session: _Session, command: str, otherwise: Any) -> Any:
        reply = self.server.replies.get(command, otherwise)
        if reply is Silence.HANG_UP:
            session.transport.abort()
        elif callable(reply):
            await reply(session.transport)
        if not isinstance(reply, str) and reply is not MISSING:
            await asyncio.Event().wait()  # until the end of the connection cancels it
        return reply

    async def handle_EHLO(  # noqa: N802
        self, session: _Session, state: Any, _: Any, name: str, offers: list[str]
    ) -> list[str]:
        state.host_name = name
        reply: str = await self.reply(session, "EHLO", "\n".join(offers))
        return reply.splitlines()

    async def handle_AUTH(self, session: _Session, *_: Any) -> Any:  # noqa: N802
        return await self.reply(session, "AUTH", MISSING)

    async def auth_XOAUTH2(self, session: _Session, args: list[str]) -> AuthResult:  # noqa: N802
        if self.server.knows_token(args[-1]):
            return AuthResult(success=True)
        if await session.challenge_auth('{"status":"400","schemes":"Bearer"}') is MISSING:
            return AuthResult(success=False, handled=True)
        return AuthResult(
            success=False, handled=False, message="535 5.7.8 Username and Password not accepted. gsmtp"
        )

    async def handle_MAIL(self, session: _Session, _: Any, envelope: Any, *__: Any) -> str:  # noqa: N802
        reply: str = await self.reply(session, "MAIL", "250 2.1.0 OK")
        if reply.startswith("2"):
            envelope.mail_from = session.mailbox
        return reply

    async def handle_RCPT(self, session: _Session, _: Any, envelope: Any, *__: Any) -> str:  # noqa: N802
        reply: str = await self.reply(session, "RCPT", "250 2.1.5 OK")
        if reply.startswith("2"):
            envelope.rcpt_tos.append(session.mailbox)
        return reply

    async def handle_DATA(self, session: _Session, _: Any, envelope: Any) -> str:  # noqa: N802
        mail = ReceivedMail(envelope.mail_from, envelope.rcpt_tos, envelope.content)
        reply: str = await self.reply(session, "DATA", "250 2.0.0 OK")
        if reply.startswith("2"):
            self.server.messages.append(mail)
        return reply
