"""A third party's machine: core, and a plugin that `new-plugin` wrote, as wheels outside the checkout."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path
from shutil import copy, copytree, ignore_patterns, rmtree

import pytest
from attrs import frozen

CHECKOUT = Path(__file__).parent.parent.parent
# Nothing of a developer's own settings; and coverage is not for copies of the code.
HIDDEN = ("AWS_", "COV", "MAILROOM_", "PIP_", "PYTEST_", "PYTHONPATH")
PIP = ("-m", "pip", "--quiet", "--disable-pip-version-check", "--no-cache-dir")

Done = subprocess.CompletedProcess[str]


@frozen
class Machine:
    """Where the wheels are installed, and the project that one of them was made from."""

    site: Path
    project: Path

    def python(self, *arguments: str, cwd: Path, first: Path | None = None) -> Done:
        """Runs Python with what is installed here, and in ``first`` before it."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(HIDDEN)}
        environment["PYTHONPATH"] = os.pathsep.join(str(path) for path in (first, self.site) if path)
        command = (sys.executable, *arguments)
        return subprocess.run(  # noqa: S603
            command, env=environment, cwd=cwd, capture_output=True, text=True, check=False
        )

    def succeed(self, *arguments: str, cwd: Path) -> str:
        """The output of what must not fail."""
        done = self.python(*arguments, cwd=cwd)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def install(self, source: Path) -> None:
        """Builds a wheel, and installs that."""
        self.succeed(*PIP, "wheel", "--no-deps", "--no-build-isolation", "-w", "dist", ".", cwd=source)
        (wheel,) = (source / "dist").iterdir()
        self.succeed(*PIP, "install", "--no-deps", "--target", str(self.site), str(wheel), cwd=source)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # which all workers share, and the machine in it
    with (base / "machine.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _machine(base / "machine")


def _machine(base: Path) -> Machine:
    core, mailroom = base / "core", base / "mailroom"
    machine, complete = Machine(base / "site", mailroom / "cognito-mailroom-acme-mail"), base / "complete"
    if complete.exists():
        return machine
    rmtree(base, ignore_errors=True)  # what another worker could not complete
    base.mkdir()
    copytree(CHECKOUT / "core", core / "core", ignore=ignore_patterns("*.egg-info", "__pycache__"))
    for name in ("LICENSE", "README.md", "pyproject.toml", "setup.cfg"):
        copy(CHECKOUT / name, core)
    mailroom.mkdir()
    machine.install(core)
    machine.succeed("-m", "cognito_mailroom.cli", "new-plugin", "acme-mail", cwd=mailroom)
    machine.install(machine.project)
    complete.touch()
    return machine


def test_all_that_runs_is_from_the_wheels(machine: Machine) -> None:
    for package in ("cognito_mailroom", "cognito_mailroom_acme_mail"):
        shown = machine.succeed("-c", f"import {package}; print({package}.__file__)", cwd=machine.project)
        assert Path(shown.strip()) == machine.site / package / "__init__.py"


def test_it_delivers(machine: Machine, tmp_path: Path) -> None:
    shown = machine.succeed("-m", "cognito_mailroom.cli", "demo", "--provider", "acme-mail", cwd=tmp_path)

    assert "8 of 8 mails arrived." in shown


def test_its_own_tests_pass(machine: Machine) -> None:
    done = machine.python("-m", "pytest", cwd=machine.project)

    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
    assert " failed" not in done.stdout


@pytest.mark.parametrize(
    ("right", "wrong", "test", "promise"),
    [
        pytest.param(
            "        if answer.status not in",
            "        if answer.status == 500:\n            return Receipt()\n        if answer.status not in",
            "test_fault and server_error",
            "a 500 must raise Unavailable, but mailroom_deliver returned a Receipt",
            id="swallows-a-500",
        ),
        pytest.param(
            "        answer = self._client.post(",
            "        import logging\n"
            "        logging.getLogger(__name__).debug(self._settings.api_key.reveal())\n"
            "        answer = self._client.post(",
            "test_plain_mail",
            "value of ACME_MAIL_API_KEY is in the log of cognito_mailroom_acme_mail.provider",
            id="logs-its-key",
        ),
        pytest.param(
            "        answer = self._client.post(",
            "        answer = HttpClient(self._settings.base_url).post(",
            "one_connection",
            "100 mails opened 100 connections",
            id="opens-a-connection-for-each-mail",
        ),
    ],
)
def test_broken_it_is_told_which_promise_it_broke(
    machine: Machine, tmp_path: Path, right: str, wrong: str, *, test: str, promise: str
) -> None:
    for installed in machine.site.glob("cognito_mailroom_acme_mail*"):
        copytree(installed, tmp_path / installed.name)
    provider = tmp_path / "cognito_mailroom_acme_mail" / "provider.py"
    source = provider.read_text("utf-8")
    assert source.count(right) == 1
    provider.write_text(source.replace(right, wrong), "utf-8")

    done = machine.python("-m", "pytest", "--exitfirst", "-k", test, cwd=machine.project, first=tmp_path)

    assert done.returncode == 1, done.stdout + done.stderr
    assert promise in done.stdout
