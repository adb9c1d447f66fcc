"""One real event through the whole mailroom, and what is seen of it."""

from __future__ import annotations

import pytest
from cognito_mailroom import Deadline, MailroomError, Trigger
from cognito_mailroom.testing import AwsServer, EventRecord, Mailroom, SmtpServer, cognito
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter


@pytest.mark.parametrize(
    ("reply", "error"),
    [(None, None), ("451 4.3.0 Try later", "Unavailable"), ("550 5.1.1 No such user", "Rejected")],
)
def test_a_sign_up(
    reply: str | None, error: str | None, spans: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    with AwsServer() as aws, SmtpServer(replies={"RCPT": reply} if reply else {}) as server:
        for name, value in aws.environ.items():
            monkeypatch.setenv(name, value)
        key = aws.create_key()
        mailroom = Mailroom.from_environ(
            {
                **server.environ,
                "MAILROOM_PROVIDER": "smtp",
                "MAILROOM_EXTENSIONS": "tracing",
                "MAILROOM_KMS_KEY_ARN": key,
                "MAILROOM_FROM": "Acme <no-reply@acme.example>",
            }
        )
        code = cognito.encrypt("482910", pool_id=cognito.POOL_ID, key_arn=key, client=aws.client("kms"))
        entry = EventRecord()
        try:
            mailroom.handle(cognito.event(Trigger.SIGN_UP, code), Deadline(10), entry)
        except MailroomError as raised:
            assert type(raised).__name__ == error  # noqa: PT017 - whether it is raised depends on the reply

        finished = spans.get_finished_spans()
        names = ["mailroom_recipient", "mailroom_veto", "mailroom_render", "mailroom_deliver"]
        assert [span.name for span in finished] == names
        for span in finished:
            assert span.attributes
            assert span.attributes["mailroom.trigger"] == "sign_up"
            assert span.attributes["mailroom.client"] == cognito.CLIENT_ID
            assert not any(private in span.to_json() for private in ("alex@example.com", "482910"))
        delivery = finished[-1]
        assert delivery.attributes
        assert delivery.attributes.get("error.type") == delivery.status.description == error
        message_id = entry.receipt.message_id if entry.receipt else None
        assert delivery.attributes.get("mailroom.message_id") == message_id
        assert len(server.messages) == (error is None)
