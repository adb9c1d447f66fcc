"""The queue beside each other party: what it has taken is worked off, and comes back where that failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from cognito_mailroom.testing.aws_server import AwsServer

from tests.faults.ledger import Note
from tests.faults.parties import LOST_ANSWERS
from tests.faults.parties import aws as service_of_aws
from tests.faults.world import Outcome, World

OTHERS = ("slow", "throttled", "refused", "dead half way")
PAIRS: list[dict[str, str]] = [
    {},
    *({"kms": fault} for fault in OTHERS),
    *({"first": fault} for fault in OTHERS),
    *({"first": "refused", "second": fault} for fault in OTHERS),
    {"first": "rejected"},
]
RAISED = {"throttled": "Unavailable", "refused": "ConfigurationError", "unreachable": "Unavailable",
          "slow": "Unavailable", "reset": "Unavailable"}  # fmt: skip
COMBINATIONS = [
    *((fault, pair) for fault in ("fine", "throttled", "refused", "unreachable") for pair in PAIRS),
    *((fault, {}) for fault in ("slow", "reset", "dead half way")),
]


@pytest.fixture
def queue(aws: AwsServer) -> Iterator[str]:
    client = aws.client("sqs")
    url: str = client.create_queue(
        QueueName=f"mailroom-{uuid4().hex}", Attributes={"VisibilityTimeout": "0"}
    )["QueueUrl"]
    yield url
    client.delete_queue(QueueUrl=url)


@pytest.fixture
def work_off(aws: AwsServer, queue: str, world: World) -> Callable[..., int]:
    """As Lambda's event source mapping does: deletes from the queue what is not reported as failed."""
    client = aws.client("sqs")

    def work_off(**parties: str) -> int:
        """How many events are to come again."""
        found = client.receive_message(
            QueueUrl=queue, AttributeNames=["All"], MaxNumberOfMessages=10, WaitTimeSeconds=0
        )
        records = [
            {
                "messageId": each["MessageId"],
                "receiptHandle": each["ReceiptHandle"],
                "body": each["Body"],
                "attributes": each["Attributes"],
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:mailroom",
                "awsRegion": "eu-west-1",
            }
            for each in found["Messages"]
        ]
        outcome = world.attempt({"Records": records}, entry="queue_handler", **parties)
        assert not outcome.error
        failed = {each["itemIdentifier"] for each in outcome.answer["batchItemFailures"]}
        for record in records:
            if record["messageId"] not in failed:
                client.delete_message(QueueUrl=queue, ReceiptHandle=record["receiptHandle"])
        return len(failed)

    return work_off


@pytest.mark.parametrize(
    ("fault", "pair"),
    COMBINATIONS,
    ids=[f"{fault}-{' '.join(map(' '.join, pair.items()))}" for fault, pair in COMBINATIONS],
)
def test_the_queue_and_one_other(
    *, fault: str, pair: dict[str, str], queue: str, event: Callable[[], dict[str, Any]], world: World,
    work_off: Callable[..., int], note: Note, aws: AwsServer,
) -> None:  # fmt: skip
    asked = event()

    def forward(fault: str) -> Outcome:
        with service_of_aws("sqs", fault, aws.endpoint_url) as url:
            place = queue.replace(aws.endpoint_url, url)
            return world.attempt(asked, MAILROOM_QUEUE_URL=place, AWS_ENDPOINT_URL_SQS=url)

    outcome = forward(fault)
    assert outcome.raised == RAISED.get(fault, "")
    if outcome.error:
        assert not forward("fine").error
    again = work_off(**pair)
    rejected = pair == {"first": "rejected"}
    assert bool(again) == bool({"kms", "second"} & set(pair))
    if again:
        assert work_off() == 0
    row = note(
        "The queue: queue, other party",
        (fault, " ".join(f"{name}: {how}" for name, how in pair.items()) or "all fine"),
        mails=world.mails, rejected=int(rejected), raised=outcome.raised or ("reported" if again else ""),
    )  # fmt: skip
    assert row.losses == 0
    if "dead half way" not in {fault, *pair.values()}:
        assert row.doubles == 0


@pytest.mark.parametrize("fault", LOST_ANSWERS)
def test_the_queue_and_a_lost_answer_of_the_table(
    *, fault: str, queue: str, table: str, event: Callable[[], dict[str, Any]], world: World,
    work_off: Callable[..., int], note: Note,
) -> None:  # fmt: skip
    def delivered(**parties: str) -> int:
        assert not world.attempt(asked, MAILROOM_QUEUE_URL=queue).error
        assert work_off(MAILROOM_IDEMPOTENCY_TABLE=table, **parties) == 0
        return world.mails

    asked = event()
    assert delivered(dynamodb=fault) == 1
    assert delivered() == 1  # as Lambda or the queue may have it twice
    row = note("The queue, and the table: table", (fault,), mails=world.mails)
    assert (row.losses, row.doubles) == (0, 0)
