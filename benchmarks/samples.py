"""What one start of a function took, and starts in turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Self

from attrs import frozen

from .bench import Bench
from .starts import Mode, Noted


@frozen
class Sample:
    """One start of one function: times in milliseconds, memory in MiB."""

    cold: float
    """From the start of the process to the mail accepted."""
    cold_cpu: float
    """All that the process had used when the first invocation returned."""
    init: float
    """The import of the handler."""
    first: float
    """The first invocation."""
    first_cpu: float
    warm: float
    """The median of the invocations after the first."""
    warm_cpu: float
    peak: float
    """The most memory that was resident."""

    @classmethod
    def of(cls, noted: Noted) -> Self:
        """From what the probe noted of one start."""
        first, *others = ([1000 * seconds for seconds in call] for call in noted["calls"])
        return cls(
            cold=1000 * (noted["accepted"][0] - noted["started"]),
            cold_cpu=first[2],
            init=1000 * (noted["ready"] - noted["begun"]),
            first=first[0],
            first_cpu=first[1],
            warm=median(wall for wall, *_ in others),
            warm_cpu=median(cpu for _, cpu, _ in others),
            peak=noted["peak"] / 1024,
        )


Samples = Mapping[str, Sequence[Sample]]
"""By contestant; those with the same index were taken in the same turn."""


def in_turns(bench: Bench, mode: Mode, *, runs: int, warm: int) -> Samples:
    """Starts each contestant so many times, one after the other in each turn."""
    events = bench.servers.events(1 + warm)
    names = list(bench.packages)
    samples: dict[str, list[Sample]] = {name: [] for name in names}
    for turn in range(runs):
        # Each is first as often as any other.
        for index in range(len(names)):
            name = names[(turn + index) % len(names)]
            samples[name].append(Sample.of(bench.start(mode, bench.packages[name].folder, events)))
    return samples
