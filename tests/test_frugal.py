"""What the function postpones is there all the same for whoever asks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

RunPython = Callable[..., str]
POSTPONED = ("asyncio", "boto3", "botocore.docs", "botocore.waiter", "environ.secrets", "jmespath")
ASKED = {
    "asyncio": "import asyncio; asyncio.run(asyncio.sleep(0, 'ok'))",
    "a module within": "import asyncio.queues; asyncio.queues.Queue",
    "boto3": "import boto3; boto3.client('s3', 'eu-west-1').get_paginator('list_objects_v2')",
    "boto3's resources": "import boto3; boto3.resource('s3', 'eu-west-1').Bucket('bucket').upload_file",
    "a waiter": "import boto3; boto3.client('s3', 'eu-west-1').get_waiter('bucket_exists')",
    "documentation": "from botocore.docs import ServiceDocumenter; ServiceDocumenter.document_service",
    "its tools": "from botocore.docs.utils import py_type_name; py_type_name",
    "environ.secrets": "import environ; environ.secrets.INISecrets",
    "jmespath": "import jmespath; jmespath.search('a', {'a': 'ok'})",
}


@pytest.mark.parametrize("code", ASKED.values(), ids=ASKED)
def test_who_asks_for_a_postponed_module_gets_it(code: str, run_python: RunPython) -> None:
    assert run_python(f"from cognito_mailroom import frugal\n{code}") == ""


def test_nothing_that_is_already_there_is_replaced(run_python: RunPython) -> None:
    code = "before = [sys.modules[name] for name in names]; from cognito_mailroom import frugal; "
    code += "print(before == [sys.modules[name] for name in names])"
    imports = f"import sys, {', '.join(POSTPONED)}; names = {POSTPONED}; "
    assert run_python(imports + code) == "True\n"


def test_who_looks_through_all_modules_imports_none(run_python: RunPython) -> None:
    code = "import inspect, sys; from cognito_mailroom import frugal; before = set(sys.modules); "
    code += "inspect.getmodule(object()); inspect.stack(); print(set(sys.modules) - before)"
    assert run_python(code) == "set()\n"


def test_the_collector_works_again_once_the_function_has_started(run_python: RunPython, key_arn: str) -> None:
    code = "import gc, handler; print(gc.isenabled(), gc.get_freeze_count() > 10_000)"
    settings = {"PROVIDER": "smtp", "KMS_KEY_ARN": key_arn, "FROM": "no-reply@acme.example"}
    environ = {f"MAILROOM_{name}": value for name, value in settings.items()}
    assert run_python(code, SMTP_HOST="localhost", **environ) == "True True\n"
