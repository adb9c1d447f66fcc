"""Whoever the function waits for says nothing, or a byte at a time without end: it ends within its deadline.

All cases of a table are invoked side by side, so that it takes as long as the slowest.
"""

from __future__ import annotations

import importlib
import json
import re
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from threading import Event, Thread
from threading import enumerate as all_threads
from types import SimpleNamespace
from typing import Any, Self

import pytest
from attrs import frozen
from cognito_mailroom import MailroomError, Message
from cognito_mailroom.testing import Mailroom, certificates

REMAINING = 5.5
"""Seconds that Lambda leaves the function."""
SLACK = 2.0
"""Seconds for a busy machine. Beside four busy loops all end within 5.4 s all the same."""
FOREVER = 60.0

GREETINGS = {
    "http": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n",
    "smtp": b"220-",
    "tls": b"\x16\x03\x03\x40\x00",  # a record of 16 kB
    "proxy": b"HTTP/1.1 200",
}
"""What there is of an answer before it drips."""


class Silent:
    """Accepts everybody, and says nothing, or after ``greeting`` a byte at a time without end."""

    def __init__(self, greeting: bytes, *, drips: bool) -> None:
        self._greeting, self._drips = greeting, drips
        self._over = Event()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._socket.settimeout(0)
        self.port: int = self._socket.getsockname()[1]
        self._thread = Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _serve(self) -> None:
        accepted: list[socket.socket] = []
        while not self._over.wait(0.02):
            said = b"\x20"
            with suppress(BlockingIOError):
                accepted.append(self._socket.accept()[0])
                accepted[-1].settimeout(0)
                said = self._greeting
            for client in accepted if self._drips else ():
                with suppress(OSError):
                    client.send(said if client is accepted[-1] else b"\x20")
        for each in (*accepted, self._socket):
            each.close()


@frozen
class Case:
    """Where it stalls, and what comes of it with a second provider and without."""

    settings: Mapping[str, str]
    """``{http}``, ``{smtp}``, ``{tls}`` and ``{proxy}`` are the ports of those who are silent."""
    alone: str = "Unavailable"
    with_second: str = "Delivered"
    provider: str = "sendgrid"
    entry: str = "lambda_handler"
    event: str = "sign_up"


def sendgrid(url: str, **settings: str) -> dict[str, str]:
    return {"SENDGRID_API_KEY": "SG.key", "SENDGRID_BASE_URL": url, **settings}


def smtp(host: str, port: str, **settings: str) -> dict[str, str]:
    return {"SMTP_HOST": host, "SMTP_PORT": port, "SMTP_SECURITY": "none", **settings}


STALLED, PROXY = "http://127.0.0.1:{http}", {"HTTPS_PROXY": "http://127.0.0.1:{proxy}"}
CASES = {
    "name server of an HTTP provider": Case(sendgrid("https://api.stalls.test")),
    "name server of a mail server": Case(smtp("mail.stalls.test", "25"), provider="smtp"),
    "name server of a proxy": Case(
        sendgrid("https://api.example.test", HTTPS_PROXY="http://proxy.stalls.test")
    ),
    "name server of KMS": Case(
        {"AWS_ENDPOINT_URL_KMS": "http://kms.stalls.test"}, provider="pigeon", with_second="Unavailable"
    ),
    "proxy of an HTTP provider": Case(sendgrid("https://api.example.test", **PROXY)),
    "proxy of a mail server": Case(
        smtp("mail.example.test", "25", SMTP_PROXY=PROXY["HTTPS_PROXY"]), provider="smtp"
    ),
    "proxy of KMS": Case(
        {"AWS_ENDPOINT_URL_KMS": "https://kms.example.test", **PROXY},
        provider="pigeon", with_second="Unavailable",
    ),
    "HTTP provider": Case(sendgrid(STALLED)),
    "HTTP provider, TLS": Case(sendgrid("https://127.0.0.1:{tls}")),
    "mail server": Case(smtp("127.0.0.1", "{smtp}"), provider="smtp"),
    "HTTP provider, from the queue": Case(sendgrid(STALLED), entry="queue_handler"),
    "KMS": Case({"AWS_ENDPOINT_URL_KMS": STALLED}, provider="pigeon", with_second="Unavailable"),
    "SQS": Case(
        {"AWS_ENDPOINT_URL_SQS": STALLED, "MAILROOM_QUEUE_URL": f"{STALLED}/1/mailroom"},
        provider="pigeon", with_second="Unavailable",
    ),
    "DynamoDB": Case(
        {"AWS_ENDPOINT_URL_DYNAMODB": STALLED, "MAILROOM_IDEMPOTENCY_TABLE": "mailroom"},
        provider="pigeon", alone="Delivered",
    ),
    "DynamoDB and an HTTP provider": Case(
        sendgrid(STALLED, AWS_ENDPOINT_URL_DYNAMODB=STALLED, MAILROOM_IDEMPOTENCY_TABLE="mailroom")
    ),
    "AdminGetUser": Case({}, provider="pigeon", with_second="Unavailable", event="take_over_without_email"),
    "Secrets Manager": Case(
        sendgrid(STALLED, SENDGRID_API_KEY="secretsmanager:mailroom"),
        alone="ConfigurationError", with_second="ConfigurationError", entry="start",
    ),
    "Parameter Store": Case(
        sendgrid(STALLED, SENDGRID_API_KEY="ssm:mailroom"),
        alone="ConfigurationError", with_second="ConfigurationError", entry="start",
    ),
}  # fmt: skip


