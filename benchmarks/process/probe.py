"""Stands between whoever calls the function and the function, and notes what each step takes.

All times are in seconds, by `time.monotonic`, which is one clock for all processes of a Linux machine.
"""

import os
import sys
from time import monotonic, process_time

STARTED, CPU = float(os.environ["BENCHMARK_STARTED"]), float(os.environ["BENCHMARK_CPU"])
# A module beside this one that takes further notes, where these may cost some time.
notes = __import__(os.environ["BENCHMARK_NOTES"]) if "BENCHMARK_NOTES" in os.environ else None

begun = monotonic()
import handler  # noqa: E402 - this is what is timed

ready = monotonic()
if notes:
    notes.ready()
# Of each: wall and CPU time, and the CPU time of the process so far. Tuples, which no collector looks at.
calls: list[tuple[float, float, float]] = []


def lambda_handler(event: dict[str, object], context: object) -> dict[str, object]:
    """The function's own answer; or, to an event that asks for it, what was noted so far."""
    if "report" in event:
        return report()
    began, cpu = monotonic(), process_time()
    try:
        return handler.lambda_handler(event, context)
    finally:
        wall, after = monotonic() - began, process_time()
        calls.append((wall, after - cpu, after - CPU))
        if notes and len(calls) == 1:
            notes.end()


def report() -> dict[str, object]:
    """What was noted; ``peak`` is the most memory that was resident, in KiB."""
    with open("/proc/self/status") as status:  # noqa: PTH123 - pathlib is not loaded here
        (peak,) = (int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    return {
        "started": STARTED,
        "begun": begun,
        "ready": ready,
        "calls": calls,
        "peak": peak,
        "modules": list(sys.modules),
        "notes": notes.taken() if notes else None,
    }
