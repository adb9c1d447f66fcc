"""What more work costs: thousands of events in one process, and plugins that nobody chose."""

from __future__ import annotations

import shutil
from pathlib import Path
from statistics import median

from attrs import frozen

from .bench import Bench
from .starts import bare

DISTINCT, SPAN = 1_000, 1_000
PLUGINS = 50
_PLUGIN = """from cognito_mailroom import Receipt, hookimpl


class Unused{number}:
    @hookimpl
    def mailroom_deliver(self, message):
        return Receipt()
"""


@frozen
class Growth:
    """CPU of one warm process, in milliseconds for each event, and its memory in MiB."""

    provider: str
    events: int
    thousands: list[float]
    """Of each thousand events."""
    peak: float
    """At the end."""


@frozen
class Beside:
    """The import of the handler, in milliseconds, alone and beside plugins that were not chosen."""

    provider: str
    runs: int
    alone: float
    beside: float
    difference: float
    """The median of the differences between neighbouring runs."""
    imported: int
    """How many of those plugins were imported."""


def growth(bench: Bench, *, events: int) -> Growth:
    """Sends events through one process of ours."""
    distinct = bench.servers.events(DISTINCT)
    noted = bench.start(bare, bench.packages["ours"].folder, [distinct[i % DISTINCT] for i in range(events)])
    cpu = [1000 * seconds for _, seconds, _ in noted["calls"]]
    return Growth(
        bench.provider,
        events,
        thousands=[sum(cpu[start : start + SPAN]) / SPAN for start in range(0, events, SPAN)],
        peak=noted["peak"] / 1024,
    )


def beside_unused_plugins(bench: Bench, *, runs: int) -> Beside:
    """Imports our handler in turns, alone and beside so many plugins that no setting names."""
    alone = bench.packages["ours"].folder
    crowded = alone.with_name(f"{alone.name}-crowded")
    shutil.rmtree(crowded, ignore_errors=True)
    shutil.copytree(alone, crowded)
    for number in range(PLUGINS):
        _install(crowded, number)
    taken: dict[Path, list[float]] = {alone: [], crowded: []}
    imported: set[str] = set()
    for turn in range(runs):
        for folder in (alone, crowded) if turn % 2 else (crowded, alone):
            noted = bench.start(bare, folder, [])
            taken[folder].append(1000 * (noted["ready"] - noted["begun"]))
            imported |= {name for name in noted["modules"] if name.startswith("unused_")}
    pairs = zip(taken[crowded], taken[alone], strict=True)
    return Beside(
        bench.provider,
        runs,
        alone=median(taken[alone]),
        beside=median(taken[crowded]),
        difference=median(more - less for more, less in pairs),
        imported=len(imported),
    )


def _install(folder: Path, number: int) -> None:
    name = f"unused_{number}"
    (folder / f"{name}.py").write_text(_PLUGIN.format(number=number), "utf-8")
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", "utf-8")
    entry = f"[cognito_mailroom.providers]\n{name} = {name}:Unused{number}\n"
    (info / "entry_points.txt").write_text(entry, "utf-8")
