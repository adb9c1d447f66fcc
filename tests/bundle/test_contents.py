"""What is in a bundle, and what is not."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import distributions
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any
from zipfile import ZipFile

import pytest

Build = Callable[..., CompletedProcess[str]]
ROOT = Path(__file__).parents[2]
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
VERSION = importlib.metadata.version
ACME = {
    "acme_mail/__init__.py": "from .provider import Acme",
    "acme_mail/provider.py": "class Acme: ...",
    "acme_mail/standin.py": "import cognito_mailroom.testing",
    "acme_mail/tests/test_acme.py": "",
}
ENTRIES = """
[cognito_mailroom.providers]
acme = acme_mail:Acme
[cognito_mailroom.standins]
acme = acme_mail.standin:Server
"""


def names(zip_file: Path) -> set[str]:
    with ZipFile(zip_file) as archive:
        return set(archive.namelist())


@pytest.fixture
def smtp(bundle: Build, tmp_path: Path) -> set[str]:
    ...
