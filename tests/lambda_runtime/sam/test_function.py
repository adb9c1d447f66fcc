"""The functions that the template configures, built by `sam build`, under AWS's own runtime."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cognito_mailroom.testing.aws_server import AwsServer
from cognito_mailroom.testing.smtp_server import SmtpServer

Deploy = Callable[..., Any]
Load = Callable[..., dict[str, Any]]
Encrypted = Callable[..., str]


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture
def parameters(server: SmtpServer, aws: AwsServer) -> dict[str, str]:
    secret = json.dumps({"password": server.password})
    aws.client("secretsmanager").create_secret(Name=f"prod/mail-{server.port}", SecretString=secret)
    return {
        "SmtpHost": server.host,
        "SmtpUsername": server.username,
        "SecretReference": f"secretsmanager:prod/mail-{server.port}#password",
    }


@pytest.fixture
def whereabouts(server: SmtpServer) -> dict[str, str]:
    """What a mail server on the internet needs no word of."""
    return {"SMTP_PORT": str(server.port), "SMTP_CA_FILE": str(server.ca_file)}


def test_the_function_delivers(
    deploy: Deploy,
    parameters: dict[str, str],
    whereabouts: dict[str, str],
    server: SmtpServer,
    load: Load,
    encrypted: Encrypted,
) -> None:
    stack = deploy(**parameters, AllowedRecipients="alex@example.com")
    mine = load("sign_up", encrypted("482910", key_arn=stack.name("Key")))
    theirs = load("sign_up", encrypted("482911", key_arn=stack.name("Key")))
    theirs["request"]["userAttributes"]["email"] = "stranger@example.com"

    with stack.running("Mailer", **whereabouts) as running:
        assert running.invoke(mine) == {**mine, "response": {}}, running.log
        assert running.invoke(theirs) == {**theirs, "response": {}}, running.log

    (mail,) = server.messages
    assert mail.message["From"] == "Acme <no-reply@acme.example>"
    assert mail.rcpt_to == ["alex@example.com"]
    text = mail.message.get_body(("plain",))
    assert text
    assert "482910" in text.get_content().split()
    # Fields such as the outcome are there to search by only in JSON.
    outcomes = [
        json.loads(line).get("mailroom", {}).get("outcome")
        for line in running.log.splitlines()
        if line.startswith('{"timestamp"')
    ]
    assert outcomes == ["Delivered", "Vetoed"]


def test_a_repeated_event_passes_through_the_queue_and_is_one_mail(
    deploy: Deploy,
    parameters: dict[str, str],
    whereabouts: dict[str, str],
    server: SmtpServer,
    aws: AwsServer,
    load: Load,
    encrypted: Encrypted,
    received: Callable[[str], dict[str, Any]],
) -> None:
    stack = deploy(**parameters, Queue="true", IdempotencyTable="true")
    event = load("sign_up", encrypted("482910", key_arn=stack.name("Key")))

    with stack.running("Mailer") as forwarder:
        for _ in range(2):
            assert forwarder.invoke(event) == {**event, "response": {}}, forwarder.log
    assert not server.messages
    batch = received(stack.name("Waiting"))
    assert len(batch["Records"]) == 2
    with stack.running("Worker", **whereabouts) as worker:
        assert worker.invoke(batch) == {"batchItemFailures": []}, worker.log

    assert len(server.messages) == 1
    assert "may be mailed twice" not in worker.log
    expiry = stack.properties("Table")["TimeToLiveSpecification"]["AttributeName"]
    records = aws.client("dynamodb").scan(TableName=stack.name("Table"))["Items"]
    assert [expiry in record for record in records] == [True]
