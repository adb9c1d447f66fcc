from __future__ import annotations

from collections.abc import Callable
from subprocess import CompletedProcess

import pytest

Run = Callable[..., CompletedProcess[str]]
COMMANDS = [
    "attach",
    "bundle",
    "demo",
    "detach",
    "encrypt",
    "invoke",
    "new-plugin",
    "plugins",
    "preview",
    "redrive",
]


def test_help_names_every_command_and_loads_nothing_heavy(mailroom: Run) -> None:
    before = "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr))"

    done = mailroom("--help", before=before)

    assert done.returncode == 0
    commands = [line.split()[0] for line in done.stdout.partition("Commands:\n")[2].splitlines()]
    assert commands == COMMANDS
    loaded = done.stderr.split()
    assert "click" in loaded
    assert not {"aws_encryption_sdk", "boto3", "jinja2", "moto", "aiosmtpd", "rich.table"} & set(loaded)


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [("demoo", "did you mean 'demo'?"), ("send", "there are attach, bundle, demo, detach, ")],
)
def test_an_unknown_command_is_one_sentence(mailroom: Run, wrong: str, hint: str) -> None:
    done = mailroom(wrong)

    assert done.returncode == 2
    assert f"No such command {wrong!r}" in done.stderr
    assert hint in done.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(mailroom_here: Run, name: str) -> None:
    done = mailroom_here(name, "--help")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"Usage: cognito-mailroom {name} ")


@pytest.mark.parametrize("missing", ["click", "rich"])
def test_a_missing_extra_is_one_sentence(mailroom: Run, missing: str) -> None:
    done = mailroom("--help", before=f"import sys; sys.modules[{missing!r}] = None")

    assert done.returncode == 1
    assert done.stderr == "cognito-mailroom needs click and rich: pip install 'cognito-mailroom[cli]'\n"


def test_version(mailroom: Run) -> None:
    assert mailroom("--version").stdout.startswith("cognito-mailroom, version ")
