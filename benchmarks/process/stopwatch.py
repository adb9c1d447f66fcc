"""Shares out the time of a cold start: to each module its own import, and to some functions what they take.

Each moment is counted once, to whatever was entered last. The probe imports it where ``BENCHMARK_NOTES``
says so; it makes a cold start some per cent longer.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
import os
import sys
from time import monotonic

_bootstrap = sys.modules["_frozen_importlib"]
_find_and_load = _bootstrap._find_and_load  # noqa: SLF001 - what every import goes through
# module=qualified.name=what it does, one a line
_functions: dict[str, list[list[str]]] = {}
for line in os.environ["BENCHMARK_FUNCTIONS"].splitlines():
    _functions.setdefault(line.split("=")[0], []).append(line.split("=")[1:])
_seconds: dict[str, float] = {}
_entered = ["(rest)"]
_since = monotonic()
_taken: dict[str, float] = {}


def _count() -> None:
    global _since  # noqa: PLW0603 - there is one stopwatch
    now = monotonic()
    _seconds[_entered[-1]] = _seconds.get(_entered[-1], 0) + now - _since
    _since = now


def _timed(label, function):
    def timed(*arguments, **options):
        _count()
        _entered.append(label)
        try:
            return function(*arguments, **options)
        finally:
            _count()
            _entered.pop()

    return timed


def _load(name, import_):
    module = _timed(name, _find_and_load)(name, import_)
    for path, label in _functions.pop(name, ()):
        owner = module
        *owners, last = path.split(".")
        for each in owners:
            owner = getattr(owner, each)
        setattr(owner, last, _timed(label, getattr(owner, last)))
    return module


_bootstrap._find_and_load = _load  # type: ignore[attr-defined] # noqa: SLF001


def ready() -> None:
    """The handler is imported, which makes no difference here."""


def end() -> None:
    """Here ends what is shared out."""
    _count()
    _taken.update(_seconds)


def taken() -> dict[str, float]:
    """The seconds of each module and of each function's label."""
    return _taken
