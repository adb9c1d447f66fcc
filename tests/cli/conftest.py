"""Runs the command line in a process of its own, if wanted on an AWS whose every request is seen."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import boto3
import pytest
import urllib3
from botocore.loaders import Loader
from botocore.session import get_session
from click.testing import CliRunner
from cognito_mailroom.cli.group import commands
from cognito_mailroom.testing.aws_server import AwsServer
from cognito_mailroom.testing.exchange import Reply, Request
from cognito_mailroom.testing.http_server import HttpServer
from joserfc.jwk import RSAKey

Done = subprocess.CompletedProcess[str]


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, str]:
    """The environment that the commands of a test run in; the plugins that it installs are on the path."""
    path = (str(tmp_path / "site-packages"), os.environ.get("PYTHONPATH"))
    shell = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path))}
    shell.pop("COLUMNS", None)
    return shell


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder that the commands of a test run in."""
    folder = tmp_path / "folder"
    folder.mkdir()
    return folder


@pytest.fixture
def mailroom(shell: Mapping[str, str], folder: Path) -> Callable[..., Done]:
    """Runs ``cognito-mailroom``, after some Python statements if wanted."""

    def run(*arguments: str, given: str = "", before: str = "") -> Done:
        script = f"{before}\nfrom cognito_mailroom.cli import main\nmain()"
        command = (sys.executable, "-W", "error", "-c", script, *arguments)
        return subprocess.run(  # noqa: S603
            command,
            input=given,
            env=shell,
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


@pytest.fixture(scope="session")
def models() -> Loader:
    """Reads the models of boto3's services once in a run: most commands take less time than that."""
    loader: Loader = get_session().get_component("data_loader")
    return loader


@pytest.fixture
def mailroom_here(
    shell: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, folder: Path, models: Loader
) -> Callable[..., Done]:
    """As ``mailroom``, but in this process: it takes a fraction of the time."""
    monkeypatch.chdir(folder)

    def run(*arguments: str) -> Done:
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # which reads the environment anew
        if "AWS_DATA_PATH" not in shell:
            session = get_session()
            session.register_component("data_loader", models)
            boto3.setup_default_session(botocore_session=session)
        done = CliRunner(env={**shell, "COLUMNS": None}).invoke(
            commands, arguments, prog_name="cognito-mailroom"
        )
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Done(arguments, done.exit_code, done.stdout, done.stderr)

    return run


class Wire:
    """The AWS of the run behind a wire on which every request is seen, and may be answered otherwise."""

    def __init__(self, server: AwsServer) -> None:
        self.calls: list[tuple[str, Any]] = []
        """Each operation that the commands asked for, and what of it."""
        self.answers: dict[str, Reply | Callable[[dict[str, Any]], Any]] = {}
        """By operation: an answer that is given unasked, or what is done to the answer."""
        self.cognito, self.functions, self.kms = map(server.client, ("cognito-idp", "lambda", "kms"))
        self._server = server
        self._pool = urllib3.PoolManager()

    def __call__(self, request: Request) -> Reply:
        name = _operation(request)
        self.calls.append((name, json.loads(request.body or b"null")))
        answer = self.answers.get(name)
        if isinstance(answer, Reply):
            return answer
        sent = {name: request.headers.get(name, "") for name in ("Authorization", "X-Amz-Target")}
        query = urlencode(request.query, doseq=True)
        url = f"{self._server.endpoint_url}{request.path}?{query}"
        got = self._pool.request(request.method, url, body=request.body, headers=sent)
        headers = {name: got.headers[name] for name in {"X-Amzn-ErrorType"} & set(got.headers)}
        return Reply(got.status, answer(got.json()) if answer else got.data, headers)

    def close(self) -> None:
        self._pool.clear()

    def writes(self) -> list[str]:
        """What was asked for that changes something. A grant is asked for only to hear whether it may be."""
        names = [name for name, _ in self.calls]
        return [name for name in names if not re.match("Get|List|Describe|(Create|Revoke)Grant", name)]

    def sent(self, name: str) -> Any:
        """What the only request for an operation said."""
        [body] = [body for called, body in self.calls if called == name]
        return body

    def create_pool(self, **settings: Any) -> str:
        pool_id: str = self.cognito.create_user_pool(**{"PoolName": "acme"} | settings)["UserPool"]["Id"]
        return pool_id

    def pool(self, pool_id: str) -> Any:
        """A pool as it is described, but for when it was last changed."""
        pool = self.cognito.describe_user_pool(UserPoolId=pool_id)["UserPool"]
        return {name: value for name, value in pool.items() if name != "LastModifiedDate"}

    def create_function(self) -> str:
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as file:
            file.writestr("handler.py", "")
        arn: str = self.functions.create_function(
            FunctionName=f"mailroom-{uuid4().hex}",
            Runtime="python3.13",
            Handler="handler.lambda_handler",
            Role=self.role(),
            Code={"ZipFile": code.getvalue()},
        )["FunctionArn"]
        return arn

    def role(self) -> str:
        """The role that the functions run as."""
        iam = self._server.client("iam")
        allow = {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        with suppress(iam.exceptions.EntityAlreadyExistsException):
            iam.create_role(RoleName="mailroom", AssumeRolePolicyDocument=json.dumps({"Statement": [allow]}))
        arn: str = iam.get_role(RoleName="mailroom")["Role"]["Arn"]
        return arn

    def statements(self, function: str) -> list[Any]:
        """The policy of a function."""
        try:
            policy = self.functions.get_policy(FunctionName=function)["Policy"]
        except self.functions.exceptions.ResourceNotFoundException:
            return []
        statements: list[Any] = json.loads(policy)["Statement"]
        return statements

    def tags(self, function: str) -> dict[str, str]:
        tags: dict[str, str] = self.functions.list_tags(Resource=function)["Tags"]
        return tags


def _operation(request: Request) -> str:
    """The name of what is asked of AWS."""
    if target := request.headers.get("X-Amz-Target"):
        return target.rpartition(".")[2]
    [kind] = re.findall(r"/(configuration|policy|tags)(?=/|$)", request.path)
    return {
        "configuration": {"GET": "GetFunctionConfiguration"},
        "policy": {"GET": "GetPolicy", "POST": "AddPermission", "DELETE": "RemovePermission"},
        "tags": {"GET": "ListTags", "POST": "TagResource", "DELETE": "UntagResource"},
    }[kind][request.method]


@pytest.fixture(scope="session")
def signing_key() -> Iterator[None]:
    """moto reads the key of its tokens for every pool anew; it is the same one, and hard to read."""
    read, known = RSAKey.import_key, list[Any]()

    def import_key(*arguments: Any) -> Any:
        known[:] = known or [read(*arguments)]
        return known[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RSAKey, "import_key", import_key)
        yield


@pytest.fixture
def wire(aws: AwsServer, shell: dict[str, str], signing_key: None) -> Iterator[Wire]:  # noqa: ARG001
    """What the commands of a test talk to instead of AWS."""
    wire = Wire(aws)
    with closing(wire), HttpServer(wire) as server:
        shell["AWS_ENDPOINT_URL"] = server.url
        yield wire


@pytest.fixture
def key(aws: AwsServer) -> str:
    return aws.create_key()


@pytest.fixture
def function(wire: Wire) -> str:
    return wire.create_function()


@pytest.fixture
def full() -> dict[str, Any]:
    """A pool with every setting that boto3 knows, if both create and update take it; hardly a default."""
    model = boto3.client("cognito-idp").meta.service_model
    create, update = (
        model.operation_model(name).input_shape for name in ("CreateUserPool", "UpdateUserPool")
    )
    return {name: _some(create.members[name], name) for name in create.members if name in update.members}


def _some(shape: Any, name: str) -> Any:
    match shape.type_name:
        case "structure":
            # AWS takes it only of a pool that has not its successor.
            members = {
                name: each for name, each in shape.members.items() if name != "UnusedAccountValidityDays"
            }
            return {name: _some(each, name) for name, each in members.items()}
        case "list":
            return [_some(shape.member, name)]
        case "map":
            return {"some": _some(shape.value, name)}
        case "boolean":
            return True
        case "integer":
            return 2 if name == "Priority" else 17
    return shape.enum[-1] if shape.enum else f"arn:aws:lambda:eu-west-1:123456789012:function:{name}"
