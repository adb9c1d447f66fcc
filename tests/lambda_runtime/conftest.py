"""The bundle as Lambda runs it: under AWS's own runtime client, behind AWS's own emulator of the service."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from zipfile import ZipFile

import pytest
from cognito_mailroom.testing.aws_server import AwsServer
from cognito_mailroom.testing.lambda_runtime import ARCH, LambdaFunction

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


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
def emulated(tmp_path: Path) -> Callable[..., LambdaFunction]:
    """``emulated(folder, handler, environ)``: the function of a folder, with this environment and no more."""

    def emulated(folder: Path, handler: str, environ: Mapping[str, str]) -> LambdaFunction:
        return LambdaFunction(folder, handler, environ, Path(mkdtemp(dir=tmp_path)))

    return emulated


@pytest.fixture
def function(
    aws: AwsServer, key_arn: str, emulated: Callable[..., LambdaFunction]
) -> Callable[..., LambdaFunction]:
    """``function(zip, NAME="value")``: the function with these settings; ``timeout`` is in whole seconds."""

    def function(
        zip_file: Path, *, handler: str = "handler.lambda_handler", timeout: int = 30, **settings: str
    ) -> LambdaFunction:
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
