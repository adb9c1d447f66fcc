from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from cognito_mailroom import Deadline, Message, Receipt
from cognito_mailroom.settings import Problems, read
from cognito_mailroom_mailgun import MailgunProvider
from cognito_mailroom_mailgun.standin import Mailgun


@pytest.fixture
def mailgun() -> Iterator[Mailgun]:
    with Mailgun() as server:
        yield server


@pytest.fixture
def load(mailgun: Mailgun) -> Callable[..., MailgunProvider]:
    """``load(MAILGUN_TEST_MODE="true")``: the provider with these settings."""

    def load(**changes: str) -> MailgunProvider:
        problems = Problems()
        settings = read(MailgunProvider.Settings, {**mailgun.environ, **changes}, problems)
        if settings is None:
            raise problems.error()
        return MailgunProvider(settings)

    return load


@pytest.fixture
def send(load: Callable[..., MailgunProvider]) -> Callable[..., Receipt]:
    """``send(message)``: one mail, with settings as in ``load``."""

    def send(message: Message, **changes: str) -> Receipt:
        return load(**changes).mailroom_deliver(message, Deadline(10))

    return send
