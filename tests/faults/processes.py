"""The function in a process of its own, which can die."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]

CHILD = """
import json, sys
import handler
from cognito_mailroom.cli.lambda_context import LambdaContext
print("ready", flush=True)
event = json.loads(sys.stdin.readline())
try:
    handler.lambda_handler(event, LambdaContext(float(sys.argv[1])))
except Exception as error:
    print("RAISED", type(error).__name__, error)
"""


class Child:
    """A process that has imported the handler, and waits for an event."""

    def __init__(self, settings: Mapping[str, str], *places: str, seconds: float = 2.0) -> None:
        path = os.pathsep.join((*places, str(ROOT), os.environ.get("PYTHONPATH", "")))
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", CHILD, str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, **settings, "PYTHONPATH": path},
        )
        assert self._process.stdout
        self._said = [self._process.stdout.readline()]

    def give(self, event: Any) -> None:
        """Has it handle an event; returns at once."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(event) + "\n")
        self._process.stdin.flush()

    def end(self) -> tuple[int, str]:
        """Its exit code, and all it said."""
        rest, _ = self._process.communicate(timeout=30)
        return self._process.returncode, "".join([*self._said, rest])
