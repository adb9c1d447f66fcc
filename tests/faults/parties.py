"""Those that the mailroom talks to, each with everything that can go wrong with it."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import urllib3
from cognito_mailroom.testing.exchange import Reply, Request
from cognito_mailroom.testing.http_server import HttpServer
from cognito_mailroom.testing.server_faults import Behaviour, LoseAnswer, ResetBeforeAnswer, Stall
from cognito_mailroom.testing.smtp_server import Silence, SmtpServer
from cognito_mailroom.testing.stand_in import ReceivedMail
from cognito_mailroom_postmark.standin import PostmarkServer

CODE, RECIPIENT = "731059284", "sentinel.person@recipient.example"
PASSWORD, TOKEN = "sentinel-of-the-mail-server", "server-token-of-the-stand-in"

FAULTS = ("fine", "slow", "throttled", "refused", "reset", "dead half way")
"""Slow is who never answers in time; half-way dead who took what came, and did not get to say so."""
PROVIDER_FAULTS = (*FAULTS, "unreachable", "rejected")
"""Refused is the function, for its key or its password; rejected is the recipient."""

LOST_ANSWERS = ("dead half way", "late", "500 when done")
"""Who took what came, once, and closed, kept silent, or said that it failed."""

_ON_THE_WIRE: dict[str, Behaviour] = {
    "slow": Stall(),
    "reset": ResetBeforeAnswer(),
    "dead half way": LoseAnswer(),
    "late": LoseAnswer(late=True),
    "500 when done": LoseAnswer(Reply(500, "Internal Server Error")),
}
_SAID_BY_AWS = {
    "kms": {"throttled": "ThrottlingException", "refused": "AccessDeniedException"},
    "dynamodb": {"throttled": "ThrottlingException", "refused": "AccessDeniedException"},
    "sqs": {"throttled": "RequestThrottled", "refused": "AccessDenied"},
}
# Those that refuse tell, as real ones do, whom and what.
_SAID_BY_POSTMARK = {
    "throttled": Reply(429, {"ErrorCode": 0, "Message": f"Slower, {TOKEN}"}, {"Retry-After": "60"}),
    "refused": Reply(401, {"ErrorCode": 10, "Message": f"No such token: {TOKEN}"}),
    "rejected": Reply(422, {"ErrorCode": 300, "Message": f"Invalid 'To' address: {RECIPIENT}"}),
}
_SAID_BY_SMTP = {
    "throttled": {"RCPT": f"450 4.7.1 <{RECIPIENT}> Slower"},
    "refused": {"AUTH": f"535 5.7.8 {PASSWORD} is not the password"},
    "rejected": {"RCPT": f"550 5.1.1 <{RECIPIENT}> No such user"},
}
_ALWAYS = 99  # requests: more than one event leads to


@contextmanager
def unreachable() -> Iterator[int]:
    """A port that is taken, and at which nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@contextmanager
def aws(service: str, fault: str, real: str) -> Iterator[str]:
    """The origin of a service of AWS, in front of one that works."""
    if fault == "unreachable":
        with unreachable() as port:
            yield f"http://127.0.0.1:{port}"
        return

    def forward(request: Request) -> Reply:
        answer = urllib3.request(
            request.method, real + request.path, body=request.body, headers=dict(request.headers)
        )
        return Reply(answer.status, answer.data, {"Content-Type": answer.headers["Content-Type"]})

    with HttpServer(forward) as server:
        if said := _SAID_BY_AWS[service].get(fault):
            server.next(*[Reply(400, {"__type": said})] * _ALWAYS)
        elif fault != "fine":
            server.next(*[_ON_THE_WIRE[fault]] * (1 if fault in LOST_ANSWERS else _ALWAYS))
        yield server.url


@contextmanager
def postmark(fault: str, inbox: list[ReceivedMail]) -> Iterator[Mapping[str, str]]:
    """The first provider: its settings. What it takes is in the inbox."""
    with PostmarkServer() as standin, unreachable() as nowhere:
        standin.messages = inbox
        if fault not in {"fine", "unreachable"}:
            standin.server.next(*[_SAID_BY_POSTMARK.get(fault) or _ON_THE_WIRE[fault]] * _ALWAYS)
        url = f"http://127.0.0.1:{nowhere}" if fault == "unreachable" else standin.server.url
        yield {**standin.environ, "POSTMARK_BASE_URL": url}


@contextmanager
def smtp(fault: str, inbox: list[ReceivedMail]) -> Iterator[Mapping[str, str]]:
    """The second provider, likewise."""

    async def reset(transport: asyncio.Transport) -> None:
        linger = struct.pack("ii", 1, 0)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()

    async def take_and_die(transport: asyncio.Transport) -> None:
        inbox.append(ReceivedMail("", [RECIPIENT], b""))
        transport.abort()

    said: Mapping[str, Any] = {
        **_SAID_BY_SMTP,
        "slow": {"DATA": Silence.STALL},
        "reset": {"MAIL": reset},
        "dead half way": {"DATA": take_and_die},
    }
    with SmtpServer(password=PASSWORD, replies=said.get(fault, {})) as server, unreachable() as nowhere:
        server.messages = inbox
        port = nowhere if fault == "unreachable" else server.port
        yield {**server.environ, "SMTP_PORT": str(port)}
