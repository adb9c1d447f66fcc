"""Core is built of its sources alone, by way of an archive of them, and brings what came of translations."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from shutil import copy, copytree, ignore_patterns
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
PIP = (sys.executable, "-m", "pip", "--quiet", "wheel", "--no-deps", "--no-build-isolation", "--no-index")
CATALOGUES = "cognito_mailroom/mail/catalogues"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    left_out = ignore_patterns("*.egg-info", "__pycache__", "catalogues")
    copytree(ROOT / "core", folder / "core", ignore=left_out)
    copytree(
        ROOT / "core" / CATALOGUES,
        folder / "core" / CATALOGUES,
        ignore=lambda _, names: {*names} - {"__init__.py"},
    )
    for name in ("LICENSE", "MANIFEST.in", "README.md", "pyproject.toml", "setup.cfg"):
        copy(ROOT / name, folder)
    return folder


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)  # noqa: S603


def test_a_wheel_by_way_of_a_source_archive_speaks_all_languages(checkout: Path, tmp_path: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, 'core'); from build_backend import hooks; hooks.build_sdist('dist')"
    )
    made = run(sys.executable, "-c", code, cwd=checkout)
    assert made.returncode == 0, made.stderr
    (archive,) = (checkout / "dist").iterdir()

    made = run(*PIP, "--wheel-dir", "wheel", str(archive), cwd=tmp_path)
    assert made.returncode == 0, made.stdout + made.stderr
    (wheel,) = (tmp_path / "wheel").iterdir()
    names = ZipFile(wheel).namelist()
    here = {f"{CATALOGUES}/{path.stem.replace('-', '_')}.py" for path in ROOT.glob("core/translations/*.po")}
    own = {f"{CATALOGUES}/{name}.py" for name in ("__init__", "_rules", "_scripts", "en")}
    assert {name for name in names if name.startswith(f"{CATALOGUES}/")} == here | own
    assert not [name for name in names if "build_backend" in name or name.endswith((".po", ".pot"))]


def test_what_a_translator_has_to_mend_is_told_without_a_stack_trace(checkout: Path, tmp_path: Path) -> None:
    (checkout / "core" / "translations" / "de.po").write_text("msgid\n", "utf-8")
    made = run(*PIP, "--wheel-dir", str(tmp_path), ".", cwd=checkout)
    assert made.returncode
    assert "translations/de.po, line 1: this is no line of a PO file." in made.stdout + made.stderr
    assert "Traceback" not in made.stdout + made.stderr
