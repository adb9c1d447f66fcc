from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from subprocess import CompletedProcess
from typing import Any
from uuid import uuid4

import boto3
import pytest
from cognito_mailroom import Trigger
from cognito_mailroom.cognito.envelope import unwrap
from cognito_mailroom.testing import cognito
from cognito_mailroom.testing.exchange import Reply, Request
from cognito_mailroom.testing.http_server import HttpServer

Run = Callable[..., CompletedProcess[str]]
REPLY = Reply(202)
STRANGER = {"triggerSource": "PreSignUp_SignUp", "userName": "eve@example.com"}


class Queue:
    def __init__(self, sqs: Any, name: str = "") -> None:
        self.sqs = sqs
        kind = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
        self.url: str = sqs.create_queue(QueueName=uuid4().hex + name, Attributes=kind)["QueueUrl"]

    def put(self, body: object) -> str:
        text = body if isinstance(body, str) else json.dumps(body)
        fifo = {"MessageGroupId": uuid4().hex, "MessageDeduplicationId": uuid4().hex}
        sent = self.sqs.send_message(
            QueueUrl=self.url, MessageBody=text, **fifo if self.url.endswith(".fifo") else {}
        )
        return str(sent["MessageId"])

    def bodies(self) -> dict[str, Any]:
        """What can be read now, by message id."""
        found: dict[str, Any] = {}
        while messages := self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            found |= {message["MessageId"]: json.loads(message["Body"]) for message in messages}
        return found


@pytest.fixture
def sqs(environment: None) -> Iterator[Any]:  # noqa: ARG001 - the stand-in must be up
    with closing(boto3.client("sqs")) as client:
        yield client


@pytest.fixture
def dead(sqs: Any) -> Queue:
    return Queue(sqs)


@contextmanager
def functions(shell: dict[str, str], answer: Callable[[Request], Reply] = lambda _: REPLY) -> Iterator[Any]:
    """Lambda, which takes every invocation unless told otherwise."""
    with HttpServer(answer) as server:
        shell["AWS_ENDPOINT_URL_LAMBDA"] = server.url
        yield server


def invoked(server: Any) -> list[Any]:
    """The events of the asynchronous invocations."""
    assert {request.path for request in server.requests} == {"/2015-03-31/functions/mailroom/invocations"}
    kinds = [request.headers["X-Amz-Invocation-Type"] for request in server.requests]
    assert kinds[0] == "DryRun"
    assert set(kinds[1:]) <= {"Event"}
    return [request.json() for request in server.requests[1:]]


def an_event(number: int = 0, trigger: Trigger = Trigger.SIGN_UP) -> dict[str, Any]:
    attributes = {"email": f"user-{number}@example.com"}
    return cognito.event(trigger, f"ciphertext-{number}", attributes=attributes)


def failed(event: object, **age: float) -> dict[str, Any]:
    """Lambda's record of an invocation that failed."""
    since = datetime.now(UTC) - timedelta(**age)
    return {"version": "1.0", "timestamp": since.isoformat(), "requestPayload": event}


def summary(done: CompletedProcess[str]) -> list[int]:
    """How many were replayed, expired, left and failed."""
    assert re.search(r"Replayed .* Expired .* Left .* Failed", done.stdout), done.stderr
    return [int(count) for count in re.findall(r"\d+", done.stdout.splitlines()[-2])]


def private(done: CompletedProcess[str]) -> bool:
    return not re.search("@example|ciphertext|userAttributes", done.stdout + done.stderr)


def test_each_event_is_replayed_expired_or_left(mailroom: Run, shell: dict[str, str], dead: Queue) -> None:
    fresh = [an_event(0), an_event(1), an_event(2, Trigger.ACCOUNT_TAKE_OVER_NOTIFICATION)]
    dead.put(fresh[0])
    dead.put(failed(fresh[1], hours=23))
    dead.put(failed(fresh[2], days=400))
    dead.put(failed(an_event(3), hours=25))
    strange = {dead.put(body) for body in (STRANGER, failed(STRANGER), "<xml/>", "[1]")}

    with functions(shell) as server:
        done = mailroom("redrive", dead.url, "--function", "mailroom")

    assert done.returncode == 0, done.stderr
    assert summary(done) == [3, 1, 4, 0]
    assert sorted(map(json.dumps, invoked(server))) == sorted(map(json.dumps, fresh))
    assert {line.partition(": left: ")[0] for line in done.stderr.splitlines()} == strange
    assert private(done)
    shell["AWS_ENDPOINT_URL_LAMBDA"] = ""
    assert summary(mailroom("redrive", dead.url, "--queue", Queue(dead.sqs).url)) == [0, 0, 4, 0]


def test_the_validities_are_those_of_the_worker(
    mailroom_here: Run, shell: dict[str, str], dead: Queue
) -> None:
    dead.put(failed(an_event(), hours=2))
    shell["MAILROOM_VALIDITY_SIGN_UP"] = "1 hour"

    with functions(shell) as server:
        done = mailroom_here("redrive", dead.url, "--function", "mailroom")

    assert summary(done) == [0, 1, 0, 0]
    assert invoked(server) == []


@pytest.mark.parametrize("name", ["", ".fifo"], ids=["standard", "fifo"])
def test_the_workers_queue_gets_the_events_with_their_age(mailroom_here: Run, sqs: Any, name: str) -> None:
    dead, worker = Queue(sqs, name), Queue(sqs, name)
    events = [an_event(number) for number in range(12)]
    for event in events:
        dead.put(failed(event, minutes=1))

    done = mailroom_here("redrive", dead.url, "--queue", worker.url)

    assert done.returncode == 0, done.stderr
    assert summary(done) == [12, 0, 0, 0]
    waiting = [unwrap(json.dumps(body), "9999999999999") for body in worker.bodies().values()]
    assert sorted(json.dumps(each.event) for each in waiting) == sorted(map(json.dumps, events))
    assert all(59 < time.time() - each.since < 90 for each in waiting)
    assert dead.bodies() == {}


