"""Who may import whom, and what the Lambda function loads when it starts."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CORE = ROOT / "core" / "cognito_mailroom"
MODULES = {path.stem: path for path in CORE.glob("*.py") if path.stem != "__init__"}
VALUE_TYPES = {"address", "deadline", "errors", "hookspecs", "message", "notification"}
STEPS = {"decryption", "delivery", "event", "recipients", "rendering"}
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


def imported(path: Path) -> set[str]:
    """The modules of core that a module imports when it is imported itself."""
    found: set[str] = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            found |= {node.module.partition(".")[0]} if node.module else {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cognito_mailroom."):
            found.add((node.module or "").split(".")[1])
    return found & set(MODULES)


IMPORTS = {name: imported(path) for name, path in MODULES.items()}


def test_nobody_imports_in_a_circle() -> None:
    try:
        TopologicalSorter(IMPORTS).prepare()
    except CycleError as error:
        pytest.fail(f"imports go round: {' → '.join(error.args[1])}")


def test_nobody_but_the_lambda_functions_knows_the_app() -> None:
    assert {name for name, known in IMPORTS.items() if "app" in known} == {"aws_lambda", "aws_queue"}
    assert {name for name, known in IMPORTS.items() if "aws_lambda" in known} == {"aws_queue"}


@pytest.mark.parametrize("name", sorted(VALUE_TYPES))
def test_value_types_know_value_types_alone(name: str) -> None:
    assert IMPORTS[name] <= VALUE_TYPES


@pytest.mark.parametrize("name", sorted(STEPS))
def test_a_step_knows_no_other_step_but_what_it_is_handed(name: str) -> None:
    assert IMPORTS[name] & STEPS <= {"event"}


@pytest.mark.parametrize("name", sorted(MODULES))
def test_core_knows_no_provider_by_name(name: str) -> None:
    code = re.sub(r'""".*?"""|#.*', "", MODULES[name].read_text("utf-8"), flags=re.DOTALL)
    providers = [path.name for path in (ROOT / "plugins").iterdir() if path.is_dir()]
    named = [provider for provider in providers if re.search(rf"(?i)cognito_mailroom_{provider}", code)]
    assert named == []


@pytest.mark.parametrize("part", ["cli", "testing"])
def test_the_function_knows_nothing_of_what_is_around_it(part: str) -> None:
    for path in MODULES.values():
        assert not re.search(rf"^\s*(from|import) .*\b{part}\b", path.read_text("utf-8"), re.MULTILINE), path


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
    parts = {"cli", "testing", "idempotency", "queueing", "envelope", "aws_queue"}
    unwanted = {*LATER, *providers, "other", "aws_lambda_powertools"}
    unwanted |= {f"cognito_mailroom.{part}" for part in parts}
    assert {
        name for name in loaded if {name.split(".")[0], ".".join(name.split(".")[:2])} & unwanted
    } == set()
