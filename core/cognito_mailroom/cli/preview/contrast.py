"""The contrast of each text with what it stands on, as WCAG 2 defines it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import frozen
from tinycss2.color3 import parse_color

from cognito_mailroom.mail.contrast import ratio_of_channels

from .document import Document, Scheme, Style

_Color = tuple[float, float, float]
_BLACK, _WHITE = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
# What Chromium shows where nobody says a colour: the page, the text on it, and links.
_UNSAID = {
    "light": (_WHITE, _BLACK, (0.0, 0.0, 0.933)),
    "dark": ((0.071,) * 3, _WHITE, (0.62, 0.62, 1.0)),
}


@frozen
class Text:
    """A piece of text, and how well it can be read."""

    says: str
    line: int
    ratio: float
    """From 1 to 21."""


def texts(document: Document, scheme: Scheme) -> Iterator[Text]:
    """All texts that are shown and whose colours are known."""
    ground, ink, link = _UNSAID["dark" if scheme == "dark" and document.is_for_dark else "light"]
    yield from _texts(document.root, document.styles(scheme), ground, ink, link)


def _texts(
    element: Any, styles: dict[Any, Style], ground: _Color, ink: _Color, link: _Color
) -> Iterator[Text]:
    style = styles.get(element, {})
    if not isinstance(element.tag, str) or element.tag in {"head", "script", "style"} or _is_hidden(style):
        return
    ground = _color(style, "background-color", "background", element.get("bgcolor"), ground) or ground
    unsaid = link if element.tag == "a" and element.get("href") else ink
    ink = _color(style, "color", "color", element.get("color"), ground) or unsaid
    for said in (element.text, *(child.tail for child in element)):
        if shown := " ".join((said or "").split()):
            yield Text(shown, element.sourceline or 0, ratio_of_channels(ground, ink))
    for child in element:
        yield from _texts(child, styles, ground, ink, link)


def _is_hidden(style: Style) -> bool:
    return any(
        "".join(token.serialize() for token in style.get(name, ())).strip() == value
        for name, value in (("display", "none"), ("visibility", "hidden"))
    )


def _color(style: Style, name: str, shorthand: str, attribute: str | None, under: _Color) -> _Color | None:
    """A colour, mixed with what is under it where it is translucent; None where none is said."""
    tokens = [*style.get(name, style.get(shorthand, ()))] or ([attribute] if attribute else [])
    for token in tokens:
        color = parse_color(token)
        if color and color != "currentColor":
            red, green, blue, alpha = color
            mixed = (
                alpha * over + (1 - alpha) * below
                for over, below in zip((red, green, blue), under, strict=True)
            )
            return tuple(mixed)
    return None
