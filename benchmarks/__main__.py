"""``python -m benchmarks``: measures, prints a table, and writes RESULTS.md."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import certifi
import click

from .packages import package, trust
from .samples import Sample, bare, cores, take, under_runtime
from .servers import Servers
from .tables import show

PROVIDERS = ("smtp", "sendgrid", "mailgun", "postmark", "ses")
MODES = {"runtime": under_runtime, "bare": bare}


@click.command()
@click.option("--provider", "providers", multiple=True, type=click.Choice(PROVIDERS), default=PROVIDERS)
@click.option("--mode", "modes", multiple=True, type=click.Choice(list(MODES)), default=tuple(MODES))
@click.option("--runs", default=15, show_default=True, help="Cold starts of each function.")
@click.option("--warm", default=50, show_default=True, help="Invocations after the first.")
@click.option(
    "--packages", type=click.Path(path_type=Path), help="Where to keep the packages, and find them."
)
def main(
    providers: tuple[str, ...], modes: tuple[str, ...], runs: int, warm: int, packages: Path | None
) -> None:
    """Measure ours beside the function one would write by hand, in turns."""
    measured, rest = cores()
    os.sched_setaffinity(0, {rest})
    with TemporaryDirectory(prefix="mailroom-benchmarks-") as temporary:
        (packages or Path(temporary)).mkdir(exist_ok=True)
        for provider in providers:
            work = Path(temporary, provider)
            work.mkdir()
            with Servers(provider, rest) as servers:
                names = ["ours", "handwritten", *(["floor"] if provider == "smtp" else [])]
                contestants = [package(name, provider, packages or Path(temporary)) for name in names]
                for each in contestants:
                    trust(each.folder, servers.authority)
                trusted = work / "authorities.pem"
                trusted.write_text(Path(certifi.where()).read_text("utf-8") + servers.authority, "utf-8")
                environ = {**servers.environ, "SSL_CERT_FILE": str(trusted)}
                for mode in modes:
                    samples: dict[str, list[Sample]] = {name: [] for name in names}
                    for turn in range(runs):
                        # Each goes first as often as any other.
                        for index in range(len(contestants)):
                            each = contestants[(turn + index) % len(contestants)]
                            samples[each.contestant].append(
                                take(MODES[mode], each.folder, servers, environ, warm=warm, core=measured)
                            )
                    show(provider, mode, samples)
                click.echo({each.contestant: each.zip_size for each in contestants})


if __name__ == "__main__":
    main()
