"""How a run of the command line ends where its streams are closed, cut or full, or a signal ends it.

Nothing here knows a command: what one has begun, its ``with`` blocks put away on the way out.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from types import FrameType

_STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))
_SIGNALS = [
    number for name in ("SIGINT", "SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)) is not None
]
_came: list[int] = []
_UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


@contextmanager
def orderly() -> Iterator[None]:
    """Lets what is in the block end with an exit status and at most a sentence.

    Exits with 130 after SIGINT, 143 after SIGTERM, and 1 where what it says or writes finds no place.
    """
    _open_what_is_closed()
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(number, _end)
    try:
        try:
            with ending_by_signal():
                yield
        finally:
            sys.stdout.flush()  # the interpreter would complain of what it cannot write only at its own end
    except BrokenPipeError:  # whoever read it has seen enough
        _discard_output()
        sys.exit(1)
    except OSError as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        with suppress(OSError):
            sys.stderr.write(f"Error: {sentence}\n")
        _discard_output()
        sys.exit(1)
    finally:
        _ignore_signals()


def _end(number: int, _: FrameType | None) -> NoReturn:
    _ignore_signals()  # a second one would break off the clearing up
    _came.append(number)
    raise KeyboardInterrupt  # which all that the handler calls lets pass, as it would not an exit


@contextmanager
def ending_by_signal() -> Iterator[None]:
    """Exits with the status of a signal that comes in the block; for click, which has a word of its own."""
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(128 + _came[0] if _came else 1)


def _ignore_signals() -> None:
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _open_what_is_closed() -> None:
    """Has nothing at all read from and written to closed streams.

    Otherwise the next file or socket would get their numbers, and children take it for their own.
    """
    for name, mode in _STREAMS:
        if getattr(sys, name) is None:
            number = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(number, True)  # noqa: FBT003 - positional only
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def _discard_output() -> None:
    """Leaves the interpreter nothing to complain of when it flushes its streams."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None:
            os.dup2(nothing, stream.fileno())
    os.close(nothing)


def _sentence(error: OSError) -> str | None:
    """What the machine refuses; None for what may as well be a mistake of ours."""
    if error.filename is not None:
        return f"{os.fsdecode(error.filename)}: {error.strerror}."
    if error.errno in _UNWRITABLE:
        return f"The output or a file cannot be written: {error.strerror}."
    return None
