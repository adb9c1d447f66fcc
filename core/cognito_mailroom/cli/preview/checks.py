"""What is checked of a mail beyond that it renders: each with a sentence, and where to look."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from attrs import field, frozen

from cognito_mailroom.mail.contrast import LEAST
from cognito_mailroom.mail.examples import SLUGS
from cognito_mailroom.mail.languages import load
from cognito_mailroom.mail.wrapping import columns

from .choice import Choice
from .clients import Support
from .contrast import texts
from .document import Document
from .inbox import Mail
from .mails import Mails

# Gmail shows no more of the HTML, and a link to the rest: https://github.com/hteumeuleu/email-bugs/issues/41
_GMAIL = 102 * 1024
_COLUMNS = 78  # RFC 5322, 2.1.1; what is longer in octets is encoded, whoever sends it
_SHOWN = 40  # characters of a text


@frozen
class Finding:
    """What one check says; ``level`` is ``ok``, ``note``, ``warning`` or ``error``."""

    check: str
    level: str
    says: str
    places: list[str] = field(factory=list)


def check(mails: Mails, choice: Choice, mail: Mail, support: Support | None) -> list[Finding]:
    """All checks of one mail."""
    document = Document(mail.html)
    return [
        _contrast(document),
        _alt_texts(document),
        _size(mail),
        _lines(mail),
        _links(document),
        _translations(mails, choice),
        _clients(document, support),
    ]


def _contrast(document: Document) -> Finding:
    measured = [(text, scheme) for scheme in ("light", "dark") for text in texts(document, scheme)]
    low = [
        f"{_short(text.says)} ({text.ratio:.1f} : 1, {scheme}, line {text.line})"
        for text, scheme in measured
        if text.ratio < LEAST
    ]
    if low:
        return Finding("contrast", "error", f"{_count(low, 'text')} below {LEAST} : 1.", low)
    least = min((text.ratio for text, _ in measured), default=21.0)
    return Finding("contrast", "ok", f"At least {least:.1f} : 1, in light and dark.")


def _alt_texts(document: Document) -> Finding:
    images = list(document.root.iter("img"))
    without = [f"line {image.sourceline}" for image in images if image.get("alt") is None]
    if without:
        return Finding("alt texts", "error", f"{_count(without, 'image')} without an alt text.", without)
    return Finding(
        "alt texts", "ok", f"{_count(images, 'image')}, each with one." if images else "No images."
    )


def _size(mail: Mail) -> Finding:
    size = len(mail.html.encode())
    says = f"{size / 1024:.0f}\u00a0kB of HTML; Gmail shows {_GMAIL // 1024}\u00a0kB."
    return Finding("size", "ok" if size <= _GMAIL else "error", says)


def _lines(mail: Mail) -> Finding:
    long = [
        f"line {number}: {columns(line)} columns"
        for number, line in enumerate(mail.text.splitlines(), 1)
        # One word that cannot be broken is a link, or the like.
        if columns(line) > _COLUMNS and len(line.split()) > 1
    ]
    if long:
        says = f"{_count(long, 'line')} of text wider than {_COLUMNS} columns."
        return Finding("line lengths", "warning", says, long)
    return Finding("line lengths", "ok", f"At most {_COLUMNS} columns of text.")


def _links(document: Document) -> Finding:
    links = [
        (str(element.get(name)), element.sourceline)
        for element in document.elements()
        for name in ("href", "src", "background", "action")
        if element.get(name)
    ]
    bad = [
        f"{_short(link)} (line {line})"
        for link, line in links
        if urlsplit(link).scheme not in {"https", "cid", "mailto", "tel"} and not link.startswith("#")
    ]
    if bad:
        return Finding("links", "error", f"{_count(bad, 'address')} not https.", bad)
    return Finding("links", "ok", "All are https." if links else "No links.")


def _translations(mails: Mails, choice: Choice) -> Finding:
    english, own = load("en").SENTENCES, mails.renderer.own
    kind, _, identity = choice.brand.partition(" ")
    client, pool = (identity if kind == each else "" for each in ("client", "pool"))
    sentences = own.sentences(choice.language, client, pool)
    scopes = [own.scopes.get(scope, {}) for scope in {"", client, pool}]
    changed = {key for scope in scopes for key in scope.get("en", {})}
    here = {key for scope in scopes for key in scope.get(choice.language, {})}
    said = sentences.catalogue.SENTENCES
    missing = [
        key
        for key, text in english.items()
        if not _is_of_another(key, choice.mail) and choice.language != "en" and key not in here
        # What you say in English is not what core says in another language.
        if key not in sentences or key in changed or (said[key] == text and _has_words(text))
    ]
    if missing:
        return Finding("translations", "warning", f"{_count(missing, 'sentence')} to translate.", missing)
    return Finding("translations", "ok", "None is missing.")


def _is_of_another(key: str, slug: str) -> bool:
    """Whether a sentence belongs to another mail; those of all mails have no mail's name before them."""
    first = key.partition(".")[0]
    return first in SLUGS and first != slug


def _has_words(text: str | tuple[str, ...]) -> bool:
    """Whether there is anything to translate: a name or a single word may be the same in another language."""
    return len(re.sub(r"\{\w+\}|</?\w+>", "", text if isinstance(text, str) else text[-1]).split()) > 1


def _clients(document: Document, support: Support | None) -> Finding:
    if support is None:
        says = (
            "What clients drop is read from npm's caniemail: npm install caniemail, and start the preview in "
            "the same folder, or name its caniemail.json with --caniemail."
        )
        return Finding("clients", "note", says)
    dropped = [f"{name}: {', '.join(clients)}" for name, clients in support.dropped(document)]
    if dropped:
        says = f"{_count(dropped, 'feature')} that some clients drop, as of {support.date}."
        return Finding("clients", "note", says, dropped)
    return Finding("clients", "ok", f"None drops anything, as of {support.date}.")


def _count(found: list[str], one: str) -> str:
    many = one + ("es" if one.endswith("s") else "s")
    return f"{len(found)} {one if len(found) == 1 else many}"


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
