"""The keys of ``brand.toml``: what each may say. Every function raises ValueError with what is wanted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from cognito_mailroom.address import Address, has_controls
from cognito_mailroom.settings.suggestions import did_you_mean

from . import contrast
from .brand_images import Images
from .language_tags import canonical

_WIDTHS = range(16, 561)


def converters(images: Images, known_languages: Iterable[str] | None) -> dict[str, Callable[[Any], Any]]:
    """By key, what makes a value of what TOML says."""

    def logo(value: object) -> str:
        said = _text(value)
        if re.match(r"(?i)[a-z][a-z0-9+.-]+:", said):
            return _url(said, "a file beside brand.toml, or an https URL")
        return images.source(said) if said else ""

    return {
        "name": _name,
        "from": _address,
        "reply_to": lambda value: _address(value) if value != "" else None,
        "logo": logo,
        "logo_dark": logo,
        "logo_width": _width,
        "accent": lambda value: _readable(_colour(value), contrast.LIGHT),
        "accent_dark": lambda value: _readable(_colour(value), contrast.DARK),
        "sign_in_url": _url,
        "reset_url": _url,
        "support_url": _url,
        "postal_address": _text,
        "languages": lambda value: _languages(value, known_languages),
        "code_in_subject": _switch,
        "code_in_preheader": _switch,
    }


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("want a text in quotes")  # noqa: TRY004 - a reader of a file knows no types
    if has_controls(value):
        raise ValueError("it contains a line break or another control character: write it on one line")
    return value.strip()


def _name(value: object) -> str:
    if not (name := _text(value)):
        raise ValueError("it is empty: want a name, or leave the key out")
    return name


def _address(value: object) -> Address:
    try:
        return Address.parse(_text(value))
    except ValueError as error:
        raise ValueError(f"{error} (want NAME <no-reply@acme.example>)") from None


def _width(value: object) -> int:
    if not isinstance(value, int) or value not in _WIDTHS:
        raise ValueError(f"want a number of pixels from {_WIDTHS[0]} to {_WIDTHS[-1]}, without quotes")
    return value


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("want true or false, without quotes")  # noqa: TRY004
    return value


def _url(value: object, wanted: str = "an https URL") -> str:
    url = _text(value)
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ValueError(f"the URL is malformed: want {wanted}") from None
    if re.search(r'[\s<>"\\]', url) or not url.isprintable():
        raise ValueError(f"the URL has a blank or another character in it that none may have: want {wanted}")
    if url and (parts.scheme != "https" or not parts.hostname):
        raise ValueError(f"want {wanted}")
    if parts.username is not None or parts.password is not None:
        raise ValueError(
            "the URL has a user name or password in it, which every reader would see: leave it off"
        )
    return url


def _colour(value: object) -> str:
    colour = _text(value).lower()
    if re.fullmatch(r"#[0-9a-f]{3}", colour):
        colour = "#" + "".join(digit * 2 for digit in colour[1:])
    if not re.fullmatch(r"#[0-9a-f]{6}", colour):
        raise ValueError('want a colour such as "#0b5fff" or "#05f"')
    return colour


def _readable(colour: str, backgrounds: dict[str, str]) -> str:
    background, found = contrast.worst(colour, backgrounds)
    if found < contrast.LEAST:
        raise ValueError(
            f"{colour} on {backgrounds[background]}, {background}, has a contrast of "
            f"{int(found * 100) / 100:.2f} : 1, want {contrast.LEAST} : 1 at least, "
            f"as {contrast.nearest(colour, backgrounds)} has"
        )
    return colour


def _languages(value: object, known: Iterable[str] | None) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError('want a list of language tags such as ["en", "de"], or leave the key out for all')
    tags = tuple(_tag(each) for each in value)
    for tag in tags:
        if tags.count(tag) > 1:
            raise ValueError(f"{tag} occurs twice")
        if known is not None and tag not in (known := list(known)):
            raise ValueError(f"there are no mails in {tag}{did_you_mean(tag, known)}")
    return tags


def _tag(value: object) -> str:
    """As BCP 47 has its capitals: ``zh-Hans-CN``."""
    with suppress(ValueError):
        if isinstance(value, str) and "_" not in value:
            return canonical(value)
    raise ValueError("one is no language tag: want such as de, pt-BR or zh-Hans, with hyphens")
