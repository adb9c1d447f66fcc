"""What mails show of a client or pool: its name, sender, logo, colours and links.

Only the operator's ``brand.toml`` says so, never what a user or an app sends along.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from cognito_mailroom.address import Address
from cognito_mailroom.errors import ConfigurationError
from cognito_mailroom.message import InlineImage
from cognito_mailroom.settings.problems import Problems

FILE = "brand.toml"
_ADDRESSES = ("sender", "reply_to")


@frozen(kw_only=True, repr=False)  # what attrs writes for a class is paid at every cold start
class Brand:
    """What mails show; what is not known is an empty text. Colours are ``#rrggbb``."""

    name: str
    sender: Address
    reply_to: Address | None = None
    logo: str = ""
    """What ``<img src>`` says: ``cid:logo`` for an image sent along, or an https URL."""
    logo_dark: str = ""
    logo_width: int = 120
    """In CSS pixels."""
    accent: str = "#1f4b8f"
    """Of links, and what buttons are filled with."""
    accent_dark: str = "#a8c7fa"
    on_accent: str = "#ffffff"
    """Of the words on a button."""
    on_accent_dark: str = "#0b1a2b"
    sign_in_url: str = ""
    reset_url: str = ""
    support_url: str = ""
    postal_address: str = ""
    languages: tuple[str, ...] = ()
    """Tags of BCP 47, the one for users without a language first; empty for all there are."""
    code_in_subject: bool = False
    code_in_preheader: bool = True
    inline_images: tuple[InlineImage, ...] = ()


@frozen(kw_only=True, repr=False, eq=False)
class Brands:
    """The brands of clients and pools, each as the values of `Brand`'s fields that it says itself."""

    fallback: Brand
    default: Mapping[str, Any] = {}
    clients: Mapping[str, Mapping[str, Any]] = {}
    pools: Mapping[str, Mapping[str, Any]] = {}
    images: Mapping[str, InlineImage] = {}
    """By content id."""
    files: Mapping[str, str] = {}
    """What each image is called in the folder, by content id."""

    @classmethod
    def read(
        cls,
        folder: Path | None,
        fallback: Brand,
        problems: Problems,
        known_languages: Iterable[str] | None = None,
    ) -> Brands:
        """Reads ``brand.toml``, and adds all that is wrong with it to ``problems``.

        ``fallback`` is what the settings say; without a file it is all there is. Languages that are not
        among the known ones are a fault, where these are given.
        """
        if folder is None or FILE not in os.listdir(folder):  # noqa: PTH208 - a link to nowhere is a fault
            return cls(fallback=fallback)
        from .brand_file import read  # with tomllib and all the checks

        return cls(fallback=fallback, **read(folder / FILE, problems, known_languages))

    def of(self, client_id: str | None, pool_id: str) -> Brand:
        """Key by key what the client says, else its pool, else ``[brand]``, else the settings."""
        told = {**self.default, **self.pools.get(pool_id, {}), **self.clients.get(client_id or "", {})}
        brand = evolve(self.fallback, **told)
        ids = dict.fromkeys(src.removeprefix("cid:") for src in (brand.logo, brand.logo_dark))
        images = tuple(self.images[each] for each in ids if each in self.images)
        return evolve(brand, inline_images=images)

    def all(self) -> dict[str, Brand]:
        """Each brand that differs from those before it: ``default``, ``client ID``, ``pool ID``."""
        brands = {"default": self.of(None, "")}
        brands |= {f"client {client}": self.of(client, "") for client in self.clients}
        brands |= {f"pool {pool}": self.of(None, pool) for pool in self.pools}
        distinct: dict[str, Brand] = {}
        for label, brand in brands.items():
            if brand not in distinct.values():
                distinct[label] = brand
        return distinct

    def to_json(self) -> str:
        """For a bundle: what `from_json` reads without another check. Images stay files."""
        import json

        said = {"default": self.default, "clients": self.clients, "pools": self.pools, "files": self.files}
        said["media_types"] = {each: image.media_type for each, image in self.images.items()}
        return json.dumps(said, default=lambda address: address.formatted, ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, text: str, folder: Path, fallback: Brand) -> Brands:
        """What `to_json` wrote, with the images of the folder.

        Raises:
            ConfigurationError: an image is no longer there.

        """
        import json

        said = json.loads(text)
        return cls(
            fallback=fallback,
            default=_restored(said["default"]),
            clients={each: _restored(entry) for each, entry in said["clients"].items()},
            pools={each: _restored(entry) for each, entry in said["pools"].items()},
            images={
                each: _image(each, media_type, folder / said["files"][each])
                for each, media_type in said["media_types"].items()
            },
            files=said["files"],
        )


def _restored(entry: dict[str, Any]) -> dict[str, Any]:
    for key in _ADDRESSES:
        if entry.get(key):
            entry[key] = Address.parse(entry[key])
    if "languages" in entry:
        entry["languages"] = tuple(entry["languages"])
    return entry


def _image(content_id: str, media_type: str, file: Path) -> InlineImage:
    try:
        return InlineImage(content_id=content_id, media_type=media_type, content=file.read_bytes())
    except OSError as error:
        raise ConfigurationError(
            f"The image {file.name} of {FILE} cannot be read: {error.strerror}."
        ) from None
