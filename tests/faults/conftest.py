"""A function that is called with something broken, and what has come of it."""

from __future__ import annotations

import gc
import importlib
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import pytest
from attrs import field, frozen
from cognito_mailroom import MailroomError
from cognito_mailroom.cli.lambda_context import LambdaContext
from cognito_mailroom.testing import cognito
from cognito_mailroom.testing.kms import AwsServer
from cognito_mailroom.testing.standin import ReceivedMail
from cognito_mailroom.testing.telltales import Telltales, overhearing

from tests.faults.ledger import Note, Row, printed
from tests.faults.parties import CODE, PASSWORD, RECIPIENT, TOKEN, postmark, smtp
from tests.faults.parties import aws as service_of_aws

SECONDS = 2.0  # which the context has left; half a second of it is kept for the end

SESSION, ACCESS_KEY = "sentinel-of-the-session", "sentinel-of-the-access-key"
PRIVATE = Telltales(
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
MODULES = ("handler", "cognito_mailroom.aws_lambda", "cognito_mailroom.aws_queue")


LEDGER = pytest.StashKey[dict[str, list[Row]]]()


def pytest_configure(config: pytest.Config) -> None:
    """Opens the ledger."""
    config.stash[LEDGER] = {}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Prints it."""
    for title, rows in config.stash[LEDGER].items():
        name, _, columns = title.partition(": ")
        terminalreporter.section(name)
        for line in printed(columns, rows):
            terminalreporter.write_line(line)


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Note:
    """Keeps what a test has found for the table at the end."""

    def note(title: str, combination: tuple[str, ...], **found: Any) -> Row:
        row = Row(combination, **found)
        request.config.stash[LEDGER].setdefault(title, []).append(row)
        return row

    return note


@pytest.fixture(scope="session", autouse=True)
def sentinels(environment: None) -> Iterator[None]:  # noqa: ARG001 - comes first
    """boto3 remembers its credentials from the first client on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_SESSION_TOKEN", SESSION)
        patch.setenv("AWS_SECRET_ACCESS_KEY", ACCESS_KEY)
        yield


@pytest.fixture
def event(encrypted: Callable[..., str]) -> Callable[[], dict[str, Any]]:
    """A new event each time."""
    return lambda: cognito.event("CustomEmailSender_SignUp", encrypted(CODE), attributes={"email": RECIPIENT})


@frozen
class Outcome:
    """What a handler returned or raised."""

    answer: Any = None
    error: MailroomError | None = None
    told: str = field(default="", repr=False)

    @property
    def raised(self) -> str:
        """The error's class, or nothing."""
        return type(self.error).__name__ if self.error else ""


@pytest.fixture
def required(key_arn: str) -> dict[str, str]:
    """The settings that there must be, but for the providers' own."""
    return {
        "MAILROOM_PROVIDER": "postmark,smtp",
        "MAILROOM_KMS_KEY_ARN": key_arn,
        "MAILROOM_FROM": "Acme <no-reply@acme.example>",
        "MAILROOM_EXTENSIONS": "none",  # whatever else is installed
        "AWS_LAMBDA_FUNCTION_NAME": "mailroom",
    }


@pytest.fixture
def invoke(required: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Outcome]]:
    """``invoke(event, seconds, settings)``: a cold start, and one invocation.

    All that is said meanwhile, with every logger at DEBUG, is searched for what is private.
    """

    def forget() -> None:
        for name in MODULES:
            sys.modules.pop(name, None)

    def invoke(
        event: Any, seconds: float, settings: dict[str, str], *, entry: str = "lambda_handler"
    ) -> Outcome:
        forget()
        answer, error = None, None
        with monkeypatch.context() as patch, overhearing(*STAND_INS) as heard:
            for name, value in {**required, **settings}.items():
                patch.setenv(name, value)
            handler = getattr(importlib.import_module("handler"), entry)
            try:
                answer = handler(event, LambdaContext(seconds))
            except MailroomError as raised:
                error = raised
        told = [heard.output.getvalue(), *(text for _, text in heard.records)]
        assert len(told) > 5, "nothing was overheard"
        for text in (*told, *(traceback.format_exception(error) if error else ()), repr(error)):
            assert not PRIVATE.in_text(text), f"{PRIVATE.in_text(text)} was told"
        return Outcome(answer, error, "\n".join(told))

    yield invoke
    forget()
    with warnings.catch_warnings():
        # A provider keeps its connection for as long as the function lives, which here is until now.
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@frozen
class World:
    """Both inboxes, and attempts at events with these or those parties broken."""

    invoke: Callable[..., Outcome]
    aws_url: str
    first: list[ReceivedMail] = field(factory=list)
    second: list[ReceivedMail] = field(factory=list)

    @property
    def mails(self) -> int:
        """How many arrived at all."""
        return len(self.first) + len(self.second)

    def attempt(
        self, event: Any, *, seconds: float = SECONDS, kms: str = "fine", first: str = "fine",
        second: str = "fine", dynamodb: str = "fine", entry: str = "lambda_handler", **settings: str,
    ) -> Outcome:  # fmt: skip
        """A cold start and one invocation; the parties' faults are those of `tests.faults.parties`."""
        with ExitStack() as parties:
            for service, fault in (("kms", kms), ("dynamodb", dynamodb)):
                url = parties.enter_context(service_of_aws(service, fault, self.aws_url))
                settings[f"AWS_ENDPOINT_URL_{service.upper()}"] = url
            for provider in (postmark(first, self.first), smtp(second, self.second)):
                settings |= parties.enter_context(provider)
            return self.invoke(event, seconds, settings, entry=entry)


@pytest.fixture
def world(invoke: Callable[..., Outcome], aws: AwsServer) -> World:
    """A world of its own for each test, but for what AWS remembers."""
    return World(invoke, aws.endpoint_url)


@pytest.fixture
def table(aws: AwsServer) -> Iterator[str]:
    """A table of its own for each test."""
    client, name = aws.client("dynamodb"), f"once-{uuid4().hex}"
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield name
    client.delete_table(TableName=name)
