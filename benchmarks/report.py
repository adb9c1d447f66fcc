"""What was found, in words and tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import define, field

from . import machine
from .chart import chart
from .figures import figure, in_full, table
from .growth import PLUGINS, Beside, Growth
from .imports import Profile
from .loading import loading
from .packages import Package
from .parts import PARTS
from .samples import Samples

TITLES = {"sendgrid": "SendGrid", "ses": "SES", "smtp": "SMTP", "mailgun": "Mailgun", "postmark": "Postmark"}
MODES = {"runtime": "Under AWS's runtime client", "bare": "In a bare process"}
WHO = {"ours": "ours", "handwritten": "by hand", "floor": "floor"}
GOALS = {"sendgrid": (0.85, 0.25), "ses": (0.85, 1.0)}
"""What cold start and warm CPU are held to, as ratios."""
GOAL = (0.95, 1.0)


@define
class Report:
    """Fill it with whatever was measured."""

    runs: int
    warm: int
    command: str
    packages: dict[str, Mapping[str, Package]] = field(factory=dict)
    samples: dict[tuple[str, str], Samples] = field(factory=dict)
    parts: dict[tuple[str, str], dict[str, float]] = field(factory=dict)
    imports: dict[str, Profile] = field(factory=dict)
    growth: Growth | None = None
    beside: Beside | None = None

    def text(self, picture: str = "RESULTS.svg") -> str:
        """All of it, in Markdown."""
        return "\n\n".join([*self._paragraphs(picture)]) + "\n"

    def chart(self) -> str:
        """Where the cold starts go, as SVG."""
        bars = {f"{TITLES[provider]}, {WHO[who]}": parts for (provider, who), parts in self.parts.items()}
        return chart(bars, "Cold start, from the start of the process to the first answer, by part")

    def _paragraphs(self, picture: str) -> Iterator[str]:
        yield "# What it costs"
        yield f"Written by `{self.command}`, which [README.md](README.md) explains. {machine.described()}"
        if self.samples:
            yield from self._comparison()
        if self.parts:
            yield from self._parts(picture)
        if self.growth and self.beside:
            yield from _growth(self.growth, self.beside)
        if self.imports:
            yield from loading({TITLES[name]: profile for name, profile in self.imports.items()})

    def _comparison(self) -> Iterator[str]:
        yield "## Ours to the function written by hand"
        yield (
            f"Ratios of the medians of {self.runs} starts of each in turns, and of {self.warm} warm "
            "invocations in each; below 1, ours takes less. In brackets what a ratio is held to."
        )
        for mode in dict.fromkeys(mode for _, mode in self.samples):
            head = ["", "cold", "cold CPU", "init", "first", "warm", "warm CPU", "peak memory", "zip"]
            rows = [self._ratios(name, mode) for name, each in self.samples if each == mode]
            yield f"{MODES[mode]}:"
            yield table(head, rows)
        yield "## In full"
        yield "Medians, with the least and the most; the ratio of the medians, and the median of each turn's."
        for (provider, mode), samples in self.samples.items():
            yield f"### {TITLES[provider]}: {MODES[mode][0].lower()}{MODES[mode][1:]}"
            yield in_full(samples)
        yield "## Package size"
        sizes = [
            [f"{TITLES[provider]}, {WHO[who]}", f"{each.zip_size / 1e6:.1f}", f"{each.size / 1e6:.1f}"]
            for provider, packages in self.packages.items()
            for who, each in packages.items()
        ]
        yield table(["", "zip, MB", "unpacked, MB"], sizes)

    def _ratios(self, provider: str, mode: str) -> list[str]:
        samples, packages = self.samples[provider, mode], self.packages[provider]
        ratios = {
            name: figure(samples, name).ratio
            for name in ("cold", "cold_cpu", "init", "first", "warm", "warm_cpu", "peak")
        }
        words = {name: f"{ratio:.2f}" for name, ratio in ratios.items()}
        if mode == "runtime":
            cold, warm_cpu = GOALS.get(provider, GOAL)
            for name, goal in (("cold", cold), ("warm_cpu", warm_cpu), ("peak", 1.0)):
                words[name] = f"{ratios[name]:.2f} ({goal:.2f})"
        sizes = packages["ours"].zip_size / packages["handwritten"].zip_size
        return [TITLES[provider], *words.values(), f"{sizes:.2f}"]

    def _parts(self, picture: str) -> Iterator[str]:
        yield "## Where the cold start goes"
        yield f"![Stacked bars of the parts that the table below gives in numbers]({picture})"
        yield (
            "Milliseconds, under AWS's runtime client, from the start of the process to the end of the "
            "first invocation. The clock that tells the parts apart slows them down a little, so these are "
            "not the figures to quote."
        )
        columns = list(self.parts)
        head = ["", *(f"{TITLES[provider]}, {WHO[who]}" for provider, who in columns)]
        rows = [[part, *(f"{self.parts[column][part]:.0f}" for column in columns)] for part in PARTS]
        yield table(head, rows)


def _growth(growth: Growth, beside: Beside) -> Iterator[str]:
    _, second, *_, last = growth.thousands
    each = ", ".join(f"{cpu:.2f}" for cpu in growth.thousands)
    yield "## As work grows"
    yield (
        f"{growth.events:,} events through one process with {TITLES[growth.provider]}: the last thousand "
        f"took {last / second:.2f} times the CPU of the second (1.05). In ms an event, thousand by thousand: "
        f"{each}. Peak memory was {growth.peak:.1f} MiB."
    )
    yield (
        f"The import of the handler beside {PLUGINS} plugins that are installed and not chosen: "
        f"{beside.beside:.1f} ms; alone: {beside.alone:.1f} ms; the difference within a turn: "
        f"{beside.difference:+.1f} ms (at most 5), medians of {beside.runs} turns. "
        f"Of these plugins {beside.imported} were imported."
    )
