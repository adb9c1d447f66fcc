"""The function before the queue, which only forwards, and the one behind it, which works it off."""

from __future__ import annotations

import importlib
import json
import logging
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest
from cognito_mailroom import ConfigurationError, EventError
from cognito_mailroom.cognito.envelope import unwrap
from cognito_mailroom.testing.aws_server import AwsServer
from cognito_mailroom.testing.exchange import Reply
from cognito_mailroom.testing.http_server import HttpServer
from cognito_mailroom.testing.server_faults import Behaviour, Drip, Stall
from cognito_mailroom.testing.smtp_server import SmtpServer


@pytest.fixture
def queue_handler(handler: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    def queue_handler(**changes: str) -> Any:
        handler(**changes)
        sys.modules.pop("cognito_mailroom.function.queue_worker", None)
        return importlib.import_module("handler").queue_handler

    yield queue_handler
    sys.modules.pop("cognito_mailroom.function.queue_worker", None)


def record(number: int, body: object, age: float = 0.0) -> dict[str, Any]:
    return {
        "messageId": f"message-{number}",
        "receiptHandle": "handle",
        "body": body if isinstance(body, str) else json.dumps(body),
        "attributes": {"SentTimestamp": str(int((time.time() - age) * 1000))},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:mailroom",
        "awsRegion": "eu-west-1",
    }


def failures(answer: dict[str, Any]) -> list[str]:
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


@pytest.mark.parametrize("attributes", [{}, {"FifoQueue": "true"}], ids=["standard", "fifo"])
def test_the_trigger_only_forwards_and_the_code_stays_encrypted(
    attributes: dict[str, str],
    aws: AwsServer,
    handler: Callable[..., Any],
    encrypted: Callable[..., str],
    load: Callable[..., dict[str, Any]],
) -> None:
    sqs, name = aws.client("sqs"), "mailroom.fifo" if attributes else "mailroom"
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    event = load("sign_up", encrypted("482910"))
    answer = handler(MAILROOM_QUEUE_URL=url)(event, None)
    assert answer == event | {"response": {}}
    [message] = sqs.receive_message(QueueUrl=url, AttributeNames=["All"])["Messages"]
    assert json.loads(message["Body"]) == event
    assert "482910" not in message["Body"]
    assert ("MessageGroupId" in message["Attributes"]) is bool(attributes)
    sqs.delete_queue(QueueUrl=url)


def test_what_is_no_event_of_ours_stays_out_of_the_queue(aws: AwsServer, handler: Callable[..., Any]) -> None:
    url = aws.client("sqs").create_queue(QueueName="mailroom")["QueueUrl"]
    with pytest.raises(EventError):
        handler(MAILROOM_QUEUE_URL=url)({"triggerSource": "PreSignUp_SignUp"}, None)
    assert "Messages" not in aws.client("sqs").receive_message(QueueUrl=url)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "AccessDenied", "ConfigurationError"),
        (400, "RequestThrottled", "Unavailable"),
        (500, "InternalFailure", "Unavailable"),
    ],
)
def test_a_queue_that_refuses_is_said_in_a_sentence(
    status: int,
    code: str,
    kind: str,
    handler: Callable[..., Any],
    answering: Callable[..., HttpServer],
    encrypted: Callable[..., str],
    load: Callable[..., dict[str, Any]],
) -> None:
    server = answering(Reply(status, {"__type": code}))
    forward = handler(MAILROOM_QUEUE_URL=f"{server.url}/1/mailroom", AWS_ENDPOINT_URL_SQS=server.url)
    with pytest.raises(Exception, match="queue the event") as raised:
        forward(load("sign_up", encrypted("482910")), None)
    assert type(raised.value).__name__ == kind


@pytest.mark.parametrize("fault", [Stall(), Drip()])
def test_a_queue_that_stalls_or_drips_is_given_up_with_the_deadline(
    *, fault: Behaviour, handler: Callable[..., Any], answering: Callable[..., HttpServer],
    encrypted: Callable[..., str], load: Callable[..., dict[str, Any]],
) -> None:  # fmt: skip
    server = answering(fault)
    forward = handler(MAILROOM_QUEUE_URL=f"{server.url}/1/mailroom", AWS_ENDPOINT_URL_SQS=server.url)
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 800, aws_request_id="1")
    started = monotonic()
    with pytest.raises(Exception, match=r"^127\.0\.0\.1 did not answer in time\.$") as raised:
        forward(load("sign_up", encrypted("482910")), context)
    assert type(raised.value).__name__ == "Unavailable"
    assert monotonic() - started < 2.5  # of the three seconds that a call may take at most


THROTTLE = """
from cognito_mailroom import RateLimited, hookimpl

class Throttle:
    @hookimpl(tryfirst=True)
    def mailroom_deliver(self, message):
        if str(message.recipient).startswith("throttled"): raise RateLimited("Slower.", retry_after=60)
"""