def test_a_fifo_queue_that_had_the_event_a_moment_ago_gets_it_again(mailroom_here: Run, sqs: Any) -> None:
    dead, worker = Queue(sqs, ".fifo"), Queue(sqs, ".fifo")
    dead.put(an_event())
    dead.put(failed(an_event()))

    assert summary(mailroom_here("redrive", dead.url, "--queue", worker.url)) == [2, 0, 0, 0]

    name = "ApproximateNumberOfMessages"
    worked = sqs.get_queue_attributes(QueueUrl=worker.url, AttributeNames=[name])["Attributes"]
    assert worked[name] == "2", "SQS would drop what has the deduplication id of something before it"


def test_a_dry_run_changes_nothing(mailroom_here: Run, shell: dict[str, str], dead: Queue) -> None:
    good, late = dead.put(an_event(0)), dead.put(failed(an_event(1), hours=25))
    strange = dead.put(STRANGER)

    with functions(shell) as server:
        done = mailroom_here("redrive", dead.url, "--function", "mailroom", "--dry-run")

    assert done.returncode == 0, done.stderr
    assert summary(done) == [1, 1, 1, 0]
    assert "Dry run: nothing was changed" in done.stdout
    told = dict(line.split(": ", 1) for line in done.stderr.splitlines())
    assert told[good] == "would be replayed: sign_up"
    assert re.fullmatch(r"would be expired: sign_up: 900\d\d s old, and good for 24 hours", told[late])
    assert told[strange].startswith("would be left: The event's trigger source is PreSignUp_SignUp")
    assert private(done)
    assert invoked(server) == []
    assert set(dead.bodies()) == {good, late, strange}, "at once, not when a time-out is over"


def test_what_could_not_be_handed_on_stays(mailroom_here: Run, shell: dict[str, str], dead: Queue) -> None:
    ids = [dead.put(an_event(number)) for number in range(3)]
    echo = Reply(400, {"Message": json.dumps(an_event())}, {"X-Amzn-ErrorType": "InvalidRequestContent"})

    def answer(request: Request) -> Reply:
        return echo if b"ciphertext-1" in request.body else REPLY

    with functions(shell, answer):
        done = mailroom_here("redrive", dead.url, "--function", "mailroom")

    assert done.returncode == 1
    assert summary(done) == [2, 0, 0, 1]
    assert done.stderr == f"{ids[1]}: failed: AWS refuses Invoke (InvalidRequestContent)\n"
    assert list(dead.bodies()) == [ids[1]]


def test_no_more_than_asked_for(mailroom_here: Run, shell: dict[str, str], dead: Queue) -> None:
    for number in range(14):
        dead.put(an_event(number))

    with functions(shell) as server:
        done = mailroom_here("redrive", dead.url, "--function", "mailroom", "--limit", "11")

    assert summary(done) == [11, 0, 0, 0]
    assert len(invoked(server)) == 11
    assert len(dead.bodies()) == 3


def test_what_fails_again_meanwhile_is_for_another_time(
    mailroom_here: Run, shell: dict[str, str], dead: Queue
) -> None:
    dead.put(an_event())

    def answer(request: Request) -> Reply:
        if request.body:
            dead.put(failed(request.json()))
        return REPLY

    with functions(shell, answer) as server:
        done = mailroom_here("redrive", dead.url, "--function", "mailroom")

    assert summary(done) == [1, 0, 0, 0]
    assert len(invoked(server)) == 1
    assert len(dead.bodies()) == 1


def test_progress_is_shown_where_somebody_watches(mailroom: Run, shell: dict[str, str], dead: Queue) -> None:
    for number in range(3):
        dead.put(an_event(number))
    shell["FORCE_COLOR"] = "1"

    with functions(shell):
        done = mailroom("redrive", dead.url, "--function", "mailroom")

    assert "Replaying" in done.stderr
    assert "3/3" in done.stderr


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        ([], 2, "either --function or --queue"),
        (["--function", "mailroom", "--queue", "http://worker"], 2, "either --function or --queue"),
        (["--queue", "DEAD"], 2, "the very queue that they come from"),
        (
            ["--queue", "DEAD-not"],
            1,
            "Error: AWS: An error occurred (AWS.SimpleQueueService.NonExistentQueue)",
        ),
        (["--function", "mailroom"], 1, "Error: AWS: An error occurred (ResourceNotFoundException)"),
    ],
    ids=["nowhere", "both", "itself", "no-queue", "no-function"],
)
def test_what_cannot_work_is_said_before_anything_is_read(
    mailroom_here: Run, shell: dict[str, str], dead: Queue, options: list[str], status: int, words: str
) -> None:
    dead.put(an_event())
    missing = Reply(404, {"Message": "Function not found"}, {"X-Amzn-ErrorType": "ResourceNotFoundException"})

    with functions(shell, lambda _: missing):
        done = mailroom_here("redrive", dead.url, *(each.replace("DEAD", dead.url) for each in options))

    assert done.returncode == status
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    [message] = dead.sqs.receive_message(QueueUrl=dead.url, AttributeNames=["All"])["Messages"]
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"


def test_a_malformed_validity_is_one_sentence(mailroom_here: Run, shell: dict[str, str], dead: Queue) -> None:
    shell["MAILROOM_VALIDITY_SIGN_UP"] = "soon"

    done = mailroom_here("redrive", dead.url, "--function", "mailroom")

    assert done.returncode == 1
    assert done.stderr.startswith("Error: ConfigurationError: MAILROOM_VALIDITY_SIGN_UP is malformed")
