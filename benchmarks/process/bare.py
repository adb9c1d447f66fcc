"""Calls the function in a process that loads nothing else.

To be run by ``python -I -S``, with the package's folder; on standard input are the events, and on standard
output comes what the probe noted, in the one format that Python reads and writes without an import.
"""

import marshal
import sys
from time import monotonic


class Context:
    """As much of Lambda's context object as a function may ask for."""

    aws_request_id = "8f14e45f-ceea-467f-a8d5-1c2a3b4c5d6e"
    function_name = "function"

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        """As Lambda's own."""
        return int((self._end - monotonic()) * 1000)


sys.path.insert(0, sys.argv[1])
import probe  # type: ignore[import-not-found] # noqa: E402

for event in marshal.load(sys.stdin.buffer):  # noqa: S302 - a process of our own wrote it
    probe.lambda_handler(event, Context(30))
marshal.dump(probe.report(), sys.stdout.buffer)
