"""What `cognito-mailroom new-plugin` writes, and what it refuses to; tests/new_plugin puts it to work."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cognito_mailroom.cli.group import commands

New = Callable[..., Result]


@pytest.fixture
def new(folder: Path, monkeypatch: pytest.MonkeyPatch) -> New:
    monkeypatch.chdir(folder)
    return lambda *arguments: CliRunner().invoke(commands, ["new-plugin", *arguments])


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("name", "prefix", "camel"),
    [("x", "X", "X"), ("acme-mail-2", "ACME_MAIL_2", "AcmeMail2"), ("a" * 20, "A" * 20, "A" + "a" * 19)],
)
def test_a_project_bears_the_name_throughout(
    new: New, folder: Path, name: str, prefix: str, camel: str
) -> None:
    done = new(name)

    project = folder / f"cognito-mailroom-{name}"
    package = project.name.replace("-", "_")
    assert done.exit_code == 0, done.output
    assert f"12 files are in {project.name}" in done.output
    assert files(project) == {
        *(".gitignore", "README.md", "pyproject.toml", "ruff.toml", "setup.cfg", "tox.ini"),
        *(f"src/{package}/{module}.py" for module in ("__init__", "provider", "standin")),
        *(f"src/{package}/py.typed", "tests/test_contract.py", "tests/test_request.py"),
    }
    everything = "\n".join(path.read_text("utf-8") for path in project.rglob("*") if path.is_file())
    assert not re.search(r"{{|{%|PACKAGE|jinja", everything)
    for spelling in (f"{name} = {package}:{camel}Provider", f'prefix="{prefix}"', f"`{prefix}_API_KEY`"):
        assert spelling in everything
    for path in project.rglob("*.py"):
        compile(source := path.read_text("utf-8"), path, "exec")
        assert max(map(len, source.splitlines()), default=0) <= 110


def test_the_project_can_be_made_elsewhere(new: New, tmp_path: Path) -> None:
    done = new("acme", "--out", str(tmp_path / "some" / "where"))

    assert done.exit_code == 0
    assert (tmp_path / "some" / "where" / "cognito-mailroom-acme" / "setup.cfg").is_file()


def test_what_is_there_is_left_alone(new: New, folder: Path) -> None:
    mine = folder / "cognito-mailroom-acme" / "README.md"
    mine.parent.mkdir()
    mine.write_text("mine")

    done = new("acme")

    assert done.exit_code == 1
    assert done.stderr == (
        "Error: cognito-mailroom-acme cannot be written: "
        "it is not empty: remove it, or name another place with --out.\n"
    )
    assert files(folder) == {"cognito-mailroom-acme/README.md"}
    assert mine.read_text() == "mine"


def test_an_empty_folder_is_filled_and_stays_the_same(new: New, folder: Path) -> None:
    project = folder / "cognito-mailroom-acme"
    project.mkdir()
    project.chmod(0o2770)
    before = project.stat()

    assert new("acme").exit_code == 0
    assert (project.stat().st_ino, project.stat().st_mode) == (before.st_ino, before.st_mode)
    assert {path.name for path in project.iterdir()} == {
        *(".gitignore", "README.md", "pyproject.toml", "ruff.toml", "setup.cfg", "tox.ini", "src", "tests")
    }


def test_what_cannot_be_written_is_one_sentence(new: New, folder: Path) -> None:
    (folder / "cognito-mailroom-acme").write_text("a file")

    done = new("acme")

    assert done.exit_code == 1
    assert done.stderr == "Error: cognito-mailroom-acme cannot be written: File exists.\n"


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Acme", "want lower-case letters and digits, joined by single hyphens, such as acme-mail"),
        ("acme_mail", "want lower-case letters"),
        ("acme--mail", "want lower-case letters"),
        ("acme-", "want lower-case letters"),
        ("2acme", "want lower-case letters"),
        ("açme", "want lower-case letters"),
        ("../acme", "want lower-case letters"),
        ("acme\n", "want lower-case letters"),
        ("", "want lower-case letters"),
        ("a" * 21, "want at most 20 characters"),
        ("aws", "variables that begin with AWS_ are spoken for: choose another name"),
        ("mailroom-acme", "variables that begin with MAILROOM_ are spoken for"),
    ],
)
def test_what_cannot_be_a_name_is_refused(new: New, folder: Path, name: str, wanted: str) -> None:
    done = new(name)

    assert done.exit_code == 2
    assert f"Invalid value for 'NAME': {wanted}" in done.stderr
    assert files(folder) == set()
