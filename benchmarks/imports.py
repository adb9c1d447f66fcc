"""What our function loads: what is costliest, and of what no function ever runs."""

from __future__ import annotations

from collections import defaultdict
from statistics import median

from attrs import frozen

from .bench import Bench
from .parts import stopwatch
from .starts import bare

_PROBE = {"probe", "usage", "stopwatch"}


@frozen
class Profile:
    """The modules that our function loads, beyond those that Python starts with."""

    costs: dict[str, float]
    """The milliseconds that each takes by itself, without those that it imports; the costliest first."""
    init: int
    """How many the import of the handler loads."""
    first: tuple[str, ...]
    """Those that only the first event loads."""
    unused: tuple[str, ...]
    """Those that have functions of which none ran, neither at import nor with the event; costliest first."""


def profile(bench: Bench, *, runs: int) -> Profile:
    """Starts our function bare, with one event, several times."""
    folder, events = bench.packages["ours"].folder, bench.servers.events(1)
    taken: defaultdict[str, list[float]] = defaultdict(list)
    for _ in range(runs):
        for name, seconds in bench.start(bare, folder, events, **stopwatch("ours"))["notes"].items():
            taken[name].append(1000 * seconds)
    usage = bench.start(bare, folder, events, BENCHMARK_NOTES="usage")["notes"]
    loaded = [*usage["init"], *usage["first"]]
    costs = {name: median(taken.get(name, [0.0])) for name in loaded if name not in _PROBE}

    def costliest_first(names: list[str]) -> list[str]:
        return sorted(names, key=lambda name: -costs[name])

    return Profile(
        {name: costs[name] for name in costliest_first(list(costs))},
        init=len(usage["init"]),
        first=tuple(usage["first"]),
        unused=tuple(costliest_first(usage["unused"])),
    )
