"""One start of one function, under AWS's runtime client or bare, and what it took."""

from __future__ import annotations

import marshal
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from attrs import frozen
from cognito_mailroom.testing.runtime import Function

from .packages import HERE
from .servers import Servers

Event = dict[str, Any]


@frozen
class Sample:
    """Times in milliseconds, memory in MiB."""

    cold: float
    """From the start of the process to the mail accepted."""
    cold_cpu: float
    """Up to the end of the first invocation, system calls included; so for all that is CPU here."""
    init: float
    """The import of the handler."""
    first: float
    """The first invocation."""
    first_cpu: float
    warm: float
    """The median of the invocations after it."""
    warm_cpu: float
    peak: float
    """The most that was resident."""


def take(
    run: Callable[[Path, Mapping[str, str], Sequence[Event], Sequence[str]], dict[str, Any]],
    folder: Path,
    servers: Servers,
    environ: Mapping[str, str],
    *,
    warm: int,
    core: int,
) -> Sample:
    """Starts the function in ``folder`` once, by `bare` or `under_runtime`, and sends it some events.

    Raises:
        RuntimeError: a mail did not arrive.

    """
    events = servers.events(1 + warm)
    servers.accepted()
    launch = [sys.executable, "-I", "-S", str(HERE / "process" / "launch.py"), str(core)]
    noted = run(folder, environ, events, launch)
    accepted = servers.accepted()
    if len(accepted) != len(events):
        raise RuntimeError(f"{folder.name}: of {len(events)} mails {len(accepted)} arrived")
    first, *others = noted["calls"]
    return Sample(
        cold=1000 * (accepted[0] - noted["started"]),
        cold_cpu=1000 * first["cpu_after"],
        init=1000 * (noted["ready"] - noted["begun"]),
        first=1000 * first["wall"],
        first_cpu=1000 * first["cpu"],
        warm=1000 * median(call["wall"] for call in others),
        warm_cpu=1000 * median(call["cpu"] for call in others),
        peak=noted["peak"] / 1024,
    )


def bare(
    folder: Path, environ: Mapping[str, str], events: Sequence[Event], launch: Sequence[str]
) -> dict[str, Any]:
    """In a process that does nothing else; returns what the probe noted."""
    command = [*launch, sys.executable, "-I", "-S", str(HERE / "process" / "bare.py"), str(folder)]
    done = subprocess.run(  # noqa: S603
        command, input=marshal.dumps(list(events)), env=environ, capture_output=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{folder.name}: {done.stderr.decode()}")
    noted: dict[str, Any] = marshal.loads(done.stdout)  # noqa: S302 - a process of our own wrote it
    return noted


def under_runtime(
    folder: Path, environ: Mapping[str, str], events: Sequence[Event], launch: Sequence[str]
) -> dict[str, Any]:
    """Under awslambdaric, behind the emulator, which starts the process with the first event."""
    limits = {"AWS_LAMBDA_FUNCTION_TIMEOUT": "30"}
    with (
        TemporaryDirectory(prefix="mailroom-benchmark-") as work,
        Function(
            folder, "probe.lambda_handler", {**environ, **limits}, Path(work), wrapper=launch
        ) as function,
    ):
        for event in events:
            answer = function.invoke(event)
            if not isinstance(answer, dict) or "errorType" in answer:
                raise RuntimeError(f"{folder.name}: {answer} {function.log}")
        noted: dict[str, Any] = function.invoke({"report": True})
    return noted


def cores() -> tuple[int, int]:
    """The core that is measured on, and that for all else; one and the same where there is but one."""
    first, *others = sorted(os.sched_getaffinity(0))
    return first, others[0] if others else first
