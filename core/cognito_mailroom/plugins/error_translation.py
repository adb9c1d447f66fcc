"""Translates a plugin's unexpected exceptions into errors that name the plugin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cognito_mailroom.errors import ConfigurationError, MailroomError


@contextmanager
def translating_errors(
    whom: str,
    kind: type[MailroomError] = ConfigurationError,
    meant: tuple[type[MailroomError], ...] = (MailroomError,),
) -> Iterator[None]:
    """Lets pass what a plugin means to raise, and raises ``kind`` in place of anything else."""
    try:
        yield
    except meant:
        raise
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything
        raise kind(f"{whom} failed with {describe(error)}.") from None


def describe(error: Exception) -> str:
    """The kind of an error and the line that raised it; its text may quote anything, and is left out."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    return type(error).__name__ + place
