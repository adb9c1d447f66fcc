"""Ten thousand events through one process, while both providers fail at random."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cognito_mailroom.testing import cognito
from cognito_mailroom.testing.exchange import Exchange, Reply, Request
from cognito_mailroom.testing.http_server import HttpServer
from cognito_mailroom.testing.server_faults import Behaviour, ResetBeforeAnswer
from cognito_mailroom.testing.smtp_server import SmtpServer

from tests.faults.parties import CODE, PASSWORD, TOKEN
from tests.faults.world import PRIVATE

EVENTS, EARLY = 10_000, 1_000
SEED = 20_260_101

# What is raised is given again, as Lambda does; resident memory is what the process itself reports.
CHILD = """
import gc, json, sys, time
import handler
from cognito_mailroom import MailroomError
from cognito_mailroom.cli.lambda_context import LambdaContext

def resident():
    gc.collect()
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))

event, events, early, report = json.loads(sys.stdin.readline()), *map(int, sys.argv[1:3]), sys.argv[3]
raised, kilobytes, start = 0, {}, time.monotonic()
for number in range(1, events + 1):
    event["request"]["userAttributes"]["email"] = f"user-{number}@recipient.example"
    for attempt in range(50):
        try:
            handler.lambda_handler(event, LambdaContext(10))
            break
        except MailroomError:
            raised += 1
    if number in {early, events}:
        kilobytes[number] = resident()
with open(report, "w") as file:
    spent = time.monotonic() - start
    json.dump({"raised": raised, "kilobytes": list(kilobytes.values()), "seconds": spent}, file)
"""


class Inbox:
    """Counts the mails for each recipient, and keeps none."""

    def __init__(self) -> None:
        self.mails: Counter[str] = Counter()

    def append(self, mail: Any) -> None:
        """Called by the stand-in of SMTP."""
        self.mails[mail.rcpt_to[0]] += 1

    def answer(self, request: Request) -> Reply:
        """Called by that of HTTP."""
        self.mails[request.json()["To"]] += 1
        return Reply(200, {"MessageID": "1", "ErrorCode": 0, "Message": "OK"})


class Moody:
    """An HTTP provider that does not know itself what it will do next."""

    faults: tuple[Behaviour, ...] = (Reply(429), Reply(503, "busy"), Reply(401), ResetBeforeAnswer())

    def __init__(self, chance: random.Random, server: HttpServer) -> None:
        self._chance, self._server = chance, server

    def play(self, exchange: Exchange) -> bool:
        """Called by the server."""
        self._server.requests.clear()
        if self._chance.random() < 0.2:
            return self._chance.choice(self.faults).play(exchange)
        reply = exchange.answer()
        exchange.send(reply.head() + reply.content)
        return True


class MoodyReplies(dict[str, Any]):
    """The same of a mail server."""

    faults = ("451 4.3.0 Later", "450 4.7.1 Slower", "421 4.3.2 Shutting down")

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self._chance = chance

    def get(self, command: str, otherwise: Any = None) -> Any:
        """Called at each command."""
        if command == "RCPT" and self._chance.random() < 0.1:
            return self._chance.choice(self.faults)
        return otherwise


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def settings(required: dict[str, str], inbox: Inbox) -> Iterator[dict[str, str]]:
    """The stand-ins, which live in this process, and so apart from the one that is measured."""
    chance = random.Random(SEED)  # noqa: S311 - to be repeatable is the point
    with HttpServer(inbox.answer) as http, SmtpServer(password=PASSWORD) as smtp:
        http.next(*[Moody(chance, http)] * (EVENTS * 5))
        smtp.replies = MoodyReplies(chance)
        smtp.messages = inbox  # type: ignore[assignment]
        yield {
            **required,
            **smtp.environ,
            "POSTMARK_BASE_URL": http.url,
            "POSTMARK_SERVER_TOKEN": TOKEN,
        }


def test_ten_thousand_events(
    *, settings: dict[str, str], inbox: Inbox, encrypted: Callable[..., str], tmp_path: Path,
    tell: Callable[[str], None],
) -> None:  # fmt: skip
    event = cognito.event("CustomEmailSender_SignUp", encrypted(CODE))
    report, log = tmp_path / "report.json", tmp_path / "log"
    root = str(Path(__file__).parents[2])
    with log.open("w") as said:
        subprocess.run(  # noqa: S603
            [sys.executable, "-c", CHILD, str(EVENTS), str(EARLY), str(report)],
            input=json.dumps(event) + "\n",
            check=True,
            text=True,
            stdout=said,
            stderr=subprocess.STDOUT,
            env={**os.environ, **settings, "PYTHONPATH": root},
        )
    figures = json.loads(report.read_text("utf-8"))
    early, late = figures["kilobytes"]
    mails = sum(inbox.mails.values())
    doubles = sum(count - 1 for count in inbox.mails.values())
    losses = EVENTS - len(inbox.mails)
    told = log.read_text("utf-8")
    failovers = told.count('"Failover": 1')
    tell(
        f"Soak: {EVENTS} events, {mails} mails, {losses} losses, {doubles} doubles, {failovers} failovers, "
        f"{figures['raised']} raised and given again; resident {early} kB at {EARLY}, "
        f"{late} kB at {EVENTS} (x {late / early:.3f}); {figures['seconds']:.0f} s"
    )
    assert (mails, losses, doubles) == (EVENTS, 0, 0)
    assert figures["raised"] > 0
    assert late <= 1.05 * early
    assert not PRIVATE.in_text(told)
