"""What errors look like that leave the function: error trackers keep every frame and its locals."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from cognito_mailroom.errors import MailroomError
from cognito_mailroom.plugins.error_translation import anew, describe, trail

_log = logging.getLogger("cognito_mailroom")

P = ParamSpec("P")
T = TypeVar("T")


def sealed(handler: Callable[P, T]) -> Callable[P, T]:
    """The handler, whose errors are raised anew from out here, where neither the event nor a secret is known.

    What is no error of ours becomes a MailroomError that says where it came from; the log has the way to it.
    """

    def sealed_handler(*arguments: P.args, **named: P.kwargs) -> T:
        try:
            return handler(*arguments, **named)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is raised
            failure = _without_its_past(error)
        del arguments, named
        raise failure

    # A trace names the handler by its code, and all else by what wraps copies.
    sealed_handler.__code__ = sealed_handler.__code__.replace(co_name=handler.__name__)
    return wraps(handler)(sealed_handler)


def _without_its_past(error: BaseException) -> BaseException:
    if isinstance(error, MailroomError):
        return anew(error, str(error))
    if isinstance(error, KeyboardInterrupt):
        return KeyboardInterrupt()
    _log.error("The mailroom failed with %s", trail(error))
    return MailroomError(f"The mailroom failed with {describe(error)}.")
