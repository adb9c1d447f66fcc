"""A chart of stacked bars, as SVG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

INVISIBLE = 0.3  # ms
WIDTH, LABELS, BAR, GAP, LEGEND = 960, 150, 18, 6, 20
COLOURS = (
    "#9aa5b1", "#c5ccd4", "#e08a00", "#b4491c", "#7b3fa0", "#2a9d5c", "#8c6d46",
    "#f2c94c", "#4a90d9", "#1f5a94", "#d6336c", "#63c7b2", "#3d4753",
)  # fmt: skip


def chart(bars: Mapping[str, Mapping[str, float]], title: str) -> str:
    """One bar for each key, of parts in milliseconds; every bar has the same parts in the same order."""
    parts = list(next(iter(bars.values())))
    longest = max(sum(bar.values()) for bar in bars.values())
    scale = (WIDTH - LABELS - 70) / longest
    legend = -(-len(parts) // 4)
    height = 40 + LEGEND * legend + (BAR + GAP) * len(bars) + 10
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"',
        ' font-family="sans-serif" font-size="12" fill="#222">',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="10" y="20" font-size="14">{escape(title)}</text>',
    ]
    for index, part in enumerate(parts):
        x, y = 10 + (WIDTH - 20) // 4 * (index % 4), 32 + LEGEND * (index // 4)
        lines += [
            f'<rect x="{x}" y="{y}" width="12" height="12" fill="{COLOURS[index]}"/>',
            f'<text x="{x + 17}" y="{y + 10}">{escape(part)}</text>',
        ]
    for index, (name, bar) in enumerate(bars.items()):
        lines += _bar(name, bar, 40 + LEGEND * legend + (BAR + GAP) * index, scale)
    return "\n".join([*lines, "</svg>", ""])


def _bar(name: str, bar: Mapping[str, float], y: int, scale: float) -> Iterator[str]:
    x = float(LABELS)
    yield f'<text x="{LABELS - 8}" y="{y + 13}" text-anchor="end">{escape(name)}</text>'
    for colour, (part, value) in zip(COLOURS, bar.items(), strict=True):
        width = value * scale
        if value < INVISIBLE:
            continue
        yield (
            f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{colour}">'
            f"<title>{escape(name)}: {escape(part)}, {value:.0f} ms</title></rect>"
        )
        x += width
    yield f'<text x="{x + 6:.1f}" y="{y + 13}">{sum(bar.values()):.0f} ms</text>'
