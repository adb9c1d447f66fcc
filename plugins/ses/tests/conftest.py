from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping

import pytest
from cognito_mailroom import Deadline, Message, Receipt
from cognito_mailroom.settings import Problems, read
from cognito_mailroom.transport import aws_session
from cognito_mailroom_ses import SesProvider
from cognito_mailroom_ses.standin import SesServer


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing of a developer's own settings is seen, nor of another test's."""
    for name in os.environ:
        if name.startswith(("MAILROOM_", "SES_", "AWS_")):
            monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    # The session keeps the credentials it found first.
    aws_session.cache_clear()
    yield
    aws_session.cache_clear()


@pytest.fixture
def ses() -> Iterator[SesServer]:
    with SesServer() as server:
        yield server


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Callable[..., SesProvider]:
    """``load(ses.environ, SES_REGION="eu-central-1")``: the provider in this environment."""

    def load(environ: Mapping[str, str], **changes: str) -> SesProvider:
        environ = {**environ, **changes}
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        settings = read(SesProvider.Settings, environ, Problems())
        assert settings
        return SesProvider(settings)

    return load


@pytest.fixture
def send(load: Callable[..., SesProvider], ses: SesServer) -> Callable[..., Receipt]:
    """``send(message)``: one mail, with settings as in ``load``."""

    def send(message: Message, **changes: str) -> Receipt:
        return load(ses.environ, **changes).mailroom_deliver(message, Deadline(5))

    return send
