"""Every plugin is a distribution of its own, and everything that has to know it does."""

from __future__ import annotations

import configparser
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLUGINS = sorted(path for path in (ROOT / "plugins").iterdir() if (path / "setup.cfg").exists())

each_plugin = pytest.mark.parametrize("folder", PLUGINS, ids=[path.name for path in PLUGINS])


def ini(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(path, "utf-8")
    return parser


def environments() -> set[str]:
    """The names in the headings of tox.ini, each of which may stand for several: ``{smtp,ses}``."""
    found: set[str] = set()
    for section in ini(ROOT / "tox.ini").sections():
        if section.startswith("testenv:"):
            found |= set(re.split(r"[{},\s]+", section.removeprefix("testenv:")))
    return found - {""}


def test_there_are_plugins() -> None:
    assert "smtp" in {path.name for path in PLUGINS}
    stray = [path for path in (ROOT / "plugins").iterdir() if path.is_dir() and path not in PLUGINS]
    assert [path.name for path in stray if not path.name.startswith((".", "__"))] == []


@each_plugin
def test_tox_tests_it(folder: Path) -> None:
    assert folder.name in environments()
    assert folder.name in re.split(r"[\s,]+", ini(ROOT / "tox.ini")["tox"]["env_list"])
    assert f"plugins/{folder.name}\n" in (ROOT / "tox.ini").read_text("utf-8").replace(" ", "\n")


@each_plugin
def test_the_readme_names_it(folder: Path) -> None:
    assert f"cognito-mailroom-{folder.name}" in (ROOT / "README.md").read_text("utf-8")


@each_plugin
def test_its_metadata_are_in_order(folder: Path) -> None:
    own, core = ini(folder / "setup.cfg"), ini(ROOT / "setup.cfg")
    assert own["metadata"]["name"] == f"cognito-mailroom-{folder.name}"
    for key in ("version", "license_expression", "license_files"):
        assert own["metadata"][key] == core["metadata"][key]
    assert own["metadata"]["description"]
    assert own["options"]["python_requires"] == core["options"]["python_requires"]
    assert "cognito-mailroom" in own["options"]["install_requires"]
    assert own["options"]["package_dir"].split() == ["=", "src"]


@each_plugin
def test_its_entry_point_names_a_class(folder: Path) -> None:
    group = ini(folder / "setup.cfg")["options.entry_points"]["cognito_mailroom.providers"]
    name, module, target = re.split(r"\s*[=:]\s*", group.strip())
    assert name == folder.name
    assert module.partition(".")[0] == f"cognito_mailroom_{folder.name}"
    package = folder / "src" / f"cognito_mailroom_{folder.name}"
    assert (package / "__init__.py").exists()
    assert (package / "py.typed").read_text() == ""
    try:
        found = importlib.import_module(module)
    except ModuleNotFoundError as error:
        # Each environment of tox installs the plugin it tests; none but the last installs them all.
        if error.name is None or not error.name.startswith("cognito_mailroom_"):
            raise
        source = "".join(path.read_text("utf-8") for path in package.rglob("*.py"))
        assert re.search(rf"^class {target}\b", source, re.MULTILINE)
    else:
        assert isinstance(getattr(found, target), type)


@each_plugin
def test_its_folder_is_a_whole_distribution(folder: Path) -> None:
    assert (folder / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    assert f"cognito-mailroom-{folder.name}" in (folder / "README.md").read_text("utf-8")
    assert "[build-system]" in (folder / "pyproject.toml").read_text("utf-8")
    assert list((folder / "tests").glob("test_*.py"))


def test_the_root_is_a_whole_distribution() -> None:
    for name in ("README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "pyproject.toml", "handler.py"):
        assert (ROOT / name).read_text("utf-8").strip(), name
    assert ini(ROOT / "setup.cfg")["metadata"]["name"] == "cognito-mailroom"
    assert (ROOT / "core" / "cognito_mailroom" / "py.typed").exists()
