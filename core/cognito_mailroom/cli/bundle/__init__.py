"""``cognito-mailroom bundle``: the package that Lambda runs, made of what is installed here."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from cognito_mailroom.settings.converters import names

from .optional_parts import OPTIONAL_PARTS, SERVICES, called_for

_PYTHONS, _PROCESSORS = ("3.11", "3.12", "3.13", "3.14"), ("arm64", "x86_64")
_HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
_PYTHON = _HERE if _HERE in _PYTHONS else "3.13"


def _names(_: click.Context, option: click.Parameter, text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    if option.name == "extensions" and text.strip() == "none":
        return ()
    try:
        return names(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command("bundle")
@click.option(
    "--provider",
    "providers",
    metavar="NAME[,NAME...]",
    required=True,
    envvar="MAILROOM_PROVIDER",
    show_envvar=True,
    callback=_names,
    help="The providers to include.",
)
@click.option(
    "--extension",
    "extensions",
    metavar="NAME[,NAME...]",
    envvar="MAILROOM_EXTENSIONS",
    show_envvar=True,
    callback=_names,
    help="The extensions to include, or none; must be said where any is installed.",
)
@click.option(
    "--with",
    "optional_parts",
    multiple=True,
    type=click.Choice(list(OPTIONAL_PARTS)),
    help="Include what this takes; may be repeated. What the settings in the environment call for is "
    "included anyway.",
)
@click.option(
    "--service",
    "services",
    metavar="NAME",
    multiple=True,
    help="Keep what boto3 needs for one more AWS service, as a plugin may; may be repeated.",
)
@click.option(
    "--templates",
    metavar="DIR",
    envvar="MAILROOM_TEMPLATES",
    show_envvar=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of templates of yours, to check and to include.",
)
@click.option(
    "--python",
    type=click.Choice(_PYTHONS),
    default=_PYTHON,
    show_default="the one that runs this, where Lambda has it, else 3.13",
    help="Which of Lambda's runtimes it is for.",
)
@click.option("--arch", type=click.Choice(_PROCESSORS), default=_PROCESSORS[0], show_default=True)
@click.option("--unpacked", is_flag=True, help="Write a folder instead of a zip.")
@click.option("--layer", is_flag=True, help="Make a layer: everything in python/, and no handler.py.")
@click.option(
    "--out",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="The zip or the folder to write; default: a name that says what is in it.",
)
def command(
    *,
    providers: tuple[str, ...],
    extensions: tuple[str, ...] | None,
    optional_parts: tuple[str, ...],
    services: tuple[str, ...],
    templates: Path | None,
    python: str,
    arch: str,
    unpacked: bool,
    layer: bool,
    out: Path | None,
) -> None:
    """Build the package to deploy: core, the plugins you name, and nothing that the function does not need.

    The versions that are installed here are the versions that are bundled. pip fetches the wheels for the
    other machine; what was installed from a folder, such as a plugin of your own, is taken from here.
    The same input makes the same bytes.
    """
    from .contents import Wanted
    from .run import run
    from .target import Target

    target = Target(python, arch, layer=layer)
    included = [OPTIONAL_PARTS[name] for name in {*optional_parts, *called_for(os.environ)}]
    wanted = Wanted(
        providers,
        extensions,
        extras=frozenset(extra for part in included for extra in part.extras),
        services=frozenset({*SERVICES, *services}).union(*(part.services for part in included)),
        templates=templates,
    )
    stem = "-".join(["mailroom", *providers, f"python{python}", arch, *(["layer"] if layer else [])])
    run(wanted, target, out or Path(stem if unpacked else f"{stem}.zip"), unpacked=unpacked)
