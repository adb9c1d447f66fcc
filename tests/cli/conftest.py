"""Runs the command line in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

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
