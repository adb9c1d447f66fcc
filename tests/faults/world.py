"""A function that is called with something broken, and what has come of it."""

from __future__ import annotations

import importlib
import logging
import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from time import monotonic
from typing import Any

import pytest
from attrs import field, frozen
from cognito_mailroom import MailroomError
from cognito_mailroom.cli.lambda_context import LambdaContext
from cognito_mailroom.testing.leak_detection import LeakDetector, capturing_output
from cognito_mailroom.testing.stand_in import ReceivedMail

from tests.faults.parties import CODE, PASSWORD, RECIPIENT, TOKEN, aws, postmark, smtp

SECONDS = 2.0  # which the context has left; half a second of it is kept for the end
SESSION, ACCESS_KEY = "sentinel-of-the-session", "sentinel-of-the-access-key"
PRIVATE = LeakDetector(
    {
        "the code": CODE,
        "the recipient": RECIPIENT,
        "the SMTP password": PASSWORD,
        "the API key": TOKEN,
        "the session token": SESSION,
        "the secret access key": ACCESS_KEY,
    }
)
# The stand-ins are in the same process.
STAND_INS = ("mail.log", "moto", "werkzeug", "asyncio")
MODULES = ("handler", "cognito_mailroom.function.trigger", "cognito_mailroom.function.queue_worker")


@frozen
class Outcome:
    """What a handler returned or raised."""

    answer: Any = None
    error: MailroomError | None = None
    told: str = field(default="", repr=False)
    seconds: float = 0.0

    @property
    def raised(self) -> str:
        """The error's class, or nothing."""
        return type(self.error).__name__ if self.error else ""


class Extras(logging.Handler):
    """What Lambda's JSON log format shows of a record beside its text."""

    usual = frozenset(vars(logging.makeLogRecord({})))

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Called by logging."""
        self.shown += [repr(value) for name, value in vars(record).items() if name not in self.usual]


def forget() -> None:
    """Has the handler imported anew."""
    for name in MODULES:
        sys.modules.pop(name, None)


def in_this_process(event: Any, seconds: float, settings: Mapping[str, str], *, entry: str) -> Outcome:
    """A cold start, and one invocation, with every logger at DEBUG; nothing private may be told."""
    forget()
    answer, error, extras = None, None, Extras()
    with pytest.MonkeyPatch.context() as patch, capturing_output(*STAND_INS) as heard, ExitStack() as stack:
        stack.callback(logging.root.removeHandler, extras)
        logging.root.addHandler(extras)
        for name, value in settings.items():
            patch.setenv(name, value)
        handler = getattr(importlib.import_module("handler"), entry)
        start = monotonic()
        try:
            answer = handler(event, LambdaContext(seconds))
        except MailroomError as raised:
            error = raised
        spent = monotonic() - start
    told = [heard.output.getvalue(), *extras.shown, *(text for _, text in heard.records)]
    assert any(name.startswith("botocore") for name, _ in heard.records), "nothing was captured"
    for text in (*told, *(traceback.format_exception(error) if error else ()), repr(error)):
        assert not PRIVATE.in_text(text), f"{PRIVATE.in_text(text)} was told"
    return Outcome(answer, error, "\n".join(told), spent)


@frozen
class World:
    """Both inboxes, and attempts at events with these or those parties broken."""

    required: Mapping[str, str]
    aws_url: str
    invoke: Callable[..., Outcome] = in_this_process
    first: list[ReceivedMail] = field(factory=list)
    second: list[ReceivedMail] = field(factory=list)

    @property
    def mails(self) -> int:
        """How many arrived at all."""
        return len(self.first) + len(self.second)

    def attempt(
        self, event: Any, seconds: float = SECONDS, /, *, kms: str = "fine", first: str = "fine",
        second: str = "fine", dynamodb: str = "fine", entry: str = "lambda_handler", **settings: str,
    ) -> Outcome:  # fmt: skip
        """A cold start and one invocation; the parties' faults are those of `tests.faults.parties`."""
        with ExitStack() as parties:
            for service, fault in (("kms", kms), ("dynamodb", dynamodb)):
                url = parties.enter_context(aws(service, fault, self.aws_url))
                settings[f"AWS_ENDPOINT_URL_{service.upper()}"] = url
            for provider in (postmark(first, self.first), smtp(second, self.second)):
                settings |= parties.enter_context(provider)
            return self.invoke(event, seconds, {**self.required, **settings}, entry=entry)
