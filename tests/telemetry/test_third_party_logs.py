"""What libraries log about their work stays out of the function's log, whatever levels anybody sets."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pytest
from cognito_mailroom import DecryptionError
from cognito_mailroom.telemetry.record import EventRecord
from cognito_mailroom.telemetry.third_party_logs import restrict_third_party_logs

TELL_ALL = ["botocore.endpoint", "botocore.parsers", "botocore.auth"]


class Records(logging.Handler):
    """Keeps what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.kept.append(record)


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[list[logging.LogRecord]]:
    """What arrives at the root at DEBUG. Pytest's own handler also listens where nothing is passed on."""
    records = Records()
    logging.root.addHandler(records)
    with caplog.at_level(logging.DEBUG):
        yield records.kept
    logging.root.removeHandler(records)


@pytest.mark.parametrize("name", TELL_ALL)
def test_what_tells_all_at_debug_tells_nothing(
    name: str, log: list[logging.LogRecord], caplog: pytest.LogCaptureFixture
) -> None:
    restrict_third_party_logs()
    caplog.set_level(logging.DEBUG, name)
    logging.getLogger(name).debug("all")
    logging.getLogger(name).warning("a warning")
    assert [record.getMessage() for record in log] == ["a warning"]


def test_the_sdks_tracebacks_are_not_logged_and_not_printed(
    *, log: list[logging.LogRecord], capfd: pytest.CaptureFixture[str], send: Callable[..., EventRecord],
    load: Callable[..., object], encrypted: Callable[..., str],
) -> None:  # fmt: skip
    restrict_third_party_logs()
    with pytest.raises(DecryptionError):
        send(load("sign_up", encrypted("482910")[:600]))
    assert not [record for record in log if record.name.startswith("aws_encryption_sdk") or record.exc_info]
    assert "".join(capfd.readouterr()) == ""


def test_to_say_it_twice_is_harmless() -> None:
    restrict_third_party_logs()
    loggers = [logging.getLogger(name) for name in (*TELL_ALL, "aws_encryption_sdk")]
    before = [(len(log.filters), len(log.handlers)) for log in loggers]
    restrict_third_party_logs()
    assert [(len(log.filters), len(log.handlers)) for log in loggers] == before
