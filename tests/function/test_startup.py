"""What the libraries of the function get only when they ask, everybody else gets as ever."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

RunPython = Callable[..., str]
LAZY = ("asyncio", "boto3", "botocore.docs", "botocore.waiter", "environ.secrets", "jmespath")
HOLDERS = {
    "asyncio": "from wrapt.synchronization import asyncio as held; import asyncio as real; "
    "held.sleep is real.sleep",
    "boto3": "from aws_encryption_sdk.key_providers.kms import boto3 as held; import boto3 as real; "
    "held.session is real.session and held.__version__ == real.__version__",
    "botocore.waiter": "from botocore.client import waiter as held; import botocore.waiter as real; "
    "held.Waiter is real.Waiter",
    "environ.secrets": "from environ import secrets as held; import environ.secrets as real; "
    "held.INISecrets is real.INISecrets",
}
OTHERS = {
    "the package is one": "import asyncio.events, asyncio.base_events; "
    "asyncio.base_events.events is asyncio.events",
    "its parts are": "from boto3.session import Session; import boto3; boto3.Session is Session",
    "what is set stays": "import boto3; boto3.DEFAULT_SESSION = 1; import sys; "
    "sys.modules['boto3'].DEFAULT_SESSION == 1",
    "it works": "import asyncio; asyncio.run(asyncio.sleep(0, True))",
    "a query": "import jmespath; jmespath.search('a', {'a': True})",
    "a resource": "import boto3; bool(boto3.resource('s3', 'eu-west-1').Bucket('bucket').upload_file)",
    "a paginator": "import boto3; bool(boto3.client('s3', 'eu-west-1').get_paginator('list_objects_v2'))",
    "a waiter": "import boto3; bool(boto3.client('s3', 'eu-west-1').get_waiter('bucket_exists'))",
    "documentation": "from botocore.docs import ServiceDocumenter; bool(ServiceDocumenter)",
}
PATTERNS = {
    "is used": "held.match('[::1]')[0] == '[::1]' and held.sub('', '[::1]') == ''",
    "is handed on": "re.match(held, '[::1]')[0] == '[::1]' and re.sub(held, '', '[::1]') == ''",
    "is a pattern": "isinstance(held, re.Pattern) and re.compile(held).match('[::1]').re.flags == held.flags",
    "is copied": "copy.deepcopy(held) == copy.copy(held) == re.compile(held.pattern, held.flags)",
    "is pickled": "pickle.loads(pickle.dumps(held)) == re.compile(held.pattern, held.flags)",
}


STARTUP = "from cognito_mailroom.function import startup"
# One start of Python for many cases: each has a process of its own, forked before anything was asked for.
FORKING = f"""
import os, sys
{STARTUP}
for line in sys.stdin:
    if not (child := os.fork()):
        exec(line)
        sys.stdout.flush()
        os._exit(0)
    os.waitpid(child, 0)
    print("", flush=True)
"""


def told(code: str) -> str:
    """The code, whose last statement is an expression, with that printed."""
    *statements, expression = code.split("; ")
    return "; ".join([*statements, f"print({expression})"])


@pytest.fixture(scope="module")
def started() -> Iterator[Callable[[str], str]]:
    """``started("import boto3; print(boto3)")``: what is printed where the function has just started."""
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", FORKING],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        asked, answered = process.stdin, process.stdout
        assert asked
        assert answered

        def started(code: str) -> str:
            print(code, file=asked, flush=True)
            return "".join(iter(answered.readline, "\n"))

        yield started


@pytest.fixture
def function(run_python: RunPython, key_arn: str) -> RunPython:
    """``function("import handler")``: what is printed where there are the settings of a function."""
    settings = {"PROVIDER": "smtp", "KMS_KEY_ARN": key_arn, "FROM": "no-reply@acme.example"}
    environ = {f"MAILROOM_{name}": value for name, value in settings.items()}
    return lambda code: run_python(code, SMTP_HOST="localhost", **environ)


def test_the_function_starts_without_any_of_them(function: RunPython) -> None:
    assert function(f"import handler, sys; print({set(LAZY)} & set(sys.modules))") == "set()\n"


@pytest.mark.parametrize("code", [*HOLDERS.values(), *OTHERS.values()], ids=[*HOLDERS, *OTHERS])
def test_who_asks_gets_the_real_thing(code: str, started: Callable[[str], str]) -> None:
    assert started(told(code)) == "True\n"


@pytest.mark.parametrize("expression", PATTERNS.values(), ids=PATTERNS)
def test_a_pattern_of_a_library_is_one_however_it(expression: str, started: Callable[[str], str]) -> None:
    held = "import copy, pickle, re; from botocore.compat import IPV6_ADDRZ_RE as held"
    assert started(told(f"{held}; type(held) is not re.Pattern and {expression}")) == "True\n"


def test_every_pattern_of_a_library_can_be_compiled(started: Callable[[str], str]) -> None:
    code = "import gc; from botocore.compat import IPV6_ADDRZ_RE as held; "
    code += "stand_ins = [each for each in gc.get_objects() if type(each) is type(held)]; "
    expression = "len(stand_ins) > 50 and all(each.groups >= 0 for each in stand_ins)"
    assert started(told(code + expression)) == "True\n"


def test_whoever_else_compiles_a_pattern_gets_it(started: Callable[[str], str]) -> None:
    assert started(told("import re; type(re.compile('a')) is re.Pattern")) == "True\n"


@pytest.mark.parametrize(
    ("inside", "expression"),
    [
        ("import asyncio.events, asyncio.base_events", "asyncio.base_events.events is asyncio.events"),
        ("from asyncio import base_events, events", "base_events.events is events"),
        ("import asyncio.events", "asyncio.events.__spec__.origin == asyncio.events.__file__"),
        ("import asyncio as held", "held.run is __import__('asyncio').run"),
    ],
)
def test_a_package_is_one_however_a_library_imports_it(
    inside: str, expression: str, run_python: RunPython
) -> None:
    code = "from cognito_mailroom.lazy_imports import lazy_imports\nwith lazy_imports('asyncio'):\n    "
    assert run_python(f"{code}{inside}\nprint({expression})") == "True\n"


def test_what_is_not_installed_is_missing_as_ever(run_python: RunPython) -> None:
    code = "from cognito_mailroom.lazy_imports import lazy_imports\nwith lazy_imports('missing_library'):\n"
    code += "    try: import missing_library\n    except ImportError: print('missing')"
    assert run_python(code) == "missing\n"


def test_nothing_that_is_already_there_is_replaced(run_python: RunPython) -> None:
    code = "before = [sys.modules[name] for name in names]; from cognito_mailroom.function import startup; "
    code += "print(before == [sys.modules[name] for name in names])"
    imports = f"import sys, {', '.join(LAZY)}; names = {LAZY}; "
    assert run_python(imports + code) == "True\n"


def test_the_collector_works_again_once_the_function_has_started(function: RunPython) -> None:
    code = "import gc, handler; print(gc.isenabled(), gc.get_freeze_count() > 10_000)"
    assert function(code) == "True True\n"
