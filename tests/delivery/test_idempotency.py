"""One mail for one event, with a real table; and a mail all the same where the table is out of reach."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
import urllib3
from cognito_mailroom import Deadline, MailroomError, Message, Rejected, Unavailable
from cognito_mailroom.app import Mailroom
from cognito_mailroom.delivery.idempotency import IdempotencyTable
from cognito_mailroom.telemetry.record import EventRecord
from cognito_mailroom.testing.aws_server import AwsServer
from cognito_mailroom.testing.exchange import Reply, Request
from cognito_mailroom.testing.http_server import HttpServer
from cognito_mailroom.testing.server_faults import Behaviour, Drip, LoseAnswer, Stall


@pytest.fixture
def table(aws: AwsServer) -> Iterator[str]:
    client = aws.client("dynamodb")
    client.create_table(
        TableName="once",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield "once"
    client.delete_table(TableName="once")


@pytest.fixture
def records(aws: AwsServer, table: str) -> Callable[[], list[dict[str, Any]]]:
    return lambda: list(aws.client("dynamodb").scan(TableName=table)["Items"])


class Counted:
    """Something to do once, which counts how often it was done."""

    def __init__(self) -> None:
        self.done = 0

    def __call__(self) -> str:
        self.done += 1
        return "sent"


def test_a_second_attempt_is_a_duplicate(table: str) -> None:
    operation, another, store = Counted(), Counted(), IdempotencyTable(table)
    assert store.once("key", operation, Deadline(5)) == "sent"
    assert store.once("key", operation, Deadline(5)) is None
    assert store.once("another", another, Deadline(5)) == "sent"
    assert (operation.done, another.done) == (1, 1)


@pytest.mark.parametrize("error", [Unavailable("Down."), Rejected("Refused."), RuntimeError("a bug")])
def test_an_attempt_that_raised_may_be_tried_again_at_once(table: str, error: Exception) -> None:
    store = IdempotencyTable(table)

    def fail() -> str:
        raise error

    with pytest.raises(type(error)):
        store.once("key", fail, Deadline(5))
    assert store.once("key", lambda: "sent", Deadline(5)) == "sent"


def test_two_at_once_send_one_mail(table: str) -> None:
    begun, go_on = Event(), Event()

    def slowly() -> str:
        begun.set()
        go_on.wait(10)
        return "sent"

    with ThreadPoolExecutor() as pool:
        first = pool.submit(IdempotencyTable(table).once, "key", slowly, Deadline(10))
        assert begun.wait(10)
        with pytest.raises(Unavailable, match="Another invocation"):
            IdempotencyTable(table).once("key", lambda: pytest.fail("sent twice"), Deadline(10))
        go_on.set()
        assert first.result() == "sent"


def test_who_died_is_replaced_when_its_time_would_have_been_up(table: str) -> None:
    class Killed(BaseException):
        """Nothing that the library would catch, like the end of a process."""

    def die() -> str:
        raise Killed

    store = IdempotencyTable(table)
    with pytest.raises(Killed):
        store.once("key", die, Deadline(0.0))
    assert store.once("key", lambda: "sent", Deadline(5)) == "sent"


def test_a_table_that_is_not_there_costs_no_mail(caplog: pytest.LogCaptureFixture) -> None:
    operation = Counted()
    assert IdempotencyTable("no-such-table").once("key", operation, Deadline(5)) == "sent"
    assert operation.done == 1
    assert "may be mailed twice" in caplog.text


@pytest.mark.parametrize("error", [None, Unavailable("Down.")])
def test_what_ends_with_the_deadline_is_recorded_all_the_same(
    table: str, error: MailroomError | None, caplog: pytest.LogCaptureFixture
) -> None:
    deadline, once = Deadline(1.0), IdempotencyTable(table)

    def take_it_all() -> str:
        Event().wait(deadline.remaining())
        if error:
            raise error
        return "sent"

    if error:
        with pytest.raises(Unavailable, match=r"Down\."):
            once.once("key", take_it_all, deadline)
    else:
        assert once.once("key", take_it_all, deadline) == "sent"
    assert caplog.text == ""
    assert once.once("key", lambda: "sent again", Deadline(5)) == (error and "sent again")


@pytest.mark.parametrize(("fault", "seconds"), [(Stall(), 5), (Drip(), 5), (Stall(), 1), (Drip(), 1)])
def test_a_table_that_stalls_or_drips_costs_no_mail(
    fault: Behaviour,
    seconds: float,
    answering: Callable[..., HttpServer],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", answering(fault).url)
    once, deadline = IdempotencyTable("once"), Deadline(seconds)
    assert once.once("key", deadline.remaining, deadline)  # which is what the mail has
    assert "(Unavailable): this event may be mailed twice" in caplog.text


LOST = {"late": LoseAnswer(late=True), "500": LoseAnswer(Reply(500)), "cut": LoseAnswer()}


@pytest.fixture
def front(aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpServer]:
    """Passes on what the table is asked, unless it is told otherwise."""

    def forward(request: Request) -> Reply:
        url = aws.endpoint_url + request.path
        answer = urllib3.request(request.method, url, body=request.body, headers=dict(request.headers))
        return Reply(answer.status, answer.data, {"Content-Type": answer.headers["Content-Type"]})

    with HttpServer(forward) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", server.url)
        yield server


def asked(front: HttpServer) -> list[str]:
    return [request.headers["X-Amz-Target"].partition(".")[2] for request in front.requests]


@pytest.mark.parametrize(("lost", "times"), [("late", 1), ("500", 1), ("500", 2), ("cut", 1), ("cut", 2)])
def test_a_lost_answer_to_the_first_record_neither_costs_the_mail_nor_doubles_it(
    lost: str, times: int, table: str, front: HttpServer, caplog: pytest.LogCaptureFixture
) -> None:
    operation = Counted()
    front.next(*[LOST[lost]] * times)
    assert IdempotencyTable(table).once("key", operation, Deadline(9)) == "sent"
    assert IdempotencyTable(table).once("key", operation, Deadline(5)) is None
    assert operation.done == 1
    known = lost != "late" and times == 1
    assert asked(front) == ["PutItem", *["PutItem"] * (lost != "late"), "UpdateItem", "PutItem"]
    assert (caplog.text == "") is known


@pytest.mark.parametrize("lost", LOST)
def test_after_a_lost_answer_a_failure_is_tried_again_at_once(
    lost: str, table: str, front: HttpServer
) -> None:
    def fail() -> str:
        raise Unavailable("Down.")

    front.next(LOST[lost])
    with pytest.raises(Unavailable, match=r"^Down\.$"):
        IdempotencyTable(table).once("key", fail, Deadline(9))
    assert IdempotencyTable(table).once("key", Counted(), Deadline(5)) == "sent"


THROTTLED = Reply(400, {"__type": "com.amazonaws.dynamodb.v20120810#ThrottlingException"})


@pytest.mark.parametrize("first", [LOST["500"], THROTTLED], ids=["written", "not"])
@pytest.mark.parametrize("error", [None, Unavailable("Down.")])
def test_a_throttled_record_that_was_written_or_not_ends_as_any_other(
    first: Behaviour, error: MailroomError | None, table: str, front: HttpServer
) -> None:
    def operation() -> str:
        if error:
            raise error
        return "sent"

    front.next(first, THROTTLED)
    if error:
        with pytest.raises(Unavailable, match=r"^Down\.$"):
            IdempotencyTable(table).once("key", operation, Deadline(9))
    else:
        assert IdempotencyTable(table).once("key", operation, Deadline(9)) == "sent"
    assert IdempotencyTable(table).once("key", Counted(), Deadline(5)) == (error and "sent")


@pytest.mark.parametrize("lost", LOST)
def test_a_lost_answer_to_the_last_record_loses_no_record(lost: str, table: str, front: HttpServer) -> None:
    def operation() -> str:
        front.next(LOST[lost])
        return "sent"

    assert IdempotencyTable(table).once("key", operation, Deadline(9)) == "sent"
    assert IdempotencyTable(table).once("key", operation, Deadline(5)) is None


def test_a_first_record_that_arrives_when_all_is_done_undoes_nothing(table: str, front: HttpServer) -> None:
    store = IdempotencyTable(table)
    assert store.once("key", Counted(), Deadline(5)) == "sent"
    first = front.requests[0]
    again = front.application(first)
    assert (again.status, "ConditionalCheckFailed" in str(again.content)) == (400, True)
    assert store.once("key", Counted(), Deadline(5)) is None


def test_who_outlived_his_record_does_not_give_back_that_of_his_successor(
    aws: AwsServer, table: str, records: Callable[[], list[dict[str, Any]]]
) -> None:
    begun, go_on = Event(), Event()

    def slowly() -> str:
        begun.set()
        go_on.wait(10)
        return "sent"

    def outlive() -> str:
        [record] = records()
        aws.client("dynamodb").put_item(
            TableName=table, Item={**record, "in_progress_expiration": {"N": "1"}}
        )
        successor.append(pool.submit(IdempotencyTable(table).once, "key", slowly, Deadline(10)))
        assert begun.wait(10)
        raise Unavailable("Down.")

    successor: list[Future[str | None]] = []
    with ThreadPoolExecutor() as pool:
        with pytest.raises(Unavailable, match=r"^Down\.$"):
            IdempotencyTable(table).once("key", outlive, Deadline(5))
        with pytest.raises(Unavailable, match="Another invocation"):
            IdempotencyTable(table).once("key", Counted(), Deadline(5))
        go_on.set()
        assert successor[0].result() == "sent"


@pytest.mark.parametrize("error", [None, Unavailable("Down.")])
def test_a_table_that_vanishes_on_the_way_neither_doubles_the_mail_nor_hides_the_error(
    aws: AwsServer, table: str, error: MailroomError | None
) -> None:
    client, done = aws.client("dynamodb"), []

    def operation() -> str:
        done.append("x")
        client.delete_table(TableName=table)
        if error:
            raise error
        return "sent"

    try:
        if error:
            with pytest.raises(Unavailable, match=r"Down\."):
                IdempotencyTable(table).once("key", operation, Deadline(5))
        else:
            assert IdempotencyTable(table).once("key", operation, Deadline(5)) == "sent"
    finally:
        client.create_table(
            TableName=table,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    assert done == ["x"]


@pytest.mark.parametrize("name", ["sign_up", "take_over_without_email"])
def test_a_retried_event_is_mailed_once_and_nothing_of_it_is_stored(
    name: str,
    table: str,
    pool_id: str,
    environ: dict[str, str],
    encrypted: Callable[..., str],
    load: Callable[..., dict[str, Any]],
    sent: list[Message],
    records: Callable[[], list[dict[str, Any]]],
) -> None:
    event = load(name, encrypted("482910", pool_id=pool_id)) | {"userPoolId": pool_id}
    event["request"]["userAttributes"]["USER_NAME"] = "alex"
    mailroom = Mailroom.from_environ(environ | {"MAILROOM_IDEMPOTENCY_TABLE": table})
    outcomes = [
        mailroom.handle(event, Deadline(30), EventRecord(f"request-{turn}")).outcome for turn in range(3)
    ]
    assert outcomes == ["Delivered", "Duplicate", "Duplicate"]
    assert len(sent) == 1
    [record] = records()
    stored = json.dumps(record)
    for secret in ("482910", str(event["request"]["code"]), str(sent[0].recipient), "alex", pool_id):
        assert secret not in stored


def test_without_a_key_there_is_no_record(
    table: str,
    environ: dict[str, str],
    load: Callable[..., dict[str, Any]],
    records: Callable[[], list[dict[str, Any]]],
) -> None:
    event = load("admin_create_user")
    event["request"]["code"] = None
    mailroom = Mailroom.from_environ(environ | {"MAILROOM_IDEMPOTENCY_TABLE": table})
    assert mailroom.handle(event, Deadline(30)).outcome == "Delivered"
    assert records() == []


def test_a_table_without_the_library_is_a_configuration_error(
    run_python: Callable[..., str], environ: dict[str, str]
) -> None:
    code = (
        "import sys; sys.modules['aws_lambda_powertools.utilities.idempotency'] = None\n"
        "from cognito_mailroom.app import Mailroom; import os\n"
        "try: Mailroom.from_environ(os.environ)\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    settings = environ | {"MAILROOM_PROVIDER": "smtp", "SMTP_HOST": "localhost"}
    said = run_python(code, MAILROOM_IDEMPOTENCY_TABLE="once", **settings)
    assert said.startswith("ConfigurationError MAILROOM_IDEMPOTENCY_TABLE needs")
    assert "cognito-mailroom[idempotency]" in said


def test_the_warning_names_no_event(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    IdempotencyTable("no-such-table").once("the-key", lambda: "sent", Deadline(5))
    assert "the-key" not in " ".join(
        record.getMessage() for record in caplog.records if record.name == "cognito_mailroom"
    )
