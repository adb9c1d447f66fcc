"""What a bundle holds for settings that few make use of, seen at work."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cognito_mailroom.testing.aws_server import AwsServer
from cognito_mailroom.testing.smtp_server import SmtpServer

Load = Callable[..., dict[str, Any]]
Function = Callable[..., Any]


@pytest.fixture
def everything(bundle: Callable[..., Path]) -> Path:
    features = ("idempotency", "queue", "secretsmanager", "ssm")
    return bundle("--provider", "smtp", *(word for name in features for word in ("--with", name)))


def test_secrets_are_looked_up(
    everything: Path, function: Function, aws: AwsServer, load: Load, encrypted: Callable[..., str]
) -> None:
    with SmtpServer() as server:
        secret = json.dumps({"password": server.password})
        aws.client("secretsmanager").create_secret(Name="mail", SecretString=secret)
        aws.client("ssm").put_parameter(Name="/mail/user", Value=server.username, Type="SecureString")
        references = {"SMTP_USERNAME": "ssm:/mail/user", "SMTP_PASSWORD": "secretsmanager:mail#password"}
        with function(everything, MAILROOM_PROVIDER="smtp", **{**server.environ, **references}) as running:
            assert running.invoke(load("sign_up", encrypted("482910"))).get("response") == {}, running.log

    assert len(server.messages) == 1


def test_an_event_that_lambda_repeats_is_one_mail(
    everything: Path, function: Function, aws: AwsServer, load: Load, encrypted: Callable[..., str]
) -> None:
    aws.client("dynamodb").create_table(
        TableName="once",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    event = load("sign_up", encrypted("482910"))

    with SmtpServer() as server:
        settings = {"MAILROOM_PROVIDER": "smtp", "MAILROOM_IDEMPOTENCY_TABLE": "once", **server.environ}
        with function(everything, **settings) as running:
            assert running.invoke(event).get("response") == {}, running.log
            assert running.invoke(event).get("response") == {}, running.log

    assert len(server.messages) == 1
    assert "may be mailed twice" not in running.log


def test_a_queue_lies_between_two_functions(
    everything: Path,
    function: Function,
    aws: AwsServer,
    load: Load,
    encrypted: Callable[..., str],
    received: Callable[[str], dict[str, Any]],
) -> None:
    url = aws.client("sqs").create_queue(QueueName="mails")["QueueUrl"]
    with function(everything, MAILROOM_QUEUE_URL=url) as forwarder:
        event = load("sign_up", encrypted("482910"))
        assert forwarder.invoke(event).get("response") == {}, forwarder.log
    batch = received(url)

    with SmtpServer() as server:
        settings = {"MAILROOM_PROVIDER": "smtp", **server.environ}
        with function(everything, handler="handler.queue_handler", **settings) as worker:
            assert worker.invoke(batch) == {"batchItemFailures": []}, worker.log

    assert len(server.messages) == 1
