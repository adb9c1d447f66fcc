"""Tells tox.ini what lies in plugins/ and examples/, so that a folder there is all that a new plugin takes.

tox imports this before it reads tox.ini, which refers to what is set here as ``{env:NAME}``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parent


def distributions(kind: str) -> list[Path]:
    """The folders of distributions below ``plugins`` or ``examples``, by name."""
    return sorted(path.parent for path in ROOT.glob(f"{kind}/*/setup.cfg"))


def arguments(folders: Iterable[Path]) -> str:
    """Folders as pip takes them, as seen from here."""
    return " ".join(f"./{folder.relative_to(ROOT)}" for folder in folders)


def coverage(folders: Iterable[Path]) -> str:
    """pytest-cov's options for the packages in these folders."""
    packages = (path.parent.name for folder in folders for path in sorted(folder.glob("src/*/__init__.py")))
    return " ".join(f"--cov {package}" for package in packages)


plugins, examples = distributions("plugins"), distributions("examples")
os.environ |= {
    "PLUGIN_NAMES": ", ".join(folder.name for folder in plugins),
    "PLUGIN_FOLDERS": arguments(plugins),
    "EXAMPLE_FOLDERS": arguments(examples),
    "EXAMPLE_COVERAGE": coverage(examples),
    **{f"COVERAGE_OF_{folder.name}": coverage([folder]) for folder in plugins},
    # Where mypy finds the packages of plugins and examples under their own names.
    "MYPYPATH": os.pathsep.join(str(folder / "src") for folder in (*plugins, *examples)),
}
