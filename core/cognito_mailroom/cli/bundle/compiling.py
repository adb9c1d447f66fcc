"""Compiles the modules of a bundle ahead, since the function's own folder is read-only."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import click


def compile_all(folder: Path, root: str, interpreter: str, compiled: Callable[[], None]) -> None:
    """Puts a ``.pyc`` beside every module, valid whatever becomes of time stamps.

    ``root`` is where the modules will be, as tracebacks show it; ``compiled`` is called for each.

    Raises:
        click.ClickException: a module is not of the interpreter's version of Python.

    """
    options = ["--invalidation-mode=unchecked-hash", "-s", str(folder), "-p", root, str(folder)]
    # What this machine tells its own Python, such as to optimise, does not count.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    errors = []
    with subprocess.Popen(  # noqa: S603
        [interpreter, "-S", "-m", "compileall", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    ) as process:
        for line in process.stdout or ():
            if line.startswith("Compiling "):
                compiled()
            elif not line.startswith("Listing "):
                errors.append(line.strip())
    if process.returncode:
        raise click.ClickException(f"A module does not compile: {' '.join(errors)}")
