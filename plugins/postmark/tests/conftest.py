from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from cognito_mailroom import Deadline, Message, Receipt
from cognito_mailroom.settings import Problems, read
from cognito_mailroom_postmark import PostmarkProvider
from cognito_mailroom_postmark.standin import PostmarkServer


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of a developer's own settings is seen."""
    for name in os.environ:
        if name.startswith(("MAILROOM_", "POSTMARK_", "AWS_")):
            monkeypatch.delenv(name)


@pytest.fixture
def postmark() -> Iterator[PostmarkServer]:
    with PostmarkServer() as server:
        yield server


@pytest.fixture
def load(postmark: PostmarkServer) -> Callable[..., PostmarkProvider]:
    """``load(POSTMARK_MESSAGE_STREAM="codes")``: the provider with these settings."""

    def load(**changes: str) -> PostmarkProvider:
        problems = Problems()
        settings = read(PostmarkProvider.Settings, {**postmark.environ, **changes}, problems)
        if settings is None:
            raise problems.error()
        return PostmarkProvider(settings)

    return load


@pytest.fixture
def send(load: Callable[..., PostmarkProvider]) -> Callable[..., Receipt]:
    """``send(message)``: one mail, with settings as in ``load``."""

    def send(message: Message, **changes: str) -> Receipt:
        return load(**changes).mailroom_deliver(message, Deadline(5))

    return send
