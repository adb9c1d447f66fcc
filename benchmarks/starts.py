"""Starts a function once, under AWS's runtime client or bare, and sends it events."""

from __future__ import annotations

import marshal
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from cognito_mailroom.testing.lambda_runtime import LambdaFunction

PROCESS = Path(__file__).with_name("process")
Event = dict[str, Any]
Noted = dict[str, Any]
"""What the probe noted; see `benchmarks.process.probe`."""


class Mode(Protocol):
    """A way to start a function; raises RuntimeError if it fails."""

    def __call__(self, folder: Path, environ: Mapping[str, str], events: Sequence[Event], core: int) -> Noted:
        """Starts the function in ``folder`` on one core, and sends it the events one after the other."""


def bare(folder: Path, environ: Mapping[str, str], events: Sequence[Event], core: int) -> Noted:
    """In a process that does nothing else."""
    command = [*_launch(core), sys.executable, "-I", "-S", str(PROCESS / "bare.py"), str(folder)]
    done = subprocess.run(  # noqa: S603
        command, input=marshal.dumps(list(events)), env=environ, capture_output=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{folder.name}: {done.stderr.decode()}")
    noted: Noted = marshal.loads(done.stdout)  # noqa: S302 - a process of our own wrote it
    return noted


def under_runtime(folder: Path, environ: Mapping[str, str], events: Sequence[Event], core: int) -> Noted:
    """Under awslambdaric, behind the emulator, which starts the process with the first event."""
    settings = {**environ, "AWS_LAMBDA_FUNCTION_TIMEOUT": "30"}
    with (
        TemporaryDirectory(prefix="mailroom-function-") as work,
        LambdaFunction(
            folder, "probe.lambda_handler", settings, Path(work), wrapper=_launch(core)
        ) as function,
    ):
        for event in events:
            answer = function.invoke(event)
            if not isinstance(answer, dict) or "errorType" in answer:
                raise RuntimeError(f"{folder.name}: {answer} {function.log}")
        noted: Noted = function.invoke({"report": True})
    return noted


def _launch(core: int) -> list[str]:
    return [sys.executable, "-I", "-S", str(PROCESS / "launch.py"), str(core)]


def cores() -> tuple[int, int]:
    """The core that is measured on, and that for all else; one and the same where there is but one."""
    first, *others = sorted(os.sched_getaffinity(0))
    return first, others[0] if others else first
