"""What `encrypt` makes against what the JavaScript edition of the Encryption SDK makes.

Needs Node and ``@aws-crypto/client-node`` on NODE_PATH, which ``tox run -e interop`` sees to.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
from cognito_mailroom import Deadline, Secret, Trigger
from cognito_mailroom.cognito.decryption import Decryptor
from cognito_mailroom.cognito.event import Request
from cognito_mailroom.testing import cognito

POOL = "eu-west-1_AbCdEfGhI"
SECRET = "042137"


def run(*command: str, given: str) -> str:
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)  # noqa: S603
    if "Cannot find module" in done.stderr:
        pytest.fail(
            "no @aws-crypto/client-node on NODE_PATH: npm install it, or run tox -e interop", pytrace=False
        )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def from_node(key_arn: str) -> str:
    if not (node := shutil.which("node")):
        pytest.fail("no node on PATH: install Node.js 20 or later", pytrace=False)
    script = str(Path(__file__).with_name("encrypt.mjs"))
    given = json.dumps({"secret": SECRET, "poolId": POOL, "keyArn": key_arn})
    return run(node, script, given=given)


@pytest.fixture(scope="module")
def from_command_line(key_arn: str) -> str:
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
    return run(*command, given=SECRET)


def test_both_agree_in_every_property(
    read_header: Callable[[str], Any], from_node: str, from_command_line: str
) -> None:
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
def test_the_function_decrypts_both(request: pytest.FixtureRequest, key_arn: str, origin: str) -> None:
    event = cognito.event(Trigger.SIGN_UP, request.getfixturevalue(origin), userPoolId=POOL)

    secret = Decryptor([key_arn]).decrypt(Request.parse(event), Deadline(5))

    assert secret == Secret(SECRET)
