"""What a bundle is made of, to the last byte."""

from __future__ import annotations

import hashlib
import marshal
import re
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from types import CodeType
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

Build = Callable[..., CompletedProcess[str]]
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
OTHER = next(version for version in ("3.11", "3.12") if version != PYTHON)
# Source: https://peps.python.org/pep-0552/
HASHED_AND_NEVER_CHECKED = 1


def digest(done: CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    (found,) = re.findall(r"SHA-256 ([0-9a-f]{64})$", done.stdout, re.MULTILINE)
    return str(found)


def templates(base: Path, text: str = "Welcome to {{ product_name }}") -> Path:
    folder = base / "mails"
    folder.mkdir(exist_ok=True)
    (folder / "sign_up.subject").write_text(text)
    return folder


def test_the_same_input_makes_the_same_bytes(bundle: Build, tmp_path: Path) -> None:
    options = ("--provider", "smtp", "--python", PYTHON, "--templates", templates(tmp_path))

    one = digest(bundle(*options, "--out", "one.zip", PYTHONHASHSEED="1", TZ="Asia/Tokyo"))
    other = digest(bundle(*options, "--out", "other.zip", PYTHONHASHSEED="2", PYTHONOPTIMIZE="2"))

    assert one == other == hashlib.sha256((tmp_path / "one.zip").read_bytes()).hexdigest()


def test_a_bundle_is_for_the_python_that_makes_it_unless_told_otherwise(
    bundle: Build, tmp_path: Path
) -> None:
    assert bundle("--provider", "smtp", "--arch", "arm64").returncode == 0
    assert [path.name for path in tmp_path.glob("*.zip")] == [f"mailroom-smtp-python{PYTHON}-arm64.zip"]


def test_a_folder_has_a_digest_of_its_contents(bundle: Build, tmp_path: Path) -> None:
    options = ("--provider", "smtp", "--unpacked", "--templates", templates(tmp_path))

    one, same = (digest(bundle(*options, "--out", name)) for name in ("one", "same"))
    templates(tmp_path, "Hello")
    other = digest(bundle(*options, "--out", "other"))

    assert one == same
    assert one != other


def test_a_zip_tells_nothing_of_where_and_when_it_was_made(bundle: Build, tmp_path: Path) -> None:
    assert bundle("--provider", "smtp", "--out", "deep/down/function.zip").returncode == 0

    with ZipFile(tmp_path / "deep" / "down" / "function.zip") as archive:
        entries = archive.infolist()
        assert archive.testzip() is None
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
    told = {(entry.date_time, entry.create_system, entry.external_attr >> 16) for entry in entries}
    assert told == {((1980, 1, 1, 0, 0, 0), 3, 0o100644)}
    assert {entry.compress_type for entry in entries} == {ZIP_DEFLATED}


@pytest.mark.parametrize(("options", "root"), [((), "/var/task"), (("--layer",), "/opt/python")])
def test_every_module_is_compiled_for_good(
    bundle: Build, tmp_path: Path, options: tuple[str, ...], root: str
) -> None:
    arguments = ("--provider", "smtp", "--python", PYTHON, *options, "--unpacked", "--out", "out")
    assert bundle(*arguments).returncode == 0

    folder = tmp_path / "out" / root.removeprefix("/var/task").removeprefix("/opt/")
    tag = sys.implementation.cache_tag
    modules = [path.relative_to(folder) for path in folder.rglob("*.py")]
    assert Path("cognito_mailroom/app.py") in modules
    for module in modules:
        content = (folder / module.parent / "__pycache__" / f"{module.stem}.{tag}.pyc").read_bytes()
        assert int.from_bytes(content[4:8], "little") == HASHED_AND_NEVER_CHECKED
        code = marshal.loads(content[16:])  # noqa: S302
        assert isinstance(code, CodeType)
        assert code.co_filename == f"{root}/{module.as_posix()}"


def test_without_the_functions_python_nothing_is_compiled_which_is_said(
    bundle: Build, tmp_path: Path
) -> None:
    # As a version manager has it for a version that is installed and not active.
    shim = tmp_path / "bin" / f"python{OTHER}"
    shim.parent.mkdir()
    shim.write_text("#!/bin/sh\necho not active >&2\nexit 127\n")
    shim.chmod(0o755)

    done = bundle(
        "--provider", "smtp", "--python", OTHER, "--unpacked", "--out", "out", PATH=str(shim.parent)
    )

    assert done.returncode == 0, done.stderr
    assert f"No Python {OTHER} was found here, so nothing is compiled ahead" in done.stdout
    assert not list((tmp_path / "out").rglob("*.pyc"))
