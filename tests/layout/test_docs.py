"""What the documentation says of the code, held against the code."""

from __future__ import annotations
import __future__

import configparser
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import click
import pytest
from cognito_mailroom import Trigger
from cognito_mailroom.cli.group import commands
from cognito_mailroom.mail.checking import TEMPLATE_NAMES
from cognito_mailroom.mail.variables import NAMES
from cognito_mailroom.plugins import hookspecs
from cognito_mailroom.settings.core import Forwarding, Selection, Settings
from cognito_mailroom.settings.reading import Variable, variables

ROOT = Path(__file__).parents[2]
PAGES = [
    page
    for page in sorted(ROOT.rglob("*.md"))
    if not re.search(r"(^|/)(\.[^/]+|build|dist|node_modules)/", str(page.relative_to(ROOT)))
]
HOOKS = {name: hook for name, hook in vars(hookspecs).items() if name.startswith("mailroom_")}
README, PLUGINS, SETTINGS, TEMPLATES, CONTRIBUTING = (
    (ROOT / name).read_text("utf-8")
    for name in ("README.md", "docs/plugins.md", "docs/settings.md", "docs/templates.md", "CONTRIBUTING.md")
)


def fences(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def without_fences(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def rows(text: str) -> Iterator[list[str]]:
    """The cells of every row of every table."""
    for line in text.splitlines():
        if line.startswith("|"):
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def by_id(path: Path) -> str:
    return str(path.relative_to(ROOT))


# -- the author's guide ----------------------------------------------------------------------------------


def test_every_hook_is_in_the_guide_and_no_other() -> None:
    assert re.findall(r"^### (mailroom_\w+)$", PLUGINS, re.MULTILINE) == list(HOOKS)


@pytest.mark.parametrize("name", HOOKS)
def test_the_signature_of_a_hook_in_the_guide_is_its_own(name: str) -> None:
    section = PLUGINS.partition(f"### {name}\n")[2].partition("\n### ")[0]

    signature = str(inspect.signature(HOOKS[name])).replace("'", "")
    assert fences(section, "python") == [f"def {name}{signature}: ...\n"]


def test_the_guide_tells_whose_answer_counts() -> None:
    told = {row[0]: row[1] for row in rows(PLUGINS) if row[0].startswith("[`mailroom_")}

    def answers(name: str) -> str:
        if HOOKS[name].cognito_mailroom_spec["firstresult"]:
            return "the first counts"
        return "none" if inspect.signature(HOOKS[name]).return_annotation == "None" else "all are merged"

    assert told == {f"[`{name}`](#{name})": answers(name) for name in HOOKS}


@pytest.mark.parametrize("page", PAGES, ids=by_id)
def test_the_samples_run(page: Path) -> None:
    for sample in fences(page.read_text("utf-8"), "python"):
        flags = __future__.annotations.compiler_flag
        exec(compile(sample, str(page), "exec", flags), {"__name__": "sample"})  # noqa: S102


# -- settings and templates ------------------------------------------------------------------------------


def test_every_setting_of_core_is_documented_and_no_other() -> None:
    section = SETTINGS.partition("\n## Core\n")[2].partition("\n## ")[0]
    told = {row[0].strip("`"): row[1] for row in rows(section) if row[0].startswith("`")}

    def default(variable: Variable) -> str:
        if variable.required:
            return "required"
        return told.get(variable.name, "") if variable.default is None else f"`{variable.default}`"

    known = [*variables(Selection), *variables(Settings), *variables(Forwarding)]
    assert told == {variable.name: default(variable) for variable in known}


def test_every_template_variable_is_documented_in_order_and_no_other() -> None:
    section = TEMPLATES.partition("\n## Variables\n")[2].partition("\n## ")[0]
    everywhere, _, ours = section.partition("\nTemplates of yours")

    assert [row[0].strip("`") for row in rows(everywhere) if row[0].startswith("`")] == list(NAMES)
    assert {name for row in rows(ours) for name in re.findall(r"`(\w+)`", row[0])} == TEMPLATE_NAMES - set(
        NAMES
    )


def test_every_mail_is_documented_and_no_other() -> None:
    section = TEMPLATES.partition("| `<trigger>` |")[2].partition("\n\n")[0]

    told = [row[0].strip("`") for row in rows(section) if row[0].startswith("`")]
    assert told == [*(trigger.slug for trigger in Trigger), "generic"]


# -- the README and how to contribute --------------------------------------------------------------------


def test_the_readme_lists_the_providers_that_are_here() -> None:
    told = {
        tuple(row[1:]) for row in rows(README) if len(row) == 3 and row[1].startswith("`cognito-mailroom-")
    }

    here = {setup.parent.name: metadata(setup) for setup in ROOT.glob("plugins/*/setup.cfg")}
    assert told == {
        (f"`{plugin['metadata']['name']}`", f"[plugins/{folder}](plugins/{folder}/README.md)")
        for folder, plugin in here.items()
    }


def test_the_readme_runs_what_ci_runs() -> None:
    steps = [step.replace(" -q ", " --quiet ") for step in fences(README, "sh")[1].strip().split(" && ")]

    ran = iter((ROOT / ".ci/run").read_text("utf-8").splitlines())
    assert steps == ["python3 -m venv .venv", ".venv/bin/pip install --quiet tox", ".venv/bin/tox run"]
    assert all(step in ran for step in steps), "in this order"


def test_the_readme_starts_the_demo_that_tox_runs() -> None:
    _, install, run = fences(README, "sh")[0].strip().split(" && ")

    tox = (ROOT / "tox.ini").read_text("utf-8")
    installed = install.replace("'", "").partition(" install -q ")[2].replace("./", "{tox_root}/")
    assert f" demo: {{[checkout]install}} {installed.replace('.[', '{tox_root}[', 1)}\n" in tox
    assert f" demo: {run.removeprefix('.venv/bin/')} " in tox


@pytest.mark.parametrize("page", PAGES, ids=by_id)
def test_every_command_that_a_page_names_is_one(page: Path) -> None:
    text = page.read_text("utf-8")
    lines = "\n".join(fences(text, "sh")).splitlines() + re.findall(r"`([^`]+)`", without_fences(text))
    for line in lines:
        if not (given := re.search(r"(?:^|&& |/)cognito-mailroom( .*)", line.partition("#")[0], re.DOTALL)):
            continue
        name, *words = given[1].split()
        context = click.Context(commands)
        assert name in commands.list_commands(context), line
        command = commands.get_command(context, name)
        assert command
        known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        assert {word for word in words if word.startswith("--")} <= known, line


def test_every_environment_that_is_named_is_one_of_tox() -> None:
    tox = metadata(ROOT / "tox.ini")
    sections = re.findall(r"testenv:{?([\w,-]+)}?", " ".join(tox.sections()))
    known = {"py311", "py312", "py313", "py314", *",".join(sections).split(",")}
    known |= {path.parent.name for path in ROOT.glob("plugins/*/setup.cfg")}

    named = re.findall(r"`(?:tox run )?-e ([\w,-]+)", CONTRIBUTING + README)
    assert named
    assert set(",".join(named).split(",")) <= known


@pytest.mark.parametrize("page", PAGES, ids=by_id)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"`[^`]*`", "", without_fences(page.read_text("utf-8")))
    links = re.findall(r"\[[^\]]*\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)", text, re.MULTILINE)
    for link in filter(None, (inline or reference for inline, reference in links)):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = unquote(link).partition("#")
        target = (page.parent / place) if place else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def anchors(page: Path) -> set[str]:
    """What the headings of a page are linked by."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def metadata(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(path, "utf-8")
    return parser