@pytest.fixture
def _name_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Says nothing of names in ``stalls.test`` until the test is over."""
    over, look_up = Event(), socket.getaddrinfo

    def stall(host: str, *args: Any, **options: Any) -> Any:
        if not host.endswith(".stalls.test"):
            return look_up(host, *args, **options)
        over.wait(FOREVER)
        raise socket.gaierror(socket.EAI_AGAIN, "again")

    monkeypatch.setattr(socket, "getaddrinfo", stall)
    yield
    over.set()
    for thread in all_threads():
        if thread.name == "name-look-up":
            thread.join(FOREVER)


@pytest.fixture(params=["hole", "drip"])
def ports(request: pytest.FixtureRequest) -> Iterator[dict[str, int]]:
    with ExitStack() as stack:
        servers = {name: Silent(said, drips=request.param == "drip") for name, said in GREETINGS.items()}
        yield {name: stack.enter_context(server).port for name, server in servers.items()}


def loaded(entry: str, settings: Mapping[str, str]) -> Callable[..., Any]:
    """What Lambda calls, built anew with these settings."""
    if entry == "start":
        return lambda *_: Mailroom.from_environ(settings)
    for name in ("handler", "cognito_mailroom.function.trigger", "cognito_mailroom.function.queue_worker"):
        sys.modules.pop(name, None)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        handler: Callable[..., Any] = getattr(importlib.import_module("handler"), entry)
    return handler


def outcome(handler: Callable[..., Any], event: Any) -> tuple[str, float]:
    """What came of an invocation, and after how many seconds."""
    end = time.monotonic() + REMAINING
    context = SimpleNamespace(
        get_remaining_time_in_millis=lambda: (end - time.monotonic()) * 1000, aws_request_id="request-1"
    )
    try:
        answer = handler(event, context)
        word = "Unavailable" if answer.get("batchItemFailures") else "Delivered"
    except MailroomError as error:
        word = type(error).__name__
    return word, time.monotonic() - end + REMAINING


@pytest.mark.usefixtures("_name_server")
def test_the_function_ends_in_time_and_the_mail_goes_out_where_it_can(
    *,
    ports: dict[str, int],
    environ: dict[str, str],
    sent: list[Message],
    load: Callable[..., dict[str, Any]],
    encrypted: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stalled = STALLED.format(**ports)
    for service in ("COGNITO_IDENTITY_PROVIDER", "SECRETS_MANAGER", "SSM"):  # asked when they are needed
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", stalled)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates.ca_file()))
    calls, expected = {}, {}
    for where, case in CASES.items():
        for others in ("", ",pigeon"):
            name = f"{where}{' and a second provider' if others else ''}"
            first = f"{case.provider},smtp" if (case.provider, others) == ("pigeon", ",pigeon") else ""
            settings = {name: value.format(**ports) for name, value in case.settings.items()}
            settings |= {**environ, "MAILROOM_PROVIDER": first or f"{case.provider}{others}"}
            event = load(case.event, encrypted("482910"))
            if case.event == "sign_up":
                event["request"]["userAttributes"]["email"] = mailbox(name)
            if case.entry == "queue_handler":
                event = batch(event)
            calls[name] = loaded(case.entry, settings), event
            expected[name] = case.with_second if others else case.alone

    with ThreadPoolExecutor(len(calls)) as pool:
        found = dict(zip(calls, pool.map(outcome, *zip(*calls.values(), strict=True)), strict=True))

    for name, (word, seconds) in found.items():
        print(f"{name}: {word} after {seconds:.2f} s")  # noqa: T201 - which ``pytest -rP`` shows
    assert {name: word for name, (word, _) in found.items()} == expected
    late = {name: seconds for name, (_, seconds) in found.items() if seconds > REMAINING + SLACK}
    assert late == {}
    delivered = [name for name, word in expected.items() if word == "Delivered"]
    assert sorted(str(message.recipient) for message in sent) == sorted(map(mailbox, delivered))


def mailbox(name: str) -> str:
    return re.sub(r"\W+", "-", name) + "@example.com"


def batch(event: Mapping[str, Any]) -> dict[str, Any]:
    """What SQS hands over."""
    attributes = {"SentTimestamp": str(int(time.time() * 1000))}
    return {
        "Records": [
            {"messageId": "1", "receiptHandle": "1", "body": json.dumps(event),
             "attributes": attributes, "messageAttributes": {}, "eventSource": "aws:sqs"}
        ]
    }  # fmt: skip
