"""What each test of faults begins with, and what all of them have found, printed at the end."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from cognito_mailroom.testing import cognito
from cognito_mailroom.testing.aws_server import AwsServer

from tests.faults.ledger import Note, Row, printed
from tests.faults.parties import CODE, RECIPIENT
from tests.faults.world import ACCESS_KEY, SESSION, World, forget

LEDGER = pytest.StashKey[dict[str, list[Row]]]()
FIGURES = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Opens the ledger."""
    config.stash[LEDGER], config.stash[FIGURES] = {}, []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Prints it."""
    for title, rows in config.stash[LEDGER].items():
        name, _, columns = title.partition(": ")
        terminalreporter.section(name)
        for line in printed(columns, rows):
            terminalreporter.write_line(line)
    for line in config.stash[FIGURES]:
        terminalreporter.write_line(line)


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Note:
    """Keeps what a test has found for the table at the end."""

    def note(title: str, combination: tuple[str, ...], **found: Any) -> Row:
        row = Row(combination, **found)
        request.config.stash[LEDGER].setdefault(title, []).append(row)
        return row

    return note


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Keeps a line for the end."""
    return request.config.stash[FIGURES].append


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
def world(required: dict[str, str], aws: AwsServer) -> Iterator[World]:
    """A world of its own for each test, but for what AWS remembers."""
    yield World(required, aws.endpoint_url)
    forget()
    with warnings.catch_warnings():
        # A provider keeps its connection for as long as the function lives, which here is until now.
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


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
