"""Medians and ratios, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

import click
from attrs import fields

from .samples import Sample


def show(provider: str, mode: str, samples: Mapping[str, Sequence[Sample]]) -> None:
    """Prints one table."""
    click.echo(f"\n{provider}, {mode}, {len(samples['ours'])} runs")
    for name in (field.name for field in fields(Sample)):
        values = {who: [getattr(each, name) for each in taken] for who, taken in samples.items()}
        line = "  ".join(f"{who} {median(v):8.2f} ({min(v):.2f}-{max(v):.2f})" for who, v in values.items())
        pairs = [a / b for a, b in zip(values["ours"], values["handwritten"], strict=True) if b]
        ratio = median(values["ours"]) / median(values["handwritten"])
        click.echo(f"{name:10} {line}  ratio {ratio:.3f} paired {median(pairs):.3f}")
