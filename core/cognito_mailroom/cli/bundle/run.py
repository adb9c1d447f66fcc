"""From what is wanted to the file that is deployed."""

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

from .compiling import compile_modules, compile_templates
from .condensing import condensed
from .contents import Wanted, closure
from .demands import check
from .gathering import TEMPLATES, Step, add_own, gather
from .packing import pack, place
from .report import show
from .stage import Files, Stage
from .target import Target
from .trimming import Trimming


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
    with _writing(out):  # sooner than when all is built
        (out if unpacked else out.parent).mkdir(parents=True, exist_ok=True)
    screen, interpreter = console(), target.interpreter()
    with TemporaryDirectory(prefix="mailroom-bundle-") as temporary:
        stage = Stage(Path(temporary, "stage"))
        with Progress(console=screen, transient=True, disable=not screen.is_terminal) as progress:

            def step(words: str, total: int) -> Callable[[], None]:
                return partial(progress.advance, progress.add_task(words, total=total))

            folder = Path(temporary)
            left_out = _assemble(stage, wanted, target, interpreter=interpreter, folder=folder, step=step)
            written, done = {}, step("Writing", len(stage.parts))
            with _writing(out):
                for name, size in (place if unpacked else pack)(stage.folder, target.prefix, out):
                    written[name] = size
                    done()
        show(screen, stage, left_out, out, written)
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
    stage: Stage, wanted: Wanted, target: Target, *, interpreter: str | None, folder: Path, step: Step
) -> Counter[str]:
    """Puts everything on the stage; returns what is left out."""
    distributions = closure(wanted, target)
    trimming = Trimming.of(wanted.services, distributions)

    def prepare(files: Files) -> Files:
        return condensed(trimming.kept(files), wanted.services)

    gather(stage, distributions, target, prepare=prepare, folder=folder, step=step)
    add_own(stage, wanted.templates, layer=target.layer)
    compile_templates(stage, "cognito_mailroom/templates", TEMPLATES)
    if interpreter:
        modules = sum(path.endswith(".py") for path in stage.parts)
        compile_modules(stage, target.root, interpreter, step("Compiling", modules))
    return trimming.left_out
