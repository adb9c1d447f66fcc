"""Renders the skeleton of a plugin project under a name of its own."""

from __future__ import annotations

import errno
import re
from importlib import metadata
from pathlib import Path

import jinja2
from attrs import Attribute, field, frozen

from cognito_mailroom.cli.replacing import replacing

# Longer ones would break lines of the skeleton that its formatter wants whole.
_MAX_LENGTH = 20
_PLAIN = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_TAKEN = {"aws", "cognito", "mailroom"}
_SKELETON = Path(__file__).parent / "skeleton"


def _check(_: object, __: Attribute[str], name: str) -> None:
    if not _PLAIN.fullmatch(name):
        raise ValueError("want lower-case letters and digits, joined by single hyphens, such as acme-mail")
    if len(name) > _MAX_LENGTH:
        raise ValueError(f"want at most {_MAX_LENGTH} characters")
    if (first := name.partition("-")[0]) in _TAKEN:
        raise ValueError(f"variables that begin with {first.upper()}_ are spoken for: choose another name")


@frozen
class Name:
    """The provider's name, and what it is called in each place; raises ValueError for what cannot be one."""

    provider: str = field(validator=_check)

    @property
    def distribution(self) -> str:
        """What pip installs: ``cognito-mailroom-acme-mail``."""
        return f"cognito-mailroom-{self.provider}"

    @property
    def package(self) -> str:
        """What Python imports: ``cognito_mailroom_acme_mail``."""
        return self.distribution.replace("-", "_")

    @property
    def prefix(self) -> str:
        """What the settings begin with: ``ACME_MAIL``."""
        return self.provider.replace("-", "_").upper()

    @property
    def camel(self) -> str:
        """What the classes begin with: ``AcmeMail``."""
        return "".join(part.capitalize() for part in self.provider.split("-"))

    @property
    def title(self) -> str:
        """What people read: ``Acme Mail``."""
        return " ".join(part.capitalize() for part in self.provider.split("-"))


def write(name: Name, folder: Path) -> int:
    """Writes the project into a folder, which must be new or empty; returns the number of files.

    Raises:
        OSError: the folder has something in it, or cannot be written to.

    """
    if folder.is_dir() and any(folder.iterdir()):
        raise FileExistsError(errno.EEXIST, "it is not empty: remove it, or name another place with --out")
    with replacing(folder, folder=True) as made:
        return _render(name, made)


def _render(name: Name, folder: Path) -> int:
    jinja = jinja2.Environment(  # noqa: S701 - nothing of it is HTML
        keep_trailing_newline=True, undefined=jinja2.StrictUndefined
    )
    sources = sorted(_SKELETON.rglob("*.jinja"))
    for source in sources:
        place = str(source.relative_to(_SKELETON).with_suffix(""))
        target = folder / place.replace("dot-", ".").replace("PACKAGE", name.package)
        target.parent.mkdir(parents=True, exist_ok=True)
        written = jinja.from_string(source.read_text("utf-8")).render(name=name, core=_core())
        target.write_text(written, "utf-8")
    return len(sources)


def _core() -> str:
    """The versions of core that the plugin can rely on: hooks of 0.x may change with a minor version."""
    major, minor, *_ = metadata.version("cognito-mailroom").split(".")
    return f">={major}.{minor},<" + (f"0.{int(minor) + 1}" if major == "0" else str(int(major) + 1))
