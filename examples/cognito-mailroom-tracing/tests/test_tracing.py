"""The extension beside one other plugin, as core calls them."""

from __future__ import annotations

from typing import Any

import pytest
from cognito_mailroom import ConfigurationError, Rejected, hookimpl
from cognito_mailroom.testing import CODE, RECIPIENT, Plugins, a_message, a_notification
from cognito_mailroom_tracing import Tracing
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode, get_tracer


def beside(other: object) -> Plugins:
    plugins = Plugins({})
    plugins.register(other, "other")
    plugins.register(Tracing(), "tracing")
    return plugins


class Other:
    @hookimpl
    def mailroom_recipient(self) -> str:
        with get_tracer("other").start_as_current_span("look-up"):
            return RECIPIENT

    @hookimpl
    def mailroom_veto(self, notification: object) -> str | None:
        return "not to administrators" if "AdminCreateUser" in repr(notification) else None


class Broken:
    def __init__(self, error: Exception) -> None:
        self._error = error

    @hookimpl(tryfirst=True)
    def mailroom_recipient(self) -> None:
        raise self._error


def test_a_span_surrounds_what_the_others_do_and_leaves_their_answer(spans: InMemorySpanExporter) -> None:
    found = beside(Other()).recipient(a_notification())

    assert str(found) == RECIPIENT
    inner, outer = spans.get_finished_spans()
    assert (inner.name, outer.name) == ("look-up", "mailroom_recipient")
    assert inner.parent
    assert inner.parent.span_id == outer.context.span_id
    assert outer.attributes == {"mailroom.trigger": "sign_up", "mailroom.client": "1example23456789"}
    assert outer.status.status_code is StatusCode.UNSET


@pytest.mark.parametrize(
    ("trigger", "reason"),
    [
        ("CustomEmailSender_AdminCreateUser", "not to administrators"),
        ("CustomEmailSender_SignUp", None),
    ],
)
def test_a_veto_is_told(trigger: str, reason: str | None, spans: InMemorySpanExporter) -> None:
    assert beside(Other()).veto(a_notification(trigger=trigger, client_id=None)) == reason

    [span] = spans.get_finished_spans()
    assert span.attributes == {"mailroom.trigger": "generic", "mailroom.vetoed": reason is not None}


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (Rejected(f"{RECIPIENT} is refused"), Rejected),
        (ValueError(f"{CODE} for {RECIPIENT}"), ConfigurationError),
    ],
)
def test_of_an_error_the_class_is_told_and_nothing_else(
    error: Exception, raised: type[Exception], spans: InMemorySpanExporter
) -> None:
    with pytest.raises(raised):
        beside(Broken(error)).recipient(a_notification())

    [span] = spans.get_finished_spans()
    assert span.status.status_code is StatusCode.ERROR
    assert span.status.description == type(error).__name__
    assert span.attributes
    assert span.attributes["error.type"] == type(error).__name__
    assert span.events == ()
    assert not any(private in span.to_json() for private in (RECIPIENT, CODE))


@pytest.mark.parametrize("answer", [None, "sent"])
def test_what_is_no_receipt_is_left_for_core_to_refuse(answer: Any, spans: InMemorySpanExporter) -> None:
    wrapper = Tracing().mailroom_deliver(a_message())
    next(wrapper)

    with pytest.raises(StopIteration) as done:
        wrapper.send(answer)

    assert done.value.value == answer
    assert [span.name for span in spans.get_finished_spans()] == ["mailroom_deliver"]
