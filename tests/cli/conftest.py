"""Runs the command line in a process of its own, with plugins that are installed for it alone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from cognito_mailroom.testing.kms import AwsServer

Done = subprocess.CompletedProcess[str]
OURS = ("AWS_", "COLUMNS", "MAILROOM_", "SMTP_")


@pytest.fixture(scope="session")
def aws() -> Iterator[AwsServer]:
    with AwsServer() as server:
        yield server


@pytest.fixture(scope="session")
def key_arn(aws: AwsServer) -> str:
    return aws.create_key()


@pytest.fixture
def environment() -> dict[str, str]:
    """The environment of the commands that a test runs, without a developer's own settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)}


@pytest.fixture
def mailroom(environment: Mapping[str, str], tmp_path: Path) -> Callable[..., Done]:
    """Runs ``cognito-mailroom`` in an empty folder, after some Python statements if wanted."""
    folder = tmp_path / "folder"
    folder.mkdir()

    def run(*arguments: str, given: str = "", before: str = "") -> Done:
        script = f"{before}\nfrom cognito_mailroom.cli import main\nmain()"
        return subprocess.run(
            (sys.executable, "-W", "error", "-c", script, *arguments),
            input=given,
            env=environment,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def install(environment: dict[str, str], tmp_path: Path) -> Callable[..., None]:
    """Makes a distribution that only the commands of this test see; it hides one of the same name."""
    site = tmp_path / "site"

    def make(name: str, module: str = "", source: str = "", **entry_points: str) -> None:
        metadata = site / f"{name.replace('-', '_')}-9.9.dist-info"
        metadata.mkdir(parents=True, exist_ok=True)
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 9.9\n")
        lines = [f"[cognito_mailroom.{group}]\n{entry}" for group, entry in entry_points.items()]
        (metadata / "entry_points.txt").write_text("\n".join(lines))
        if module:
            (site / f"{module}.py").write_text(dedent(source))
        path = [str(site), *filter(None, [environment.get("PYTHONPATH")])]
        environment["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(path))

    return make
