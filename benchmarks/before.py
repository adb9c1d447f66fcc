"""The bundle of another commit beside this checkout's, to tell what a change costs."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from importlib.metadata import distributions
from pathlib import Path
from statistics import median, quantiles

from .figures import QUANTITIES, figure, table
from .samples import Samples

ROOT = Path(__file__).parents[1]


def command(revision: str, work: Path) -> list[str]:
    """How to call the ``cognito-mailroom`` of another commit, installed below ``work`` once.

    It gets the versions of all libraries that are installed here: what differs is ours alone.

    Raises:
        subprocess.CalledProcessError: there is no such commit, or it cannot be installed.

    """
    folder = work / f"commit-{revision}"
    python = folder / "venv" / "bin" / "python"
    if not (folder / "done").exists():
        archive = subprocess.run(  # noqa: S603
            ["git", "archive", revision],  # noqa: S607
            cwd=ROOT,
            check=True,
            capture_output=True,
        ).stdout
        with tarfile.open(fileobj=io.BytesIO(archive)) as source:
            source.extractall(folder / "source", filter="data")
        _run(sys.executable, "-m", "venv", str(folder / "venv"))
        constraints = folder / "constraints.txt"
        others = [each for each in distributions() if not each.name.startswith("cognito-mailroom")]
        constraints.write_text("".join(f"{each.name}=={each.version}\n" for each in others), "utf-8")
        plugins = [str(path.parent) for path in (folder / "source" / "plugins").glob("*/setup.cfg")]
        wanted = [f"{folder / 'source'}[cli]", *plugins]
        _run(str(python), "-m", "pip", "install", "--quiet", f"--constraint={constraints}", *wanted)
        (folder / "done").touch()
    return [str(python), "-m", "cognito_mailroom.cli"]


def compared(samples: Mapping[tuple[str, str], Samples], revision: str) -> Iterator[str]:
    """The ratios of this checkout to that commit, taken within each turn: median and middle half."""
    yield f"## This checkout to {revision}"
    yield "The ratio within each turn: its median, and in brackets the middle half of all turns."
    head = ["", *QUANTITIES.values()]
    rows = [
        [f"{provider}, {mode}", *(_ratio(taken, name) for name in QUANTITIES)]
        for (provider, mode), taken in samples.items()
    ]
    yield table(head, rows)


def _ratio(samples: Samples, name: str) -> str:
    taken = figure(samples, name).values
    ratios = [ours / before for ours, before in zip(taken["ours"], taken["before"], strict=True)]
    low, _, high = quantiles(ratios, n=4) if len(ratios) > 1 else (ratios[0],) * 3
    return f"{median(ratios):.3f} ({low:.3f} to {high:.3f})"


def _run(*arguments: str) -> None:
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
