"""Collects the files of a bundle: distributions from wheels or from this environment, handler, templates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import Distribution
from pathlib import Path

from packaging.utils import canonicalize_name

from cognito_mailroom.mail.folder import files

from . import installed_files, integrity, wheels
from .build_folder import BuildFolder, Files, Part
from .target import Target

TEMPLATES = "templates"
_HANDLER = Path(__file__).with_name("handler.py")

Step = Callable[[str, int], Callable[[], None]]
"""Announces so many things to do; what it returns is called as each is done."""


def collect(
    build_folder: BuildFolder,
    distributions: Sequence[Distribution],
    target: Target,
    *,
    is_needed: Callable[[str], bool],
    prepare: Callable[[Files], Files],
    folder: Path,
    step: Step,
) -> None:
    """Puts distributions into the build folder, the files of each prepared for it; ``folder`` is for wheels.

    Raises:
        click.ClickException: one is not to be had for that machine, or differs from what is installed here.

    """
    integrity.check_installed(
        [each for each in distributions if not installed_files.is_editable(each)], is_needed
    )
    published = [each for each in distributions if not installed_files.origin(each)]
    found = wheels.fetch(published, target, folder, step("Fetching wheels", len(published)))
    done = step("Unpacking", len(distributions))
    for distribution in distributions:
        name = canonicalize_name(distribution.name)
        if installed_files.is_editable(distribution):
            found[name] = wheels.build(distribution, folder / name)
        files = wheels.contents(found[name]) if name in found else installed_files.contents(distribution)
        if distribution in published:
            files = integrity.checked(files, distribution)
        source = "wheel" if distribution in published else "this environment"
        build_folder.add(Part(distribution.name, distribution.version, source), prepare(files))
        done()


def add_own(build_folder: BuildFolder, templates: Path | None, *, layer: bool) -> None:
    """Adds what belongs to no distribution: what Lambda calls, and the operator's templates."""
    if not layer:
        handler = ("handler.py", _HANDLER.read_bytes())
        build_folder.add(Part("handler.py", source="this environment"), iter([handler]))
    if templates:
        build_folder.add(Part(TEMPLATES, source=str(templates)), _files(templates))


def _files(templates: Path) -> Files:
    for name in files(templates):
        yield f"{TEMPLATES}/{name}", (templates / name).read_bytes()
