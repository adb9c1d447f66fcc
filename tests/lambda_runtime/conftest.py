"""The bundle as Lambda runs it: under AWS's own runtime client, behind AWS's own emulator of the service.

Both are looked for where tox installs them.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from http.client import HTTPConnection
from pathlib import Path
from tempfile import mkdtemp
from time import monotonic
from typing import Any, Self
from zipfile import ZipFile

import pytest
from cognito_mailroom.testing.kms import AwsServer

ARCH = "arm64" if platform.machine() in {"aarch64", "arm64"} else "x86_64"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
START = Path(__file__).with_name("start_function.py")
PATIENCE = 30.0  # seconds


class Function:
    """One Lambda function, for the length of a ``with`` block."""

    def __init__(self, folder: Path, handler: str, environ: Mapping[str, str], work: Path) -> None:
        self._folder, self._handler, self._environ = folder, handler, environ
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
        shutil.copy(_installed("SAM_CLI", f"samcli/local/rapid/aws-lambda-rie-{ARCH}"), self._emulator)
        self._emulator.chmod(0o700)
        runtime = _installed("LAMBDA_RUNTIME", "awslambdaric").parent
        command = [
            str(self._emulator),
            f"--runtime-interface-emulator-address=127.0.0.1:{self._port}",
            f"--runtime-api-address=127.0.0.1:{api_port}",
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
        pytest.fail(f"the emulator does not start: {self.log}")


def _free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


def _installed(variable: str, name: str) -> Path:
    path = Path(os.environ.get(variable, os.devnull), name)
    if not path.exists():
        pytest.exit(
            f"{variable} leads to no {name}: run tox, -e lambda or -e sam, which install it.", returncode=1
        )
    return path


@pytest.fixture(scope="session")
def here() -> tuple[str, ...]:
    """The options that make a bundle for this machine."""
    return "--python", PYTHON, "--arch", ARCH


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory, here: tuple[str, ...]) -> Callable[..., Path]:
    """``bundle("--provider", "smtp")``: the zip for this machine, which stands beside its contents."""

    @cache
    def bundle(*options: str) -> Path:
        path = tmp_path_factory.mktemp("bundle") / "bundle.zip"
        command = [
            sys.executable,
            "-m",
            "cognito_mailroom.cli",
            "bundle",
            *here,
            *options,
            "--out",
            str(path),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        assert done.returncode == 0, done.stdout + done.stderr
        with ZipFile(path) as archive:
            archive.extractall(path.with_suffix(""))
        return path

    return bundle


@pytest.fixture
def emulated(tmp_path: Path) -> Callable[..., Function]:
    """``emulated(folder, handler, environ)``: the function of a folder, with this environment and no more."""

    def emulated(folder: Path, handler: str, environ: Mapping[str, str]) -> Function:
        return Function(folder, handler, environ, Path(mkdtemp(dir=tmp_path)))

    return emulated


@pytest.fixture
def function(aws: AwsServer, key_arn: str, emulated: Callable[..., Function]) -> Callable[..., Function]:
    """``function(zip, NAME="value")``: the function with these settings; ``timeout`` is in whole seconds."""

    def function(
        zip_file: Path, *, handler: str = "handler.lambda_handler", timeout: int = 30, **settings: str
    ) -> Function:
        environ = {
            **aws.environ,
            "AWS_LAMBDA_FUNCTION_TIMEOUT": str(timeout),
            "MAILROOM_KMS_KEY_ARN": key_arn,
            "MAILROOM_FROM": "Acme <no-reply@acme.example>",
            **settings,
        }
        return emulated(zip_file.with_suffix(""), handler, environ)

    return function


@pytest.fixture
def received(aws: AwsServer) -> Callable[[str], dict[str, Any]]:
    """``received(url)``: what is in a queue, as Lambda hands it to the function behind it."""

    def received(url: str) -> dict[str, Any]:
        answer = aws.client("sqs").receive_message(
            QueueUrl=url, AttributeNames=["All"], MaxNumberOfMessages=10
        )
        records = [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
                "messageAttributes": {},
                "md5OfBody": message["MD5OfBody"],
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:{aws.region}:123456789012:{url.rpartition('/')[2]}",
                "awsRegion": aws.region,
            }
            for message in answer["Messages"]
        ]
        return {"Records": records}

    return received
