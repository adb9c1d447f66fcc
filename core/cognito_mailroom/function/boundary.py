"""What errors look like that leave the function: error trackers keep every frame and its locals."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from cognito_mailroom.errors import MailroomError
from cognito_mailroom.plugins.error_translation import anew, describe, frames_of

_log = logging.getLogger("cognito_mailroom")

P = ParamSpec("P")
T = TypeVar("T")


def raising_anew(handler: Callable[P, T]) -> Callable[P, T]:
    """The handler, whose errors are raised anew from out here, where neither the event nor a secret is known.

    What is no error of ours becomes a MailroomError that says where it came from; the log has the way to it.
    """

    @wraps(handler)
    def handle(*arguments: P.args, **named: P.kwargs) -> T:
        try:
            return handler(*arguments, **named)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is raised
            failure = _anew(error)
        del arguments, named
        raise failure

    return handle


def _anew(error: BaseException) -> BaseException:
    if isinstance(error, MailroomError):
        return anew(error, str(error))
    if isinstance(error, KeyboardInterrupt):
        return KeyboardInterrupt()
    _log.error("The mailroom failed with %s", frames_of(error))
    return MailroomError(f"The mailroom failed with {describe(error)}.")
