"""Which mail clients drop what a mail uses of HTML and CSS, as https://www.caniemail.com has tested it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tinycss2
from attrs import frozen

from .document import Document, declarations, inline

PLACES = tuple(
    Path("node_modules", "caniemail", *folder, "data", "caniemail.json") for folder in (("dist",), ())
)
"""Where npm puts the data, from the folder in which it was called."""
_SELECTORS = {".": "Class selector", "#": "ID selector", "[": "Attribute selector", ">": "Child combinator"}


@frozen
class Support:
    """By feature, as the data name it in a title, the clients that do without."""

    date: str
    dropped_by: dict[str, list[str]]

    @classmethod
    def read(cls, path: Path) -> Support:
        """Of the file that npm's package caniemail brings, which is caniemail.com's own.

        Raises:
            OSError: it cannot be read.
            ValueError: it is something else.

        """
        try:
            content = json.loads(path.read_text("utf-8"))
            names = content["nicenames"]
            dropped_by: dict[str, list[str]] = {}
            for feature in content["data"]:
                clients = list(_without(feature["stats"], names))
                for name in _names(feature["title"], feature["category"]):
                    dropped_by[name] = clients
            return cls(content["last_update_date"][:10], dropped_by)
        except (KeyError, TypeError, AttributeError):
            raise ValueError("it is not caniemail's") from None

    def dropped(self, document: Document) -> Iterator[tuple[str, list[str]]]:
        """What a mail uses and some clients drop, in alphabetical order."""
        for name in sorted(set(_used(document))):
            if clients := self.dropped_by.get(name):
                yield name, clients


def _without(stats: dict[str, Any], names: dict[str, Any]) -> Iterator[str]:
    """The clients whose last version that was tested does not know a feature at all."""
    for family, platforms in stats.items():
        gone = [
            each for each, versions in platforms.items() if versions and [*versions.values()][-1][0] == "n"
        ]
        where = ", ".join(names["platform"].get(each, each) for each in gone)
        if gone:
            yield names["family"].get(family, family) + ("" if len(gone) == len(platforms) else f" ({where})")


def _names(title: str, category: str) -> Iterator[str]:
    """What a title speaks of, in the spelling of `_used`."""
    if category == "css":
        for name in re.split(r", | & ", title):
            plain = re.sub(r"^CSS | (CSS property|property|shorthand|keyword|function)$", "", name.strip())
            yield {"Variables (Custom Properties)": "var()"}.get(plain, plain.replace(": ", ":"))
    elif heads := re.fullmatch(r"<h1> to <h6> elements", title):
        yield from (f"<h{number}>" for number in range(1, 7) if heads)
    elif title.endswith(("attribute", "attributes")):
        yield from (f"{name} attribute" for name in re.split(r" and |\s", title)[:-1])
    elif not re.search(r"<\w+ ", title):
        yield from re.findall(r"<\w+>", title) or [title]


def _used(document: Document) -> Iterator[str]:
    for element in document.elements():
        yield f"<{element.tag}>"
        yield from (f"{name} attribute" for name in element.attrib if name != "style")
        yield from (name for declaration in inline(element) for name in _in_declaration(declaration))
    for media, rule in document.rules:
        if media:
            yield "@media"
            yield from (f"@media ({name})" for name in re.findall(r"\(\s*([\w-]+)", media))
        selector = tinycss2.serialize(rule.prelude).strip()
        yield from (name for sign, name in _SELECTORS.items() if sign in selector)
        yield from re.findall(r"::?[\w-]+", selector)
        yield from (
            name for declaration in declarations(rule.content) for name in _in_declaration(declaration)
        )


def _in_declaration(declaration: Any) -> Iterator[str]:
    value = tinycss2.serialize(declaration.value).strip()
    yield declaration.lower_name
    yield f"{declaration.lower_name}:{value}"
    if declaration.important:
        yield "!important"
    yield from (f"{name}()" for name in re.findall(r"([\w-]+)\(", value))
    yield from (f"{unit} unit" for unit in re.findall(r"(?<![\w#])[\d.]+(%|[a-z]+)", value))
