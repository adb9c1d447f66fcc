"""How well colours read on others, as WCAG 2 computes it (1.4.3: text wants 4.5 : 1 at least).

Colours are ``#rrggbb``.
"""

from __future__ import annotations

from collections.abc import Iterable

LEAST = 4.5
# What the mails' own style sheet has accents stand on: the card and the page around it.
LIGHT = {"#ffffff": "the light card", "#f3f5f7": "the light page"}
DARK = {"#1a2027": "the dark card", "#0f1419": "the dark page"}
_INKS = ("#ffffff", "#0b1a2b")


def luminance(channels: Iterable[float]) -> float:
    """The relative luminance, 0 to 1: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio_of_channels(one: Iterable[float], other: Iterable[float]) -> float:
    """The contrast of two colours, 1 to 21, each its red, green and blue from 0 to 1."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def ratio(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21."""
    return ratio_of_channels(_channels(one), _channels(other))


def worst(colour: str, backgrounds: Iterable[str]) -> tuple[str, float]:
    """The background that a colour reads worst on, and their contrast."""
    return min(((each, ratio(colour, each)) for each in backgrounds), key=lambda found: found[1])


def nearest(colour: str, backgrounds: Iterable[str]) -> str:
    """The colour itself, or the nearest of its hue that reads on all: darker on light ones, else lighter."""
    from colorsys import hls_to_rgb, rgb_to_hls  # only those who choose colours need it

    backgrounds = list(backgrounds)
    hue, lightness, saturation = rgb_to_hls(*_channels(colour))
    step = -1 / 255 if luminance(_channels(backgrounds[0])) > luminance(_channels("#767676")) else 1 / 255
    while worst(colour, backgrounds)[1] < LEAST:
        lightness = min(1.0, max(0.0, lightness + step))
        channels = hls_to_rgb(hue, lightness, saturation)
        colour = "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)
    return colour


def ink(fill: str) -> str:
    """White or nearly black, whichever reads better on a fill."""
    return max(_INKS, key=lambda each: ratio(each, fill))


def _channels(colour: str) -> list[float]:
    return [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
