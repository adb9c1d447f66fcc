"""Compiles modules and templates ahead, since Lambda cannot write into the function's folder."""

from __future__ import annotations

import os
from collections.abc import Callable

import click

from cognito_mailroom.mail.ahead import compile_ahead
from cognito_mailroom.mail.checking import example_renderer
from cognito_mailroom.settings.problems import Problems

from . import subprocesses
from .build_folder import BuildFolder


def compile_templates(build_folder: BuildFolder, defaults: str, own: str) -> None:
    """Puts beside templates the modules that Jinja makes of them, and what brands and sentences come to."""
    for name in (defaults, own):
        folder = build_folder.folder / name
        if not folder.is_dir():
            continue
        template = next(path for path in folder.rglob("*") if path.is_file())
        problems = Problems()
        renderer = example_renderer(folder, problems) if name == own else None
        if problems:  # all was well where it was copied from
            raise problems.error()
        for made in compile_ahead(folder, renderer):
            build_folder.take_in(made, template)


def compile_modules(
    build_folder: BuildFolder, root: str, interpreter: str, compiled: Callable[[], None]
) -> None:
    """Puts a ``.pyc`` beside every module, valid whatever becomes of time stamps.

    ``root`` is where the modules will be, as tracebacks show it; ``compiled`` is called for each.

    Raises:
        click.ClickException: a module is not of the interpreter's version of Python.

    """
    folder = str(build_folder.folder)
    options = ["--invalidation-mode=unchecked-hash", "-s", folder, "-p", root, folder]
    # What this machine tells its own Python, such as to optimise, does not count.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    errors = list[str]()

    def heard(line: str) -> None:
        if line.startswith("Compiling "):
            compiled()
        elif not line.startswith("Listing "):
            errors.append(line)

    if subprocesses.run([interpreter, "-S", "-m", "compileall", *options], environment, heard):
        raise click.ClickException(f"A module does not compile: {' '.join(errors)}")
    for made in build_folder.folder.rglob("__pycache__/*.pyc"):
        build_folder.take_in(made, made.parent.parent / f"{made.name.partition('.')[0]}.py")
