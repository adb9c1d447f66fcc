"""OpenTelemetry spans around what plugins do: the extension ``tracing``."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import TypeVar

from cognito_mailroom import Address, Message, Notification, Receipt, hookimpl
from opentelemetry.trace import Span, StatusCode, get_tracer

__all__ = ["Tracing"]

T = TypeVar("T")
Wrapper = Generator[None, T, T]
"""A hook wrapper: it is sent what the other plugins answered, and returns what becomes of it."""


class Tracing:
    """A span for each of the four hooks that take time, named like the hook.

    The spans hold no address and no code, and of an error its class alone: its text may quote anything
    where a plugin raised what it did not mean to.
    """

    def __init__(self) -> None:
        self._tracer = get_tracer(__name__)

    @hookimpl(wrapper=True, tryfirst=True)
    def mailroom_recipient(self, notification: Notification) -> Wrapper[Address | str | None]:
        """Who gets the mail, which may take asking Cognito."""
        with self._span("mailroom_recipient", notification.slug, notification.client_id):
            return (yield)

    @hookimpl(wrapper=True, tryfirst=True)
    def mailroom_veto(self, notification: Notification) -> Wrapper[str | None]:
        """Whether anybody is against it."""
        with self._span("mailroom_veto", notification.slug, notification.client_id) as span:
            reason = yield
            span.set_attribute("mailroom.vetoed", reason is not None)
            return reason

    @hookimpl(wrapper=True, tryfirst=True)
    def mailroom_render(self, notification: Notification) -> Wrapper[Message | None]:
        """The writing of the mail."""
        with self._span("mailroom_render", notification.slug, notification.client_id):
            return (yield)

    @hookimpl(wrapper=True, tryfirst=True)
    def mailroom_deliver(self, message: Message) -> Wrapper[Receipt | None]:
        """One provider's attempt; the spans that its SDK or transport makes are within this one."""
        # The tags are the trigger and the client, if there is one.
        client_id = next(iter(message.tags[1:]), None)
        with self._span("mailroom_deliver", message.variables.get("trigger", ""), client_id) as span:
            receipt = yield
            if isinstance(receipt, Receipt):  # a plugin may answer anything; core says so
                span.set_attribute("mailroom.message_id", receipt.message_id)
            return receipt

    @contextmanager
    def _span(self, name: str, trigger: str, client_id: str | None) -> Iterator[Span]:
        attributes = {"mailroom.trigger": trigger, "mailroom.client": client_id or ""}
        with self._tracer.start_as_current_span(
            name,
            attributes={key: value for key, value in attributes.items() if value},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield span
            except Exception as error:
                kind = type(error).__name__
                span.set_attribute("error.type", kind)
                span.set_status(StatusCode.ERROR, kind)
                raise
