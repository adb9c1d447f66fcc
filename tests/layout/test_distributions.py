"""Every plugin is a distribution of its own, and everything that has to know it does."""

from __future__ import annotations

import configparser
import importlib
import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLUGINS = sorted(path for path in (ROOT / "plugins").iterdir() if (path / "setup.cfg").exists())

each_plugin = pytest.mark.parametrize("folder", PLUGINS, ids=[path.name for path in PLUGINS])


def ini(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(path, "utf-8")
    return parser


def test_there_are_plugins() -> None:
    assert "smtp" in {path.name for path in PLUGINS}
    stray = [path for path in (ROOT / "plugins").iterdir() if path.is_dir() and path not in PLUGINS]
    assert [path.name for path in stray if not path.name.startswith((".", "__"))] == []


def test_a_folder_is_all_that_tox_needs_of_a_plugin(tmp_path: Path, run_python: Callable[..., str]) -> None:
    (tmp_path / "toxfile.py").write_text((ROOT / "toxfile.py").read_text("utf-8"))
    for kind, name, package in (
        ("plugins", "acme", "cognito_mailroom_acme"),
        ("plugins", "acme-mail", "mail"),
        ("examples", "guard", "guard"),
    ):
        source = tmp_path / kind / name / "src" / package
        source.mkdir(parents=True)
        (source / "__init__.py").touch()
        (tmp_path / kind / name / "setup.cfg").touch()
    (tmp_path / "plugins" / "no-plugin").mkdir()

    told = json.loads(
        run_python("import json, os, toxfile; print(json.dumps(dict(os.environ)))", cwd=tmp_path)
    )

    assert told["PLUGIN_NAMES"] == "acme, acme-mail"
    assert told["PLUGIN_FOLDERS"] == "./plugins/acme ./plugins/acme-mail"
    assert told["COVERAGE_OF_acme"] == "--cov cognito_mailroom_acme"
    assert told["COVERAGE_OF_acme-mail"] == "--cov mail"
    assert (told["EXAMPLE_FOLDERS"], told["EXAMPLE_COVERAGE"]) == ("./examples/guard", "--cov guard")
    sources = [tmp_path / place / "src" for place in ("plugins/acme", "plugins/acme-mail", "examples/guard")]
    assert told["MYPYPATH"] == os.pathsep.join(map(str, sources))


def test_tox_ini_is_short_and_names_no_plugin_but_those_that_its_tests_need() -> None:
    lines = (ROOT / "tox.ini").read_text("utf-8").splitlines()
    assert len(lines) <= 121
    named = {folder.name for folder in PLUGINS if any(f"plugins/{folder.name}" in line for line in lines)}
    assert named == {"smtp"}


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
