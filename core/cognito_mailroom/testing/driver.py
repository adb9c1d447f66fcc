"""Loads a provider as the function does, calls its hooks, and watches what it logs, prints and raises."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from time import monotonic
from typing import NoReturn

import pytest
from attrs import frozen

from cognito_mailroom import Deadline, MailroomError, Message, Notification, RateLimited, Receipt, hookimpl
from cognito_mailroom.function.boundary import raising_anew
from cognito_mailroom.plugins.manager import Plugins
from cognito_mailroom.settings.core import Selection
from cognito_mailroom.settings.problems import Problems
from cognito_mailroom.settings.reading import read

from .builders import a_notification
from .faults import Fault
from .leak_detection import CapturedOutput, LeakDetector, all_that_can_be_kept, capturing_output

PLENTY = 10.0
"""Seconds; nothing here takes as long."""


def violated(promise: str) -> NoReturn:
    """Fails the test with one sentence, without a stack trace."""
    pytest.fail(promise, pytrace=False)


@frozen
class Outcome:
    """What came of handing over one mail."""

    result: object
    seconds: float

    def expect_receipt(self, promise: str) -> Receipt:
        """Fails the test unless the provider took the mail."""
        if isinstance(self.result, Receipt):
            return self.result
        violated(f"{promise}, but mailroom_deliver {self.ending}.")

    def expect(self, fault: Fault, passed: float = 0.0) -> None:
        """Fails the test unless the fault became its error, with all that the table promises.

        ``passed`` are the seconds since the provider's answer was written, which may name a date.
        """
        name, error = fault.error.__name__, self.result
        article = "an" if name[0] in "AEIOU" else "a"
        if isinstance(error, Receipt):
            violated(
                f"{fault.what} must raise {name}, but mailroom_deliver returned a Receipt: "
                "the mail would be lost."
            )
        if not isinstance(error, fault.error):
            violated(
                f"{fault.what} must raise {name}, but mailroom_deliver {self.ending}: "
                f"only {article} {name} says {_MEANING[name]}."
            )
        if isinstance(error, RateLimited) and not _same_wait(error.retry_after, fault.wait, passed):
            violated(
                f"{fault.what} must set retry_after to the wait it names: "
                f"{_seconds(fault.wait)}, not {_seconds(error.retry_after)}."
            )

    @property
    def ending(self) -> str:
        """``raised Unavailable (…)``, for the end of a sentence."""
        if isinstance(self.result, MailroomError):
            return f"raised {type(self.result).__name__} ({self.result})"
        if isinstance(self.result, Exception):
            return f"let a {type(self.result).__name__} escape"
        return "returned None" if self.result is None else f"returned a {type(self.result).__name__}"


_MEANING = {
    "ConfigurationError": "that an operator must act",
    "Rejected": "that no retry can mend it",
    "RateLimited": "how long to wait",
    "Unavailable": "that a later try may succeed",
}


def _same_wait(given: float | None, wanted: float | None, passed: float) -> bool:
    if given is None or wanted is None:
        return given is wanted
    return -5 - passed < given - wanted < 5  # a date has whole seconds


def _seconds(wait: float | None) -> str:
    return "None" if wait is None else f"{wait:.0f} seconds"


class Driver:
    """One provider, with its settings from an environment; fails the test if it cannot be loaded."""

    def __init__(
        self, name: str, environ: Mapping[str, str], leaks: LeakDetector, ignored_loggers: Sequence[str]
    ) -> None:
        self._name = name
        self._telltales = leaks
        self._ignored = ignored_loggers
        environ = {**environ, "MAILROOM_PROVIDER": name, "MAILROOM_EXTENSIONS": "none"}
        faults = Problems()
        self._plugins = Plugins(environ)
        if selection := read(Selection, environ, faults):
            self._plugins.select(selection, faults)
        if faults:
            violated(f"The provider cannot be loaded: {faults.error()}")
        self._results = _ResultRecorder()
        self._plugins.register(self._results, "cognito_mailroom.testing.contract")

    def render(self, notification: Notification, draft: Message) -> Message:
        """What the plugin makes of a draft; the draft itself if it has no template for it."""
        return self._plugins.render(self._name, notification, draft)

    def deliver(self, message: Message, seconds: float = PLENTY) -> Outcome:
        """Hands a mail over; fails the test if anything private comes to light."""
        self._results.forget()
        with capturing_output(*self._ignored) as captured:
            started = monotonic()
            with suppress(MailroomError):  # the recorder has what the plugin itself raised
                self._plugins.deliver(self._name, message, Deadline(seconds))
            took = monotonic() - started
        self._check_output(captured)
        result = self._results.seen
        if isinstance(result, Exception):
            self._check_error(result)
        return Outcome(result, took)

    def check_what_leaves(self, what: str, message: Message, deadline: Deadline) -> None:
        """Hands a mail over, and fails the test unless the function raises an error that has nothing private.

        That is core's to see to, whatever the plugin raises; the log is the plugin's.
        """

        @raising_anew
        def function() -> None:
            try:
                self._plugins.deliver(self._name, message, deadline)
            except MailroomError as error:
                raise self._plugins.cleaned(error, a_notification(), message) from None

        with capturing_output(*self._ignored) as captured:
            try:
                function()
            except MailroomError as error:
                trace = error.__traceback__
                error.__traceback__ = trace and trace.tb_next  # this frame knows the mail
                kept = all_that_can_be_kept(error)
            else:
                violated(f"{what} must become an error, but mailroom_deliver returned a Receipt.")
        self._check_output(captured)
        self._check(kept, "in what error trackers keep of the error")

    def _check_output(self, captured: CapturedOutput) -> None:
        for logger, text in captured.records:
            self._check(text, f"in the log of {logger}, at DEBUG")
        self._check(captured.output.getvalue(), "printed")

    def _check_error(self, error: Exception) -> None:
        self._check(str(error), "in the text of the error")
        self._check(repr(vars(error)), "in the attributes of the error")
        self._check("".join(traceback.format_exception(error)), "in the traceback of the error")
        if isinstance(error, MailroomError) and "\n" in str(error).strip():
            violated("An error must be one sentence on one line, for an operator to read in a log.")

    def _check(self, text: str, where: str) -> None:
        if what := self._telltales.in_text(text):
            violated(f"{what} is {where}.")


class _ResultRecorder:
    """Sees what the plugin itself returns or raises, before core has put it right."""

    seen: object = None

    def forget(self) -> None:
        self.seen = None

    @hookimpl(wrapper=True, tryfirst=True)
    def mailroom_deliver(self) -> Iterator[None]:
        try:
            self.seen = yield
        except Exception as error:
            self.seen = error
            raise
        return self.seen

    @hookimpl(trylast=True)
    def mailroom_render(self, draft: Message) -> Message:
        return draft
