"""What is documented of the settings of each plugin here; wants all of them installed, and skips none."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from cognito_mailroom import Trigger
from cognito_mailroom.plugins.discovery import PROVIDERS
from cognito_mailroom.settings.reading import Variable, variables

ROOT = Path(__file__).parent.parent.parent
PLUGINS = pytest.mark.parametrize(
    "folder", sorted(path.parent for path in ROOT.glob("plugins/*/setup.cfg")), ids=lambda folder: folder.name
)
SETTINGS = (ROOT / "docs" / "settings.md").read_text("utf-8")


def settings(folder: Path) -> list[Variable]:
    setup = configparser.ConfigParser()
    setup.read(folder / "setup.cfg", "utf-8")
    name, _, target = setup["options.entry_points"][PROVIDERS].strip().partition(" = ")
    return list(variables(EntryPoint(name, target, PROVIDERS).load().Settings))


def expanded(name: str) -> Iterator[str]:
    """A variable; or all that a name such as ``SES_TEMPLATE_<TRIGGER>`` stands for."""
    for trigger in Trigger if "<TRIGGER>" in name else ("",):
        yield name.replace("<TRIGGER>", getattr(trigger, "name", ""))


def defaults(text: str) -> dict[str, str]:
    """What the tables say of the default of each variable."""
    found = re.findall(r"^\| `([A-Z0-9_]+(?:<TRIGGER>)?)` \| (.*?) \|", text, re.MULTILINE)
    return {name: default for named, default in found for name in expanded(named)}


@PLUGINS
def test_every_setting_is_documented_and_no_other(folder: Path) -> None:
    (section,) = (part for part in SETTINGS.split("\n## ") if f"`MAILROOM_PROVIDER={folder.name}`" in part)
    told = defaults(section)

    def default(variable: Variable) -> str:
        if variable.required:
            return "required"
        return f"`{variable.default}`" if variable.default else told.get(variable.name, "")

    assert told == {variable.name: default(variable) for variable in settings(folder)}


@PLUGINS
def test_the_plugins_own_readme_names_the_same(folder: Path) -> None:
    text = (folder / "README.md").read_text("utf-8")
    known = {variable.name for variable in settings(folder)}
    prefix = min(known).partition("_")[0]

    named = {
        name for pattern in re.findall(r"[A-Z][A-Z0-9_]+(?:<TRIGGER>)?", text) for name in expanded(pattern)
    }
    assert known <= named, known - named
    given = set(re.findall(rf"^\| `({prefix}_\w+)` \||\b({prefix}_\w+)=", text, re.MULTILINE))
    assert {name for pair in given for name in pair if name} <= known
