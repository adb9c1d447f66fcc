"""Stands between whoever calls the function and the function, and notes what each step takes.

All times are in seconds, by `time.monotonic`, which is one clock for all processes of a Linux machine.
"""

import os
from time import monotonic, process_time

begun = monotonic()
import handler  # noqa: E402 - this is what is timed

ready = monotonic()
CPU = float(os.environ["BENCHMARK_CPU"])
calls: list[dict[str, float]] = []


def lambda_handler(event: dict[str, object], context: object) -> dict[str, object]:
    """The function's own answer; or, to an event that asks for it, what was noted so far."""
    if "report" in event:
        return report()
    began, cpu = monotonic(), process_time()
    try:
        return handler.lambda_handler(event, context)
    finally:
        wall, after = monotonic() - began, process_time()
        calls.append({"wall": wall, "cpu": after - cpu, "cpu_after": after - CPU})


def report() -> dict[str, object]:
    """What was noted; ``peak`` is the most memory that was resident, in KiB."""
    with open("/proc/self/status") as status:  # noqa: PTH123 - pathlib is not loaded here
        (peak,) = (int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    started = float(os.environ["BENCHMARK_STARTED"])
    return {"started": started, "begun": begun, "ready": ready, "calls": calls, "peak": peak}
