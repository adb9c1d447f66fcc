"""What the figures were taken with."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

DISTRIBUTIONS = (
    "boto3",
    "aws-encryption-sdk",
    "cryptography",
    "jinja2",
    "sendgrid",
    "mailgun",
    "postmarker",
)


def described() -> str:
    """The date, the machine and the versions, as a paragraph."""
    now = datetime.now(UTC)
    versions = ", ".join(f"{name} {version(name)}" for name in DISTRIBUTIONS)
    return (
        f"Taken on {now.day} {now:%B %Y} on {os.cpu_count()} cores of an {_processor()}, under "
        f"{platform.system()} {platform.release()} and Python {platform.python_version()}; with {versions}."
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else 'unnamed'} ({platform.machine()})"
