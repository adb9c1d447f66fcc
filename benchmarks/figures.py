"""Medians and ratios, and the tables that show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from statistics import median

from attrs import frozen

from .samples import Samples

QUANTITIES = {
    "cold": "cold, ms",
    "cold_cpu": "cold, ms of CPU",
    "init": "init, ms",
    "first": "first invocation, ms",
    "first_cpu": "first invocation, ms of CPU",
    "warm": "warm invocation, ms",
    "warm_cpu": "warm invocation, ms of CPU",
    "peak": "peak memory, MiB",
}
"""The fields of `benchmarks.samples.Sample`, in words."""


@frozen
class Figure:
    """One quantity of all contestants."""

    values: dict[str, Sequence[float]]

    @property
    def ratio(self) -> float:
        """Of the medians: ours to the hand-written function's."""
        return median(self.values["ours"]) / median(self.values["handwritten"])

    @property
    def paired(self) -> float:
        """The median of the ratios within each turn, to which it matters less that a machine slows down."""
        pairs = zip(self.values["ours"], self.values["handwritten"], strict=True)
        return median(ours / theirs for ours, theirs in pairs)


def figure(samples: Samples, name: str) -> Figure:
    """By the name of a field of `Sample`."""
    return Figure({who: [*map(attrgetter(name), taken)] for who, taken in samples.items()})


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, words: Sequence[int] = (0,)) -> str:
    """In Markdown; the columns are of numbers, but for those of words."""
    lines = [head, ["---" if column in words else "---:" for column in range(len(head))], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def in_full(samples: Samples) -> str:
    """The medians of every quantity, with the least and the most, and the ratios."""
    head = ["", *(_NAMES[who] for who in samples), "ratio", "of pairs"]
    return table(head, (_row(words, figure(samples, name)) for name, words in QUANTITIES.items()))


_NAMES = {"ours": "ours", "handwritten": "by hand", "floor": "floor"}


def _row(words: str, taken: Figure) -> list[str]:
    spans = (f"{median(each):.1f} ({min(each):.1f} to {max(each):.1f})" for each in taken.values.values())
    return [words, *spans, f"{taken.ratio:.2f}", f"{taken.paired:.2f}"]
