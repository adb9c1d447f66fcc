"""The bundle as Lambda runs it: under AWS's own runtime client, behind AWS's own emulator of the service."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from zipfile import ZipFile

import pytest
from cognito_mailroom.testing.kms import AwsServer
from cognito_mailroom.testing.runtime import ARCH, Function

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """``bundle("--provider", "smtp")``: the zip for this machine, which stands beside its contents."""

    @cache
    def bundle(*options: str) -> Path:
        path = tmp_path_factory.mktemp("bundle") / "bundle.zip"
        command = [sys.executable, "-m", "cognito_mailroom.cli", "bundle", "--python", PYTHON, "--arch", ARCH]
        done = subprocess.run(  # noqa: S603
            [*command, *options, "--out", path], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        with ZipFile(path) as archive:
            archive.extractall(path.with_suffix(""))
        return path

    return bundle


@pytest.fixture
def function(aws: AwsServer, key_arn: str, tmp_path: Path) -> Callable[..., Function]:
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
        return Function(zip_file.with_suffix(""), handler, environ, tmp_path)

    return function
