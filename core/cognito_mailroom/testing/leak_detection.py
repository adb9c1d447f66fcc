"""Detects private texts in logs, output and errors, in several spellings."""

from __future__ import annotations

import base64
import io
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from traceback import TracebackException
from typing import Any
from urllib.parse import quote

from attrs import field, frozen


class LeakDetector:
    """Texts that nobody may see, by what a report calls them."""

    def __init__(self, private: Mapping[str, str]) -> None:
        self._spellings = {name: _spellings(text) for name, text in private.items() if text}

    def in_text(self, text: str) -> str | None:
        """What the first of them that a text holds is called."""
        for name, spellings in self._spellings.items():
            if any(spelling in text for spelling in spellings):
                return name
        return None


def _spellings(text: str) -> set[str]:
    """A text as it stands in a log, in a URL, in JSON, and within anything in base64."""
    found = {text, quote(text, safe=""), json.dumps(text)[1:-1]}
    data = text.encode()
    for before in range(3):  # base64 takes three bytes at a time, and others may stand before
        encoded = base64.b64encode(bytes(before) + data).decode()
        found.add(encoded[(0, 2, 3)[before] : (before + len(data)) * 8 // 6])
    return found


@frozen
class CapturedOutput:
    """What was logged and printed."""

    records: list[tuple[str, str]] = field(factory=list)
    """The logger's name and the whole text, a traceback included."""
    output: io.StringIO = field(factory=io.StringIO)


@contextmanager
def capturing_output(*ignored: str) -> Iterator[CapturedOutput]:
    """Takes down all that is printed, and what every logger says at DEBUG, but for the ``ignored`` ones."""
    captured = CapturedOutput()
    handler = _CapturingHandler(captured.records, ignored)
    with ExitStack() as stack:
        stack.callback(logging.disable, logging.root.manager.disable)
        logging.disable(logging.NOTSET)
        known = logging.root.manager.loggerDict.values()
        for logger in (logging.root, *(each for each in known if isinstance(each, logging.Logger))):
            if handler.ignores(logger.name):
                continue
            stack.callback(logger.setLevel, logger.level)
            logger.setLevel(logging.DEBUG)
            if logger is logging.root or not logger.propagate:
                stack.callback(logger.removeHandler, handler)
                logger.addHandler(handler)
        stack.enter_context(redirect_stdout(captured.output))
        stack.enter_context(redirect_stderr(captured.output))
        yield captured


class _CapturingHandler(logging.Handler):
    def __init__(self, records: list[tuple[str, str]], ignored: tuple[str, ...]) -> None:
        super().__init__(logging.DEBUG)
        self._records = records
        self._ignored = tuple(f"{name}." for name in ignored)

    def ignores(self, name: str) -> bool:
        return f"{name}.".startswith(self._ignored)

    def emit(self, record: logging.LogRecord) -> None:
        if not self.ignores(record.name):
            self._records.append((record.name, self.format(record)))


def attributes(thing: object) -> dict[str, Any]:
    """What an object holds, in its ``__dict__`` and in slots."""
    slots = [name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())]
    found = {name: getattr(thing, name) for name in slots if hasattr(thing, name) and name != "__weakref__"}
    return found | getattr(thing, "__dict__", {})


def all_that_can_be_kept(error: BaseException) -> str:
    """What an error tracker may keep: texts, attributes, frames with their locals; of its causes too."""
    found = list[str]()
    seen = list[BaseException]()
    queue: list[BaseException | None] = [error]
    while queue:
        if (each := queue.pop()) is not None and each not in seen:
            seen.append(each)
            queue += [each.__cause__, each.__context__]
            found += [f"{each!r} {vars(each)}"]
            found += TracebackException.from_exception(each, capture_locals=True).format(chain=False)
    return "\n".join(found)
