"""The contract's harness for providers with an HTTP API."""

from __future__ import annotations

import socket
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Protocol

import trustme
from attrs import evolve

from . import certificates
from .exchange import Reply
from .faults import Death, Fault
from .harness import Harness
from .http_server import HttpServer
from .server_faults import (
    Behaviour,
    CloseBeforeAnswer,
    CloseWithinAnswer,
    Drip,
    EndlessBody,
    Garbage,
    ResetBeforeAnswer,
    ResetBeforeRequest,
    Stall,
)
from .stand_in import ReceivedMail, StandIn


class HttpBacked(StandIn, Protocol):
    """What the harness needs of a stand-in: `cognito_mailroom.testing.http.HttpStandIn` has it."""

    @property
    def server(self) -> HttpServer:
        """Its server, whose URL is in ``environ``."""


class HttpHarness(Harness):
    """For a provider with an HTTP API: say which stand-in, and what its refusals look like.

    The contract speaks TLS with a server of its own, for which the stand-in's application answers.
    """

    stand_in: type[HttpBacked]
    success: int = 200
    """The status of a mail that was taken."""

    @abstractmethod
    def error(self, status: int, words: str) -> Reply:
        """A refusal in the provider's own format, but none that is about the recipient."""

    @abstractmethod
    def bad_recipient(self, words: str) -> Reply:
        """The refusal of a recipient."""

    def behaviour(self, fault: Fault, words: str) -> Behaviour:
        """What the server does; override it where a provider differs."""
        in_a_while = format_datetime(datetime.now(UTC) + timedelta(seconds=fault.wait or 0), usegmt=True)
        too_many = self.error(429, words)
        table: dict[Fault, Behaviour] = {
            Fault.UNAUTHORIZED: self.error(401, words),
            Fault.FORBIDDEN: self.error(403, words),
            Fault.BAD_REQUEST: self.error(400, words),
            Fault.TOO_LARGE: self.error(413, words),
            Fault.BAD_RECIPIENT: self.bad_recipient(words),
            Fault.RATE_LIMITED: too_many,
            Fault.RATE_LIMITED_SECONDS: _with_header(too_many, "Retry-After", f"{fault.wait or 0:.0f}"),
            Fault.RATE_LIMITED_DATE: _with_header(too_many, "Retry-After", in_a_while),
            Fault.SERVER_ERROR: self.error(500, words),
            Fault.BAD_GATEWAY: Reply(502, _PAGE, {"Content-Type": "text/html"}),
            Fault.EMPTY_BODY: Reply(self.success),
            Fault.INVALID_JSON: Reply(self.success, "{'id': ", {"Content-Type": "application/json"}),
            Fault.ENDLESS_BODY: EndlessBody(self.success),
            Fault.GARBAGE: Garbage(),
            Fault.STALL: Stall(),
            Fault.DRIPPING_HEADERS: Drip(headers=True),
            Fault.DRIPPING_BODY: Drip(),
            Fault.RESET_BEFORE_REQUEST: ResetBeforeRequest(),
            Fault.RESET_AFTER_REQUEST: ResetBeforeAnswer(),
            Fault.CUT_ANSWER: CloseWithinAnswer(),
        }
        return table[fault]

    @contextmanager
    def counterpart(self) -> Iterator[HttpCounterpart]:
        """The stand-in behind a server of the contract's own."""
        with self.stand_in() as stand_in, ExitStack() as stack:
            yield HttpCounterpart(self, stand_in, stack)


class HttpCounterpart:
    """A stand-in whose application answers over TLS, unless a fault comes first."""

    def __init__(self, harness: HttpHarness, stand_in: HttpBacked, stack: ExitStack) -> None:
        self._harness = harness
        self._stand_in = stand_in
        self._stack = stack
        self._servers = [stack.enter_context(HttpServer(stand_in.server.application, tls=True))]
        self._url = self._servers[0].url

    @property
    def environ(self) -> Mapping[str, str]:
        """The stand-in's, with the URL of the server at hand, and the authority to trust."""
        own, ca_file = self._stand_in.server.url, str(certificates.ca_file())
        settings = {name: text.replace(own, self._url) for name, text in self._stand_in.environ.items()}
        trust = dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE"), ca_file)
        return {**trust, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", **settings}

    @property
    def messages(self) -> Sequence[ReceivedMail]:
        """What the application took."""
        return self._stand_in.messages

    @property
    def connections(self) -> int:
        """How many there were."""
        return sum(server.connections for server in self._servers)

    @property
    def attempts(self) -> int:
        """How many requests came in whole."""
        return sum(len(server.requests) for server in self._servers)

    def meet(self, fault: Fault, words: str) -> None:
        """Scripts the next request, or moves to a server that nobody can speak to."""
        if fault is Fault.REFUSED_CONNECTION:
            bound = self._stack.enter_context(socket.socket())
            bound.bind(("127.0.0.1", 0))  # and never listens
            self._url = f"https://127.0.0.1:{bound.getsockname()[1]}"
        elif fault is Fault.UNKNOWN_AUTHORITY:
            self._move(
                HttpServer(
                    self._stand_in.server.application, tls=certificates.server_context(issuer=trustme.CA())
                )
            )
        elif fault is Fault.WRONG_HOST:
            self._move(
                HttpServer(
                    self._stand_in.server.application, tls=certificates.server_context("elsewhere.example")
                )
            )
        else:
            self._servers[0].next(self._harness.behaviour(fault, words))

    def heal(self) -> None:
        """Drops the script of a request that never came, as its handshake outlasted the deadline."""
        self._servers[0].clear_script()

    def die(self, death: Death) -> None:
        """Drops the connection, or does so at the next request."""
        server = self._servers[0]
        if death in {Death.CLOSED, Death.RESET}:
            server.drop_connections(reset=death is Death.RESET)
        elif death is Death.RESET_ON_USE:
            server.next(ResetBeforeRequest())
        else:
            server.next(ResetBeforeAnswer() if death is Death.RESET_AFTER_USE else CloseBeforeAnswer())

    def _move(self, server: HttpServer) -> None:
        self._servers.append(self._stack.enter_context(server))
        self._url = server.url


_PAGE = "<!doctype html>\n<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>\n"


def _with_header(reply: Reply, name: str, value: str) -> Reply:
    return evolve(reply, headers={**reply.headers, name: value})
