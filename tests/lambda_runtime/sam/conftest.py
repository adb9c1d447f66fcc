"""The functions as `sam build` builds them and the template configures them, on stand-ins of AWS."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from attrs import field, frozen
from cognito_mailroom.testing import cognito
from cognito_mailroom.testing.aws_server import AwsServer

from tests.lambda_runtime.sam.stack import BUCKET, CODE, FOLDER, resources, transformed

# Of what the template makes, what the functions get to see; moto makes them too.
_SEEN = (
    "DynamoDB::Table",
    "IAM::ManagedPolicy",
    "IAM::Role",
    "KMS::Key",
    "Lambda::Function",
    "Logs::LogGroup",
    "SQS::Queue",
)
REQUIRED = {"UserPoolId": cognito.POOL_ID, "Provider": "smtp", "Sender": "Acme <no-reply@acme.example>"}


@frozen
class Deployed:
    """A stack, as far as its functions get to see it."""

    _folder: Path
    _resources: Mapping[str, Any] = field(repr=False)
    _names: Mapping[str, str]
    _aws: AwsServer = field(repr=False)
    _emulated: Callable[..., Any] = field(repr=False)

    def name(self, logical: str) -> str:
        """What AWS calls a resource: the id of a key, the URL of a queue."""
        return self._names[logical]

    def properties(self, logical: str) -> Any:
        """What the template says of a resource."""
        return self._resources[logical]["Properties"]

    def running(self, logical: str, **more: str) -> Any:
        """A function, configured as it is there; ``more`` says where the counterparts of the test are."""
        wanted = self.properties(logical)
        made = self._aws.client("lambda").get_function_configuration(FunctionName=self.name(logical))
        environ = {
            **self._aws.environ,
            "AWS_LAMBDA_FUNCTION_TIMEOUT": str(wanted["Timeout"]),
            "AWS_LAMBDA_LOG_FORMAT": wanted["LoggingConfig"]["LogFormat"],
            **made["Environment"]["Variables"],
            **more,
        }
        return self._emulated(self._folder / logical, wanted["Handler"], environ)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, here: tuple[str, ...]) -> Path:
    """What `sam build` makes of the template, for this machine."""
    commands = Path(sys.executable).parent
    if not (sam := commands / "sam").exists():
        pytest.exit("There is no sam beside this Python: run tox -e sam, which installs it.", returncode=1)
    folder = tmp_path_factory.mktemp("deploy") / "sam"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns(".aws-sam"))
    environ = {
        **os.environ,
        "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}",
        "SAM_CLI_TELEMETRY": "0",
        "MAILROOM_PROVIDER": "smtp",
        "BUNDLE_OPTIONS": " ".join(here),
    }
    done = subprocess.run(  # noqa: S603
        [sam, "build"], cwd=folder, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / ".aws-sam" / "build"


@pytest.fixture(scope="session")
def uploaded(aws: AwsServer) -> None:
    """moto wants to see that there is code; it is run from the folder that `sam build` made."""
    storage = aws.client("s3")
    storage.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": aws.region})
    storage.put_object(Bucket=BUCKET, Key=CODE, Body=b"")


@pytest.fixture
def deploy(
    built: Path,
    aws: AwsServer,
    emulated: Callable[..., Any],
    uploaded: None,  # noqa: ARG001
) -> Callable[..., Deployed]:
    """``deploy(Queue="true")``: the stack with these parameters."""
    clouds = aws.client("cloudformation")

    def deploy(**parameters: str) -> Deployed:
        wanted = resources(transformed(built), REQUIRED | parameters)
        seen = {name: each for name, each in wanted.items() if each["Type"].removeprefix("AWS::") in _SEEN}
        stack = f"mailroom-{uuid4().hex}"
        clouds.create_stack(StackName=stack, TemplateBody=json.dumps({"Resources": seen}))
        made = clouds.list_stack_resources(StackName=stack)["StackResourceSummaries"]
        names = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in made}
        return Deployed(built, wanted, names, aws, emulated)

    return deploy
