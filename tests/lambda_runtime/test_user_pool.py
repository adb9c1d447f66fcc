"""The whole chain: somebody signs up with a user pool, and its code arrives in a mailbox.

The pool is npm's ``cognito-local``, which needs Node; all else is as in the other tests.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from cognito_mailroom.testing.aws_server import AwsServer
from cognito_mailroom.testing.smtp_server import SmtpServer

NODE = shutil.which("node")
CLIENT = {"region_name": "eu-west-1", "aws_access_key_id": "local", "aws_secret_access_key": "local"}
NODE_CLIENT = {"region": "eu-west-1", "credentials": {"accessKeyId": "local", "secretAccessKey": "local"}}


@contextmanager
def user_pools(folder: Path, config: dict[str, Any]) -> Iterator[Any]:
    """cognito-local with this configuration, as a boto3 client of it."""
    script = Path(os.environ.get("NODE_PATH", os.devnull), "cognito-local/lib/bin/start.js")
    if not script.exists():
        pytest.fail("no cognito-local on NODE_PATH: run tox -e lambda, which installs it", pytrace=False)
    (folder / ".cognito").mkdir()
    (folder / ".cognito" / "config.json").write_text(json.dumps(config))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    process = subprocess.Popen(  # noqa: S603
        [str(NODE), script],
        cwd=folder,
        env={**os.environ, "HOST": "127.0.0.1", "PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        try:
            assert any("running on" in line for line in process.stdout or ()), "it does not start"
            url = f"http://127.0.0.1:{port}"
            with closing(boto3.client("cognito-idp", endpoint_url=url, **CLIENT)) as client:
                yield client
        finally:
            process.terminate()


@pytest.mark.skipif(NODE is None, reason="needs Node: a user pool is played by npm's cognito-local")
def test_who_signs_up_gets_a_code_that_confirms_the_account(
    bundle: Callable[..., Path],
    function: Callable[..., Any],
    aws: AwsServer,
    key_arn: str,
    tmp_path: Path,
) -> None:
    aws.client("kms").create_alias(AliasName="alias/pool", TargetKeyId=key_arn)
    alias_arn = key_arn.rpartition(":")[0] + ":alias/pool"
    with (
        SmtpServer() as server,
        function(bundle("--provider", "smtp"), MAILROOM_PROVIDER="smtp", **server.environ) as running,
        user_pools(
            tmp_path,
            {
                "LambdaClient": {**NODE_CLIENT, "endpoint": running.url},
                "TriggerFunctions": {"CustomEmailSender": "function"},
                "KMSConfig": {
                    **NODE_CLIENT,
                    "KMSKeyId": key_arn,
                    "KMSKeyAlias": alias_arn,
                    "endpoint": aws.endpoint_url,
                },
            },
        ) as pools,
    ):
        pool = pools.create_user_pool(PoolName="acme", AutoVerifiedAttributes=["email"])["UserPool"]["Id"]
        app = pools.create_user_pool_client(UserPoolId=pool, ClientName="app")["UserPoolClient"]["ClientId"]
        user = {"ClientId": app, "Username": "alex@example.com"}
        attributes = [{"Name": "email", "Value": "alex@example.com"}]
        # It answers when the function has, and would answer the same had the function failed.
        pools.sign_up(**user, Password="Correct-horse-1", UserAttributes=attributes)

        (mail,) = server.messages
        assert mail.rcpt_to == ["alex@example.com"]
        text = mail.message.get_body(("plain",))
        assert text
        (code,) = re.findall(r"^\s*(\d{6})\s*$", text.get_content(), re.MULTILINE)
        pools.confirm_sign_up(**user, ConfirmationCode=code)
        found = pools.admin_get_user(UserPoolId=pool, Username=user["Username"])
        assert found["UserStatus"] == "CONFIRMED"
