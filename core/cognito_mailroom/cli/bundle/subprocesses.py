"""Runs programs that a bundle takes, none of which outlives it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress


def run(command: Sequence[str], environment: Mapping[str, str], heard: Callable[[str], None]) -> int:
    """Runs a program, and calls ``heard`` with each line that it says; returns its exit status.

    Whatever breaks that off ends the program first, and all that it has started.
    """
    with subprocess.Popen(  # noqa: S603
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=environment,
        start_new_session=True,  # a group of its own, which can be ended as a whole
    ) as process:
        try:
            for line in process.stdout or ():
                heard(line.strip())
        except BaseException:
            if hasattr(os, "killpg"):
                with suppress(OSError):  # it has just ended
                    os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            raise
    return process.returncode
