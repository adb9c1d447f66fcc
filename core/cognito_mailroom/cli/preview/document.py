"""A mail's HTML as a browser takes it: elements with the line they are in, and what CSS applies to each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property, lru_cache
from typing import Any, Literal

import cssselect2
import lxml.html
import tinycss2
from attrs import define

Scheme = Literal["light", "dark"]
Style = dict[str, tuple[Any, ...]]
"""The tokens of each property's value, by its name."""
_ALONE = {"skip_comments": True, "skip_whitespace": True}
_ASKS_SCHEME = re.compile(r"prefers-color-scheme\s*:\s*(\w+)")


@define(slots=False)
class Document:
    """HTML, parsed once."""

    html: str

    @cached_property
    def root(self) -> Any:
        """The element of the whole page, as lxml has it."""
        return lxml.html.document_fromstring(
            self.html.encode(), parser=lxml.html.HTMLParser(encoding="utf-8")
        )

    @cached_property
    def rules(self) -> tuple[tuple[str, Any], ...]:
        """Rules with the media query around them, or an empty text."""
        return tuple(rule for style in self.root.iter("style") for rule in _rules_of(style.text or ""))

    @cached_property
    def is_for_dark(self) -> bool:
        """Whether it says that it can be shown in dark: otherwise what it leaves unsaid is as in light."""
        metas = (each for each in self.root.iter("meta") if each.get("name") == "color-scheme")
        said = [each.get("content", "") for each in metas]
        said += [tinycss2.serialize(rule.content) for _, rule in self.rules if _is_root(rule)]
        return any(re.search(r"\bdark\b", each) for each in said)

    def elements(self) -> Iterator[Any]:
        """All elements, without comments."""
        return (each for each in self.root.iter() if isinstance(each.tag, str))

    def styles(self, scheme: Scheme) -> dict[Any, Style]:
        """What applies to each element on a wide screen, nothing inherited."""
        matcher = _matcher(tuple(style.text or "" for style in self.root.iter("style")), scheme)
        whole = cssselect2.ElementWrapper.from_html_root(self.root)
        return {each.etree_element: _style(each, matcher) for each in whole.iter_subtree()}


def inline(element: Any) -> tuple[Any, ...]:
    """The declarations of a ``style`` attribute."""
    return _declarations_of(element.get("style") or "")


def declarations(content: Any) -> tuple[Any, ...]:
    """Those of a rule's content, or of a text."""
    parsed = tinycss2.parse_blocks_contents(content, **_ALONE)
    return tuple(each for each in parsed if each.type == "declaration")


# All mails have much of this in common.
_declarations_of = lru_cache(1024)(declarations)


@lru_cache(16)
def _rules_of(sheet: str) -> tuple[tuple[str, Any], ...]:
    return tuple(_rules(tinycss2.parse_stylesheet(sheet, **_ALONE), ""))


@lru_cache(16)
def _matcher(sheets: tuple[str, ...], scheme: Scheme) -> Any:
    matcher = cssselect2.Matcher()
    for media, rule in (rule for sheet in sheets for rule in _rules_of(sheet)):
        if not _applies(media, scheme):
            continue
        said = declarations(rule.content)
        with suppress(cssselect2.SelectorError):  # a browser passes such a rule over, too
            for selector in cssselect2.compile_selector_list(rule.prelude):
                matcher.add_selector(selector, said)
    return matcher


def _rules(parsed: list[Any], media: str) -> Iterator[tuple[str, Any]]:
    for rule in parsed:
        if rule.type == "qualified-rule":
            yield media, rule
        elif rule.type == "at-rule" and rule.lower_at_keyword == "media" and rule.content:
            query = tinycss2.serialize(rule.prelude).strip()
            yield from _rules(tinycss2.parse_rule_list(rule.content, **_ALONE), query)


def _is_root(rule: Any) -> bool:
    return tinycss2.serialize(rule.prelude).strip() in {":root", "html"}


def _applies(media: str, scheme: Scheme) -> bool:
    if asked := _ASKS_SCHEME.search(media):
        return asked[1] == scheme
    return "(" not in media and "print" not in media


def _style(element: Any, matcher: Any) -> Style:
    matched = [each for *_, said in matcher.match(element) for each in said]
    own = inline(element.etree_element)
    important = [each for each in (*matched, *own) if each.important]
    ordered = [*matched, *own, *important]
    return {each.lower_name: tuple(each.value) for each in ordered}
