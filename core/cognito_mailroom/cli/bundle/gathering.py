"""Brings together what goes into a bundle, each distribution from where it is to be had."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import Distribution
from pathlib import Path

from packaging.utils import canonicalize_name

from . import installed, wheels
from .stage import Part, Stage
from .target import Target
from .trimming import Trimming

TEMPLATES = "templates"
_HANDLER = Path(__file__).with_name("handler.py")

Step = Callable[[str, int], Callable[[], None]]
"""Announces so many things to do; what it returns is called as each is done."""


def gather(
    stage: Stage,
    distributions: Sequence[Distribution],
    trimming: Trimming,
    target: Target,
    folder: Path,
    step: Step,
) -> None:
    """Puts trimmed distributions on the stage; ``folder`` is for wheels.

    Raises:
        click.ClickException: one is not to be had for that machine.

    """
    published = [each for each in distributions if not installed.origin(each)]
    found = wheels.fetch(published, target, folder, step("Fetching wheels", len(published)))
    done = step("Unpacking", len(distributions))
    for distribution in distributions:
        name = canonicalize_name(distribution.name)
        if installed.is_editable(distribution):
            found[name] = wheels.build(distribution, folder / name)
        files = wheels.contents(found[name]) if name in found else installed.contents(distribution)
        source = "an index" if distribution in published else "this environment"
        stage.add(Part(distribution.name, distribution.version, source), files, trimming)
        done()


def add_own(stage: Stage, templates: Path | None, *, layer: bool) -> None:
    """Adds what belongs to no distribution: what Lambda calls, and the operator's templates."""
    if not layer:
        stage.add(Part("handler.py", source="this environment"), [("handler.py", _HANDLER.read_bytes())])
    if templates:
        stage.add(Part(TEMPLATES, source=str(templates)), _files(templates))


def _files(templates: Path) -> Iterator[tuple[str, bytes]]:
    for path in templates.rglob("*"):
        if path.is_file():
            yield f"{TEMPLATES}/{path.relative_to(templates).as_posix()}", path.read_bytes()
