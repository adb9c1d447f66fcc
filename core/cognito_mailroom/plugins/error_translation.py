"""Translates a plugin's unexpected exceptions into errors that name the plugin, and makes errors anew."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from cognito_mailroom.errors import ConfigurationError, MailroomError, RateLimited

_log = logging.getLogger("cognito_mailroom")
_MAX_FRAMES = 40  # a recursion has a thousand


@contextmanager
def translating_errors(
    whom: str,
    kind: type[MailroomError] = ConfigurationError,
    meant: tuple[type[MailroomError], ...] = (MailroomError,),
) -> Iterator[None]:
    """Lets pass what a plugin means to raise, and raises ``kind`` in place of anything else.

    The log has the way to it. To exit is for no plugin to do; to interrupt is somebody at a keyboard.
    """
    try:
        yield
    except meant:
        raise
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # noqa: BLE001 - a plugin may raise anything
        _log.error("%s failed with %s", whom, frames_of(error))
        raise kind(f"{whom} failed with {describe(error)}.") from None


def describe(error: BaseException) -> str:
    """The kind of an error and the line that raised it; its text may quote anything, and is left out."""
    *_, place = ("", *(f" at {file}:{line}" for file, line, _ in _frames(error)))
    return type(error).__name__ + place


def frames_of(error: BaseException) -> str:
    """The kind of an error and the way to it: each frame's file, line and function, the last one first.

    Likewise of what it was raised from. Neither texts nor locals nor source, which may tell anything.
    """
    told, seen = list[str](), list[BaseException]()
    cause: BaseException | None = error
    while cause is not None and cause not in seen:
        places = [f"{file}:{line} in {function}" for file, line, function in _frames(cause)]
        told.append(" from ".join([type(cause).__name__, *places[: -_MAX_FRAMES - 1 : -1]]))
        seen.append(cause)
        context = None if cause.__suppress_context__ else cause.__context__
        cause = cause.__cause__ or (None if isinstance(context, MailroomError) else context)
    return "; raised upon ".join(told)


def anew(error: MailroomError, words: str) -> MailroomError:
    """The same error of ours with these words, and nothing that one drags along or a plugin has hung on it.

    Error trackers and observers keep tracebacks with all their locals, causes and contexts.
    """
    kind: type[MailroomError] = next(
        each for each in type(error).__mro__ if each.__module__ == MailroomError.__module__
    )
    if issubclass(kind, RateLimited):
        wait = getattr(error, "retry_after", None)
        return kind(words, wait if isinstance(wait, int | float) else None)
    if issubclass(kind, ConfigurationError):
        return kind(words, understood=bool(getattr(error, "understood", True)))
    return kind(words)


def _frames(error: BaseException) -> Iterator[tuple[str, int, str]]:
    trace = error.__traceback__
    while trace:
        code = trace.tb_frame.f_code
        yield code.co_filename, trace.tb_lineno, code.co_qualname
        trace = trace.tb_next
