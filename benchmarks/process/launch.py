"""Moves to the core that is measured on, notes the time, and becomes the command it is given.

To be run by ``python -I -S``, with the core's number before the command.
"""

import os
import sys
import time

core, *command = sys.argv[1:]
os.sched_setaffinity(0, {int(core)})
# What this start of Python took so far belongs to nobody.
marks = {"BENCHMARK_STARTED": str(time.monotonic()), "BENCHMARK_CPU": str(time.process_time())}
os.execve(command[0], command, {**os.environ, **marks})  # noqa: S606
