"""All hooks.

A plugin implements any of them with `cognito_mailroom.hookimpl`, naming only the arguments it needs.
"""

from __future__ import annotations

from collections.abc import Mapping

import pluggy

from cognito_mailroom.address import Address
from cognito_mailroom.deadline import Deadline
from cognito_mailroom.errors import MailroomError
from cognito_mailroom.message import Message, Receipt
from cognito_mailroom.notification import Notification

PROJECT = "cognito_mailroom"

hookimpl = pluggy.HookimplMarker(PROJECT)
_hookspec = pluggy.HookspecMarker(PROJECT)
_first_result = _hookspec(firstresult=True)


@_first_result
def mailroom_recipient(notification: Notification) -> Address | str | None:
    """Called to override or look up who gets the mail; return None if you have no say."""


@_first_result
def mailroom_veto(notification: Notification) -> str | None:
    """Called before anything is rendered; return the reason to send nothing, or None to let it pass."""


@_hookspec
def mailroom_template_context(notification: Notification) -> Mapping[str, str] | None:
    """Called once an event; return variables to merge into those of the template, or None."""


@_first_result
def mailroom_render(notification: Notification, draft: Message) -> Message | None:
    """Called for each provider tried; return the draft completed, or None to leave it to the next."""


@_first_result
def mailroom_deliver(message: Message, deadline: Deadline) -> Receipt | None:
    """Called for each provider tried; return a Receipt or raise a DeliveryError before the deadline."""


@_hookspec
def mailroom_delivered(notification: Notification, receipt: Receipt) -> None:
    """Called when a provider took the mail; what this raises is logged and costs nothing."""


@_hookspec
def mailroom_failed(notification: Notification, error: MailroomError, final: bool) -> None:
    """Called when a mail was not delivered, by one provider or, where final, for good in this attempt."""
