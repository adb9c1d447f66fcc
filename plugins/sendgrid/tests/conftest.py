from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from cognito_mailroom import Deadline, Message, Receipt
from cognito_mailroom.settings import Problems, read
from cognito_mailroom_sendgrid import SendGridProvider
from cognito_mailroom_sendgrid.standin import SendGrid

Send = Callable[..., Receipt]


@pytest.fixture
def sendgrid() -> Iterator[SendGrid]:
    with SendGrid() as server:
        yield server


@pytest.fixture
def send(sendgrid: SendGrid) -> Send:
    """``send(message, SENDGRID_SANDBOX="true")``: over a provider with these settings."""

    def send(message: Message, **changes: str) -> Receipt:
        problems = Problems()
        settings = read(SendGridProvider.Settings, {**sendgrid.environ, **changes}, problems)
        if settings is None:
            raise problems.error()
        return SendGridProvider(settings).mailroom_deliver(message, Deadline(10))

    return send
