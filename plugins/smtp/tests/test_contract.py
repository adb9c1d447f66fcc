"""SMTP keeps the contract of all providers: how each fault looks where replies are lines."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from types import MappingProxyType
from typing import Any

import trustme
from cognito_mailroom.testing import (
    Death,
    Fault,
    Harness,
    ProviderContract,
    ReceivedMail,
    Silence,
    SmtpAnswer,
    SmtpServer,
    certificates,
)

ABORT = struct.pack("ii", 1, 0)


async def reset(transport: asyncio.Transport) -> None:
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
    transport.abort()


async def cut(transport: asyncio.Transport) -> None:
    transport.write(b"25")
    transport.close()


async def drip(transport: asyncio.Transport) -> None:
    for byte in b"250 " + b"slowly " * 100:
        transport.write(bytes([byte]))
        await asyncio.sleep(0.05)


async def go_on_and_on(transport: asyncio.Transport) -> None:
    transport.write(b"250-and so on\r\n" * 100_000)


class Commands(dict[str, SmtpAnswer]):
    """The replies of a server, which count the mails that were handed over."""

    mails = 0

    def get(self, command: str, otherwise: Any = None) -> Any:
        self.mails += command == "RCPT"
        return super().get(command, otherwise)


class SmtpCounterpart:
    """A server with STARTTLS and AUTH; a certificate that is wrong is another server's."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._servers = [self._start()]
        self._port = str(self._servers[0].port)

    def _start(self, context: Any = None) -> SmtpServer:
        server = SmtpServer(username="sentinel-user", password="sentinel-password", context=context)
        server.replies = Commands()
        return self._stack.enter_context(server)

    @property
    def environ(self) -> Mapping[str, str]:
        return {**self._servers[0].environ, "SMTP_PORT": self._port}

    @property
    def messages(self) -> Sequence[ReceivedMail]:
        return self._servers[0].messages

    @property
    def connections(self) -> int:
        return sum(server.connections for server in self._servers)

    @property
    def attempts(self) -> int:
        return sum(server.replies.mails for server in self._servers if isinstance(server.replies, Commands))

    def meet(self, fault: Fault, words: str) -> None:
        if fault is Fault.REFUSED_CONNECTION:
            bound = self._stack.enter_context(socket.socket())
            bound.bind(("127.0.0.1", 0))
            self._port = str(bound.getsockname()[1])
        elif fault in {Fault.UNKNOWN_AUTHORITY, Fault.WRONG_HOST}:
            unknown = fault is Fault.UNKNOWN_AUTHORITY
            context = (
                certificates.server_context(issuer=trustme.CA())
                if unknown
                else certificates.server_context("mx.example")
            )
            self._servers.append(self._start(context))
            self._port = str(self._servers[1].port)
        else:
            # What a new connection meets at the door, a kept one meets at its next command.
            first = "MAIL" if self.connections else "GREETING"
            self._servers[0].replies.update([_answer(fault, words, first)])

    def heal(self) -> None:
        self._servers[0].replies.clear()

    def die(self, death: Death) -> None:
        server = self._servers[0]

        async def once(transport: asyncio.Transport) -> None:
            server.replies.clear()
            await (reset(transport) if death is Death.RESET_ON_USE else _close(transport))

        if death is Death.CLOSED:
            server.drop_connections()
        elif death is Death.RESET:
            server.drop_connections(reset=True)
        else:
            server.replies["MAIL"] = once


async def _close(transport: asyncio.Transport) -> None:
    transport.close()


def _answer(fault: Fault, words: str, first: str) -> tuple[str, SmtpAnswer]:
    table: dict[Fault, tuple[str, SmtpAnswer]] = {
        # A login is for a connection; one that is kept may have lost it.
        Fault.UNAUTHORIZED: ("AUTH" if first == "GREETING" else "MAIL", f"535 5.7.8 {words}"),
        Fault.FORBIDDEN: ("MAIL", f"550 5.7.1 {words}"),
        Fault.BAD_REQUEST: ("MAIL", f"501 5.5.4 {words}"),
        Fault.TOO_LARGE: ("DATA", f"552 5.3.4 {words}"),
        Fault.BAD_RECIPIENT: ("RCPT", f"550 5.1.1 {words}"),
        Fault.RATE_LIMITED: ("RCPT", f"450 4.7.1 {words}"),
        Fault.SERVER_ERROR: ("DATA", f"451 4.3.0 {words}"),
        Fault.BAD_GATEWAY: (first, "HTTP/1.1 502 Bad Gateway\nContent-Type: text/html\n\n<html>"),
        Fault.EMPTY_BODY: ("DATA", "250"),
        Fault.ENDLESS_BODY: ("DATA", go_on_and_on),
        Fault.GARBAGE: (first, "\x15\x03\x01\x00\x02"),
        Fault.STALL: ("DATA", Silence.STALL),
        Fault.DRIPPING_HEADERS: (first, drip),
        Fault.DRIPPING_BODY: ("DATA", drip),
        Fault.RESET_BEFORE_REQUEST: (first, reset),
        Fault.RESET_AFTER_REQUEST: ("DATA", reset),
        Fault.CUT_ANSWER: ("DATA", cut),
    }  # fmt: skip
    return table[fault]


class SmtpHarness(Harness):
    provider = "smtp"
    exempt = MappingProxyType(
        {
            Fault.RATE_LIMITED_SECONDS: "no reply of SMTP names a wait",
            Fault.RATE_LIMITED_DATE: "no reply of SMTP names a wait",
            Fault.INVALID_JSON: "no reply of SMTP is JSON",
            Death.RESET_AFTER_USE: "a command is answered or it is not: RESET_ON_USE is all there is",
        }
    )
    succeeds = MappingProxyType({Fault.EMPTY_BODY: "a reply may be a code alone"})
    server_loggers = ("mail", "asyncio")

    @contextmanager
    def counterpart(self) -> Iterator[SmtpCounterpart]:
        with ExitStack() as stack:
            yield SmtpCounterpart(stack)


class TestContract(ProviderContract):
    harness = SmtpHarness()
