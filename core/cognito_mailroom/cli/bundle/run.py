"""Builds a bundle: checks, collects, compiles, writes, reports."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.progress import Progress

from cognito_mailroom.cli.console import console
from cognito_mailroom.cli.replacing import replacing

from .build_folder import BuildFolder, Files
from .collect import TEMPLATES, Step, add_own, collect
from .compiling import compile_modules, compile_templates
from .contents import Wanted, closure
from .packing import pack, place
from .preflight import check
from .report import show
from .service_models import shortened
from .target import Target
from .trimming import Trimming
from .unspoken import unspoken


def run(wanted: Wanted, target: Target, out: Path, *, unpacked: bool) -> None:
    """Builds the bundle, and shows on the console what is in it.

    Raises:
        ConfigurationError: the settings in the environment want what is not included, or a template is wrong.
        click.ClickException: something that is needed is not to be had, or ``out`` cannot be written.

    """
    check(wanted, os.environ)
    if out.is_dir() and (not unpacked or any(out.iterdir())):
        raise click.ClickException(
            f"{out} is a folder with something in it: remove it, or name another --out."
        )
    screen, interpreter = console(), target.interpreter()
    with TemporaryDirectory(prefix="mailroom-bundle-") as temporary:
        build_folder = BuildFolder(Path(temporary, "build_folder"))
        # A place that cannot be written to is found out before anything is built.
        with (
            _writing(out),
            replacing(out, folder=unpacked) as made,
            Progress(console=screen, transient=True, disable=not screen.is_terminal) as progress,
        ):

            def step(words: str, total: int) -> Callable[[], None]:
                return partial(progress.advance, progress.add_task(words, total=total))

            folder = Path(temporary)
            left_out = _assemble(
                build_folder, wanted, target, interpreter=interpreter, folder=folder, step=step
            )
            written, done = {}, step("Writing", len(build_folder.parts))
            for name, size in (place if unpacked else pack)(build_folder.folder, target.prefix, made):
                written[name] = size
                done()
        show(screen, build_folder, left_out, out, written)
    if interpreter is None:
        words = (
            f"No Python {target.python} was found here, so nothing is compiled ahead, and each cold start "
        )
        screen.print(words + "takes about twice as long: put it on PATH.", style="yellow", soft_wrap=True)
    if wanted.templates:
        screen.print(f"For your templates, set MAILROOM_TEMPLATES={target.root}/templates", soft_wrap=True)


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written to: {error.strerror}.") from None


def _assemble(
    build_folder: BuildFolder,
    wanted: Wanted,
    target: Target,
    *,
    interpreter: str | None,
    folder: Path,
    step: Step,
) -> Counter[str]:
    """Puts everything into the build folder; returns what is left out."""
    distributions = closure(wanted, target)
    trimming = Trimming.of(wanted.services, distributions, unspoken(wanted.templates))

    def prepare(files: Files) -> Files:
        return shortened(trimming.kept(files), wanted.services)

    collect(
        build_folder,
        distributions,
        target,
        is_needed=lambda path: trimming.reason(path) is None,
        prepare=prepare,
        folder=folder,
        step=step,
    )
    add_own(build_folder, wanted.templates, layer=target.layer)
    compile_templates(build_folder, "cognito_mailroom/mail/templates", TEMPLATES)
    if interpreter:
        modules = sum(path.endswith(".py") for path in build_folder.parts)
        compile_modules(build_folder, target.root, interpreter, step("Compiling", modules))
    return trimming.left_out
