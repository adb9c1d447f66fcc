"""The bundle as Lambda runs it: under AWS's own runtime client, behind AWS's own emulator of the service.

Both are looked for where ``tox run -e lambda`` has installed them.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic
from typing import Any, Self

import pytest
from attrs import frozen
from cognito_mailroom.testing.kms import AwsServer

ARCH = {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
_START = Path(__file__).with_name("start_function.py")
_PATIENCE = 30.0  # seconds

Bundle = Callable[..., Path]


class Function:
    """One Lambda function for the length of a ``with`` block; it handles one event at a time.

    ``timeout`` is in whole seconds.
    """

    def __init__(self, folder: Path, handler: str, environ: Mapping[str, str], timeout: int, log: Path) -> None:
        self._folder, self._handler = folder, handler
        self._environ = {**environ, "AWS_LAMBDA_FUNCTION_TIMEOUT": str(timeout), "LAMBDA_TASK_ROOT": str(folder)}
        self._log = log

    @property
    def url(self) -> str:
        """Of the emulated service, which knows the function by no other name than ``function``."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def log(self) -> str:
        """What the function and the emulator wrote; complete when the ``with`` block has ended."""
        return self._log.read_text("utf-8")

    def invoke(self, event: Any) -> Any:
        """The function's answer, or what the emulator says in its place; of a timeout it tells in plain text."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=_PATIENCE)
        try:
            connection.request("POST", "/2015-03-31/functions/function/invocations", json.dumps(event))
            answer = connection.getresponse().read().decode()
        finally:
            connection.close()
        try:
            return json.loads(answer)
        except ValueError:
            return answer

    def __enter__(self) -> Self:
        self._port, api = _free_ports()
        runtime = _installed("LAMBDA_RUNTIME", "awslambdaric")
        emulator = shutil.copy(
            _installed("SAM_CLI", f"samcli/local/rapid/aws-lambda-rie-{ARCH}"), self._log.with_name("rie")
        )
        emulator.chmod(0o700)
        with self._log.open("w") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [
                    emulator,
                    f"--runtime-interface-emulator-address=127.0.0.1:{self._port}",
                    f"--runtime-api-address=127.0.0.1:{api}",
                    *(sys.executable, "-I", "-S", _START, self._folder, runtime.parent, self._handler),
                ],
                cwd=self._folder,
                env=self._environ,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(_PATIENCE)

    def _wait(self) -> None:
        """Until the emulator listens; fails when it ends instead."""
        deadline = monotonic() + _PATIENCE
        while monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self._port), _PATIENCE).close()
            except ConnectionRefusedError:
                try:
                    self._process.wait(0.01)
                except subprocess.TimeoutExpired:
                    continue
                break
            return
        pytest.fail(f"the emulator does not start: {self.log}")


def _installed(variable: str, name: str) -> Path:
    path = Path(os.environ.get(variable, ""), name)
    if variable not in os.environ or not path.exists():
        pytest.exit(f"{variable} leads to no {name}: run tox -e lambda, which installs it.", returncode=1)
    return path
