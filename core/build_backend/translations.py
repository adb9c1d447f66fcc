"""Reads PO files, and tells what a translator has to mend: each in a sentence, with file, line and key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po

from .plurals import Plurals

Sentence = str | tuple[str, ...]

_LINE = re.compile(
    r'#.*|((msgctxt|msgid|msgid_plural|msgstr(\[\d\])?)[ \t]+)?"([^"\\]|\\[nrt"\\])*"|', re.ASCII
)
_PLACEHOLDER, _TAG = re.compile(r"{[a-z_]+}"), re.compile(r"</?[a-z]+>")
_TAGGED = re.compile(r"<([a-z]+)>[^<>]+</\1>")
_NUMBER = "{n}"


class Mistake(Exception):
    """What keeps a whole file from being read."""


def read(path: Path) -> Catalog:
    """A PO file.

    Raises:
        Mistake: it is not one.

    """
    try:
        text = path.read_text("utf-8")
        keys = dict[str, int]()
        for number, line in enumerate(text.splitlines(), 1):
            if not _LINE.fullmatch(line.strip()):
                raise Mistake(f"{path.name}, line {number}: this is no line of a PO file")
            if line.startswith("msgctxt"):
                if line in keys:
                    key = line.split('"')[1]
                    raise Mistake(f"{path.name}, line {number}: {key} stands in line {keys[line]} already")
                keys[line] = number
        return read_po(text.splitlines(keepends=True), abort_invalid=True)
    except UnicodeDecodeError:
        raise Mistake(f"{path.name} is not in UTF-8") from None
    except PoFileError as error:
        told = str(error).removesuffix(f" on {error.lineno}")
        raise Mistake(f"{path.name}, line {error.lineno + 1}: {told}") from None


def entries(catalog: Catalog) -> dict[str, Message]:
    """The messages by their keys."""
    return {message.context or "": message for message in catalog if message.id}


def english(template: dict[str, Message]) -> dict[str, Sentence]:
    """What the sentences of the template say themselves."""
    return {key: _sentence(message.id) for key, message in template.items()}


def translated(
    name: str,
    own: dict[str, Message],
    template: dict[str, Message],
    plurals: Plurals,
    problems: list[str],
) -> dict[str, Sentence]:
    """The sentences of a language; what is wrong with them is added to ``problems``."""
    problems += [f"{name}: {key} is missing" for key in template if key not in own]
    for key, message in own.items():
        where = f"{name}, line {message.lineno}: {key or message.id}"
        problems += [f"{where} {problem}" for problem in _problems(message, template.get(key), plurals)]
    return {key: _sentence(own[key].string) for key in template if key in own}


def _sentence(text: str | Sequence[str] | None) -> Sentence:
    return text if isinstance(text, str) else tuple(text or ())


def _problems(message: Message, template: Message | None, plurals: Plurals) -> Iterator[str]:
    if template is None:
        yield "is no key of mails.pot"
    elif message.id != template.id:
        yield "translates an English sentence that is another by now: see mails.pot"
    elif message.fuzzy:
        yield "is marked as fuzzy: see whether it is right, and remove the mark"
    elif isinstance(message.id, str):
        yield from _differences(str(message.string), message.id, optional=set())
    else:
        for index, form in enumerate(message.string or ()):
            # "an hour" may do without a number, "some hours" may not
            optional = {_NUMBER} if len(plurals.numbers(index)) == 1 else set[str]()
            named = f" in the form “{plurals.categories[index]}”"
            for problem in _differences(form, message.id[1], optional):
                yield problem + named


def _differences(text: str, original: str, optional: set[str]) -> Iterator[str]:
    if not text.strip():
        yield "is not translated"
        return
    found, wanted = set(_PLACEHOLDER.findall(text)), set(_PLACEHOLDER.findall(original))
    yield from (f"lacks {each}" for each in sorted(wanted - found - optional))
    yield from (f"names {each}, which is not in the English" for each in sorted(found - wanted))
    if re.search("[{}]", _PLACEHOLDER.sub("", text)):
        yield "holds a brace that is not of a placeholder"
    if _tags(text) != _tags(original):
        yield "has other tags than the English"


def _tags(text: str) -> tuple[list[str], int]:
    """The elements in any order, since that is the language's, and how many tags there are, closed or not."""
    return sorted(_TAGGED.findall(text)), len(_TAG.findall(text))
