"""Runs a function under AWS's own runtime client and emulator.

PyPI's awslambdaric is looked for in the folder that the variable ``LAMBDA_RUNTIME`` names, and PyPI's
aws-sam-cli, for the emulator it ships, in that of ``SAM_CLI``; ``pip install --target`` puts them there.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic
from typing import Any, Self

ARCH = "arm64" if platform.machine() in {"aarch64", "arm64"} else "x86_64"
"""This machine's processor, by Lambda's name for it."""
START = Path(__file__).with_name("start_function.py")
PATIENCE = 30.0  # seconds


class LambdaFunction:
    """One Lambda function, for the length of a ``with`` block.

    ``folder`` holds what its package holds, ``work`` is for the log. The emulator starts the function's
    process when the first event comes in; ``wrapper`` is put before its command, which it has to execute.

    Raises:
        FileNotFoundError: the runtime client or the emulator is not installed.
        RuntimeError: the emulator does not start; says what it wrote.

    """

    def __init__(
        self,
        folder: Path,
        handler: str,
        environ: Mapping[str, str],
        work: Path,
        *,
        wrapper: Sequence[str] = (),
    ) -> None:
        self._folder, self._handler, self._environ = folder, handler, environ
        self._wrapper = wrapper
        self._log, self._emulator = work / "log", work / "emulator"

    @property
    def url(self) -> str:
        """Of the emulated service, which knows the function by no other name than ``function``."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def log(self) -> str:
        """What the function and the emulator wrote; complete when the ``with`` block has ended."""
        return self._log.read_text("utf-8")

    def invoke(self, event: Any) -> Any:
        """The function's answer, its error, or the sentence that the emulator has for it."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        try:
            connection.request("POST", "/2015-03-31/functions/function/invocations", json.dumps(event))
            answer = connection.getresponse().read().decode()
        finally:
            connection.close()
        return json.loads(answer) if answer.startswith("{") else answer

    def __enter__(self) -> Self:
        self._port, api_port = _free_ports()
        shutil.copy(installed("SAM_CLI", f"samcli/local/rapid/aws-lambda-rie-{ARCH}"), self._emulator)
        self._emulator.chmod(0o700)
        runtime = installed("LAMBDA_RUNTIME", "awslambdaric").parent
        command = [
            str(self._emulator),
            f"--runtime-interface-emulator-address=127.0.0.1:{self._port}",
            f"--runtime-api-address=127.0.0.1:{api_port}",
            *self._wrapper,
            *(sys.executable, "-I", "-S", str(START), str(self._folder), str(runtime), self._handler),
        ]
        with self._log.open("w") as log:
            self._process = subprocess.Popen(  # noqa: S603
                command, cwd=self._folder, env=self._environ, stdout=log, stderr=subprocess.STDOUT
            )
        self._wait_until_it_listens()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE)

    def _wait_until_it_listens(self) -> None:
        deadline = monotonic() + PATIENCE
        while monotonic() < deadline and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self._port)).close()
            except ConnectionRefusedError:
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(0.01)
            else:
                return
        raise RuntimeError(f"the emulator does not start: {self.log}")


def _free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


def installed(variable: str, name: str) -> Path:
    """A file or folder below the one that a variable names; raises FileNotFoundError if it is not there."""
    path = Path(os.environ.get(variable, os.devnull), name)
    if not path.exists():
        raise FileNotFoundError(f"{variable} leads to no {name}: install it into that folder.")
    return path
