"""Who may import whom: core's rooms downward, everybody else by public paths; and what a function loads."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import cognito_mailroom.settings
import cognito_mailroom.testing
import cognito_mailroom.transport
import pytest

ROOT = Path(__file__).parents[2]
CORE = ROOT / "core" / "cognito_mailroom"
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
ROOMS = re.findall(r"^\| `([\w.]+)/?` \|", CONTRIBUTING.partition("\n## Find your way\n")[2], re.MULTILINE)
"""Top floor first; the last is the vocabulary, of modules that lie in the package itself."""

MODULES = {
    ".".join(path.relative_to(CORE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in CORE.rglob("*.py")
}
PUBLIC = {
    "cognito_mailroom",
    *(f"cognito_mailroom.{name}" for name in ("lazy_imports", "settings", "testing", "transport")),
}
KNOWS_APP = {"cli", "function", "testing"}
LATER = (
    "asyncio_",
    "click",
    "rich",
    "moto",
    "aiosmtpd",
    "pytest",
    "_pytest",
    "hypothesis",
    "werkzeug",
    "idna",
)


def room(module: str) -> str:
    """Where a module lies: a folder, ``app.py``, or the vocabulary."""
    first = module.partition(".")[0]
    if (CORE / first).is_dir():
        return first
    return "app.py" if first == "app" else ROOMS[-1]


def imports(tree: ast.AST, package: str = "") -> Iterator[str]:
    """The full names that imports anywhere in a tree may stand for, whatever of them are modules."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
            source = ".".join([*above, *filter(None, [node.module])])
            yield source
            yield from (f"{source}.{alias.name}" for alias in node.names)


def known(module: str) -> set[str]:
    """The modules of core that a module imports, at once or later."""
    path = MODULES[module]
    parts = ["cognito_mailroom", *path.relative_to(CORE).parent.parts]
    found = imports(ast.parse(path.read_text("utf-8")), ".".join(parts))
    return ({name.removeprefix("cognito_mailroom.") for name in found} & set(MODULES)) - {module}


KNOWN = {module: known(module) for module in MODULES}


def test_the_rooms_are_those_that_there_are() -> None:
    here = {path.name for path in CORE.iterdir() if (path / "__init__.py").exists()} | {"app.py"}
    assert here == set(ROOMS[:-1])
    assert len(ROOMS) == len(set(ROOMS))


@pytest.mark.parametrize("module", sorted(set(MODULES) - {"__init__"}))
def test_imports_run_downward(module: str) -> None:
    own = ROOMS.index(room(module))
    upward = {name for name in KNOWN[module] if ROOMS.index(room(name)) < own}
    assert upward == set(), f"{module} imports what lies above it"


def test_nobody_imports_in_a_circle() -> None:
    # A package that hands on names knows its modules, and they may be asked for by its name.
    packages = {name for name, path in MODULES.items() if path.name == "__init__.py"}
    try:
        TopologicalSorter({name: found - packages for name, found in KNOWN.items()}).prepare()
    except CycleError as error:
        pytest.fail(f"imports go round: {' → '.join(error.args[1])}")


def test_few_know_the_app() -> None:
    assert {room(name) for name, found in KNOWN.items() if "app" in found} == KNOWS_APP


def test_the_package_of_the_hooks_imports_nothing() -> None:
    assert KNOWN["plugins"] == set()


@pytest.mark.parametrize("module", sorted(MODULES))
def test_core_knows_no_provider_by_name(module: str) -> None:
    code = re.sub(r'""".*?"""|#.*', "", MODULES[module].read_text("utf-8"), flags=re.DOTALL)
    providers = [path.name for path in (ROOT / "plugins").iterdir() if path.is_dir()]
    assert [name for name in providers if re.search(rf"(?i)cognito_mailroom_{name}", code)] == []


def outside_core() -> Iterator[tuple[str, str]]:
    """The code of plugins and their tests, of examples, of what new plugins begin with, and of the guides."""
    for folder in ("plugins", "examples"):
        for path in (ROOT / folder).rglob("*.py"):
            if not {"build", ".tox"} & set(path.parts):
                yield str(path.relative_to(ROOT)), path.read_text("utf-8")
    for path in (CORE / "cli" / "new_plugin" / "skeleton").rglob("*.py.jinja"):
        yield str(path.relative_to(ROOT)), re.sub(r"{{.*?}}", "NAME", path.read_text("utf-8"))
    for path in (ROOT / "docs").glob("*.md"):
        for number, code in enumerate(
            re.findall(r"^```python\n(.*?)^```$", path.read_text("utf-8"), re.MULTILINE | re.DOTALL)
        ):
            yield f"docs/{path.name}, sample {number + 1}", code


OUTSIDE = dict(outside_core())


@pytest.mark.parametrize("place", OUTSIDE)
def test_everybody_else_imports_by_public_paths(place: str) -> None:
    inner = {
        node.module if isinstance(node, ast.ImportFrom) else alias.name
        for node in ast.walk(ast.parse(OUTSIDE[place]))
        if isinstance(node, ast.Import | ast.ImportFrom) and not getattr(node, "level", 0)
        for alias in node.names
    }
    inner = {name for name in inner if name and f"{name}.".startswith("cognito_mailroom.")}
    assert inner <= PUBLIC


@pytest.mark.parametrize(
    "package", [cognito_mailroom.settings, cognito_mailroom.testing, cognito_mailroom.transport]
)
def test_a_package_hands_on_what_it_says_it_does(package: object) -> None:
    names = list(package.__all__)  # type: ignore[attr-defined]
    assert all(getattr(package, name) is not None for name in names)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        package.nothing  # type: ignore[attr-defined]  # noqa: B018 - asking is the test


def test_an_http_plugin_does_not_pay_for_smtp(run_python: Callable[..., str]) -> None:
    code = "from cognito_mailroom.transport import HttpClient; import sys; print('smtplib' in sys.modules)"
    assert run_python(code) == "False\n"


def test_the_function_loads_nothing_that_it_does_not_need(
    tmp_path: Path, run_python: Callable[..., str]
) -> None:
    provider = (
        "from cognito_mailroom import hookimpl\nclass {}:\n  @hookimpl\n  def mailroom_deliver(self): ..."
    )
    for name in ("chosen", "other"):
        (tmp_path / f"{name}.py").write_text(provider.format(name.title()))
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        entry = f"[cognito_mailroom.providers]\n{name} = {name}:{name.title()}\n"
        (info / "entry_points.txt").write_text(entry)
    printed = run_python(
        # What entry points import is not seen by -X importtime; sys.modules has it all.
        "import handler, sys; print(*sys.modules)",
        path=str(tmp_path),
        MAILROOM_PROVIDER="chosen, other",
        MAILROOM_KMS_KEY_ARN="arn:aws:kms:eu-west-1:123456789012:key/1234abcd",
        MAILROOM_FROM="no-reply@acme.example",
    )
    loaded = set(printed.split())
    assert {"handler", "cognito_mailroom.app", "chosen", "aws_encryption_sdk"} <= loaded
    providers = {f"cognito_mailroom_{path.name}" for path in (ROOT / "plugins").iterdir()}
    # What the table and the queue need among them: neither is set.
    later = {
        *("cli", "testing", "cognito.envelope", "delivery.idempotency", "transport.proxy", "transport.smtp"),
        *("function.queue_forwarder", "function.queue_worker"),
    }
    unwanted = {*LATER, *providers, "other", "aws_lambda_powertools"}
    unwanted |= {f"cognito_mailroom.{each}" for each in later}
    assert {each for each in unwanted for name in loaded if f"{name}.".startswith(f"{each}.")} == set()
