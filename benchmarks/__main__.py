"""``python -m benchmarks``: measures, prints what came of it, and writes it down."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from cognito_mailroom.testing.lambda_runtime import installed

from . import before, growth, imports, parts, report
from .bench import bench, cores_of_machine
from .samples import in_turns
from .starts import bare, under_runtime

PROVIDERS = ("sendgrid", "ses", "smtp", "mailgun", "postmark")
MODES = {"runtime": under_runtime, "bare": bare}
TASKS = ("comparison", "parts", "growth", "imports")


@click.command()
@click.option("--provider", "providers", multiple=True, type=click.Choice(PROVIDERS), default=PROVIDERS)
@click.option("--mode", "modes", multiple=True, type=click.Choice(list(MODES)), default=tuple(MODES))
@click.option("--task", "tasks", multiple=True, type=click.Choice(TASKS), default=TASKS)
@click.option(
    "--runs", type=click.IntRange(min=1), default=15, show_default=True, help="Starts of each function."
)
@click.option(
    "--warm", type=click.IntRange(min=1), default=50, show_default=True, help="Events after the first."
)
@click.option(
    "--events", type=click.IntRange(min=3_000), default=10_000, show_default=True, help="For growth."
)
@click.option(
    "--before", "revision", metavar="COMMIT", help="Compare with the bundle of a commit, and with that alone."
)
@click.option("--packages", type=click.Path(path_type=Path), help="Where packages but ours are kept.")
@click.option("--out", type=click.Path(path_type=Path), help="What to write; without it, nothing is written.")
def main(
    *,
    providers: tuple[str, ...],
    modes: tuple[str, ...],
    tasks: tuple[str, ...],
    runs: int,
    warm: int,
    events: int,
    revision: str | None,
    packages: Path | None,
    out: Path | None,
) -> None:
    """Measure our function beside the one that one would write by hand, in turns."""
    _check()
    _, rest = cores_of_machine
    os.sched_setaffinity(0, {rest})
    found = report.Report(runs, warm, _command())
    with _folder(packages) as folder:
        if revision:
            click.echo(_compared(revision, folder, providers, modes, runs=runs, warm=warm))
            return
        for provider in providers:
            with bench(provider, folder) as at:
                found.packages[provider] = at.packages
                if "comparison" in tasks:
                    for mode in modes:
                        click.echo(f"{provider}, {mode}: {runs} starts of each", err=True)
                        found.samples[provider, mode] = in_turns(at, MODES[mode], runs=runs, warm=warm)
                if "parts" in tasks:
                    for name, each in parts.parts(at, runs=max(3, runs // 3)).items():
                        found.parts[provider, name] = each
                if "imports" in tasks:
                    found.imports[provider] = imports.profile(at, runs=max(3, runs // 3))
                # What would grow is core's, so one provider shows it.
                if "growth" in tasks and not found.growth:
                    click.echo(f"{provider}: {events} events", err=True)
                    found.growth = growth.growth(at, events=events)
                    found.beside = growth.beside_unused_plugins(at, runs=2 * runs)
    _publish(found, out)


def _publish(found: report.Report, out: Path | None) -> None:
    text = found.text(out.with_suffix(".svg").name) if out else found.text()
    click.echo(text)
    if out:
        out.write_text(text, "utf-8")
        if found.parts:
            out.with_suffix(".svg").write_text(found.chart(), "utf-8")


def _compared(
    revision: str, folder: Path, providers: Sequence[str], modes: Sequence[str], *, runs: int, warm: int
) -> str:
    samples = {}
    command = before.command(revision, folder)
    for provider in providers:
        with bench(provider, folder, command) as at:
            for mode in modes:
                click.echo(f"{provider}, {mode}: {runs} starts of each", err=True)
                samples[provider, mode] = in_turns(at, MODES[mode], runs=runs, warm=warm)
    return "\n\n".join(before.compared(samples, revision))


def _check() -> None:
    try:
        for variable, name in (("SAM_CLI", "samcli"), ("LAMBDA_RUNTIME", "awslambdaric")):
            installed(variable, name)
    except FileNotFoundError as error:
        raise click.ClickException(str(error)) from None


def _command() -> str:
    return " ".join(["python -m benchmarks", *sys.argv[1:]])


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.absolute()
        return
    with TemporaryDirectory(prefix="mailroom-benchmarks-") as folder:
        yield Path(folder)


if __name__ == "__main__":
    main()