def test_one_bad_event_neither_holds_up_nor_repeats_the_others(
    queue_handler: Callable[..., Any],
    smtp: SmtpServer,
    install: Callable[..., None],
    encrypted: Callable[..., str],
    load: Callable[..., dict[str, Any]],
) -> None:
    install("throttle", THROTTLE, extensions={"throttle": "Throttle"})

    def event(name: str, **changes: str) -> dict[str, Any]:
        event = load("authentication", encrypted("482910"))
        event["request"]["userAttributes"]["email"] = f"{name}@example.com"
        event["request"] |= changes
        return event

    good = [event(f"user-{number}") for number in range(6)]
    bad = [event("damaged", code="QUFBQQ=="), event("mal formed"), event("throttled"), event("late")]
    records = [record(number, body) for number, body in enumerate([*good[:3], *bad[:3], *good[3:]])]
    answer = queue_handler()({"Records": [*records, record(9, bad[3], age=181)]}, None)
    assert failures(answer) == ["message-3", "message-5"]
    assert [mail.rcpt_to for mail in smtp.messages] == [[f"user-{number}@example.com"] for number in range(6)]


MISTAKEN = """
from cognito_mailroom import hookimpl

class Mistaken:
    @hookimpl
    def mailroom_veto(self, notification):
        raise KeyError(notification.secret.reveal(), notification.recipient.addr_spec)
"""


def test_what_the_queue_logs_of_a_failure_is_cleaned_too(
    *, queue_handler: Callable[..., Any], sent: list[Any], install: Callable[..., None],
    encrypted: Callable[..., str], load: Callable[..., dict[str, Any]], caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    install("mistaken", MISTAKEN, extensions={"mistaken": "Mistaken"})
    caplog.set_level(logging.DEBUG)
    records = [record(number, load("sign_up", encrypted("482910"))) for number in range(2)]
    records[1]["attributes"]["SentTimestamp"] = "at 482910"  # which our own code does not expect
    assert failures(queue_handler()({"Records": records}, None)) == ["message-0", "message-1"]
    assert sent == []
    assert "Record processing exception" in caplog.text
    assert not [private for private in ("482910", "alex", "example.com") if private in caplog.text]


@pytest.mark.parametrize(
    ("body", "since"),
    [
        ({"a": 1}, 100.0),
        ({"requestPayload": {"a": 1}, "timestamp": "1970-01-01T00:00:40.5Z"}, 40.5),
        ({"requestPayload": {"a": 1}, "timestamp": "1970-01-01T01:00:00Z"}, 100.0),
        ({"requestPayload": {"a": 1}, "timestamp": "yesterday"}, 100.0),
        ({"requestPayload": {"a": 1}}, 100.0),
    ],
)
def test_an_event_is_taken_out_of_the_record_of_a_failure(body: object, since: float) -> None:
    waiting = unwrap(json.dumps(body), "100000")
    assert (waiting.event, waiting.since) == ({"a": 1}, since)


def test_what_is_not_json_is_no_event() -> None:
    with pytest.raises(EventError, match="not JSON"):
        unwrap("<xml/>", "100000")


def test_the_time_stamp_of_a_failure_counts(
    queue_handler: Callable[..., Any],
    smtp: SmtpServer,
    encrypted: Callable[..., str],
    load: Callable[..., dict[str, Any]],
) -> None:
    failed = {"timestamp": "2020-01-01T00:00:00Z", "requestPayload": load("sign_up", encrypted("482910"))}
    fresh = failed | {"timestamp": datetime.now(UTC).isoformat()}
    answer = queue_handler()({"Records": [record(0, failed), record(1, fresh)]}, None)
    assert failures(answer) == []
    assert len(smtp.messages) == 1


@pytest.mark.parametrize("body", ["[" * 200_000, "nonsense"])
def test_a_body_that_cannot_be_read_is_no_event(body: str) -> None:
    with pytest.raises(EventError, match="not JSON"):
        unwrap(body, "0")


def test_an_event_of_cognito_is_no_batch(
    queue_handler: Callable[..., Any], load: Callable[..., dict[str, Any]]
) -> None:
    with pytest.raises(EventError, match=r"handler\.lambda_handler"):
        queue_handler()(load("sign_up", "QUFBQQ=="), None)


def test_a_queue_that_is_no_url_is_said_at_start(handler: Callable[..., Any]) -> None:
    with pytest.raises(
        ConfigurationError, match=r"^MAILROOM_QUEUE_URL is malformed: want the URL of a queue"
    ):
        handler(MAILROOM_QUEUE_URL="mailroom")


@pytest.mark.parametrize(("name", "right"), [("DRYRUN", "DRY_RUN"), ("QUEU_URL", "QUEUE_URL")])
def test_a_function_that_only_forwards_passes_over_no_misspelt_name(
    name: str, right: str, handler: Callable[..., Any]
) -> None:
    said = rf"^MAILROOM_{name} is read by nobody, did you mean MAILROOM_{right}\?$"
    with pytest.raises(ConfigurationError, match=said):
        handler(
            MAILROOM_QUEUE_URL="https://sqs.eu-west-1.amazonaws.com/1/mailroom", **{f"MAILROOM_{name}": "1"}
        )
