"""What `encrypt` makes against what the JavaScript edition of the Encryption SDK makes.

Not collected by default, since it needs Node and ``@aws-crypto/client-node`` on NODE_PATH:
``pytest tests/interop/with_node.py``, or ``tox run -e interop``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import attrs
import pytest

from cognito_mailroom.decryption import Decryptor
from cognito_mailroom.event import Request
from cognito_mailroom.testing import cognito

POOL = "eu-west-1_AbCdEfGhI"
SECRET = "042137"


def run(*command: str, given: str, aws) -> str:
    environment = {**os.environ, **aws.environ}
    done = subprocess.run(command, input=given, env=environment, capture_output=True, text=True, check=False)
    if "Cannot find module" in done.stderr:
        pytest.fail(
            "no @aws-crypto/client-node on NODE_PATH: npm install it, or run tox -e interop", pytrace=False
        )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def from_node(aws, key_arn) -> str:
    if not (node := shutil.which("node")):
        pytest.fail("no node on PATH: install Node.js 20 or later", pytrace=False)
    script = str(Path(__file__).with_name("encrypt.mjs"))
    given = json.dumps({"secret": SECRET, "poolId": POOL, "keyArn": key_arn})
    return run(node, script, given=given, aws=aws)


@pytest.fixture(scope="module")
def from_command_line(aws, key_arn) -> str:
    command = (
        sys.executable,
        "-m",
        "cognito_mailroom.cli",
        "encrypt",
        "--pool-id",
        POOL,
        "--key-arn",
        key_arn,
    )
    return run(*command, given=SECRET, aws=aws)


def test_both_agree_in_every_property(read_header, from_node, from_command_line):
    ours, theirs = read_header(from_command_line), read_header(from_node)

    assert from_node[:5] == from_command_line[:5] == "AYADe"
    assert ours.context.keys() == theirs.context.keys()
    own = {"aws-crypto-public-key": ""}  # made anew for each message
    assert attrs.evolve(ours, context=ours.context | own) == attrs.evolve(
        theirs, context=theirs.context | own
    )
    # The signature is DER-encoded: one and the same plaintext varies by a few octets.
    assert abs(len(from_command_line) - len(from_node)) <= 8


@pytest.mark.parametrize("origin", ["from_node", "from_command_line"])
def test_the_function_decrypts_both(request, aws, key_arn, monkeypatch, origin):
    for name, value in aws.environ.items():
        monkeypatch.setenv(name, value)
    event = cognito.event("CustomEmailSender_SignUp", request.getfixturevalue(origin), userPoolId=POOL)

    secret = Decryptor([key_arn]).decrypt(Request.parse(event))

    assert secret is not None
    assert secret.reveal() == SECRET
