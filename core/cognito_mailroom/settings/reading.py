"""Reads a class of settings from the environment, variable by variable.

Values are converted one by one, so that one error can name every variable that is missing or malformed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import attrs
import environ
from environ import _environ_config

from cognito_mailroom.notification import Secret

from .problems import Problems
from .secret_references import References
from .suggestions import nearest_variable

T = TypeVar("T")


@attrs.frozen
class Variable:
    """One environment variable that a class of settings reads."""

    name: str
    required: bool
    default: Any
    help: str
    convert: Any

    @property
    def is_secret(self) -> bool:
        """Whether its value must never be shown."""
        return self.convert is Secret


def variables(settings_class: type, prefix: str | None = None) -> Iterator[Variable]:
    """Every variable of a class of settings, its groups' included, in order of declaration."""
    if prefix is None:
        prefix = str(_environ_config._get_prefix(settings_class))  # type: ignore[no-untyped-call]  # noqa: SLF001
    for field in attrs.fields(settings_class):
        entry = field.metadata["environ_config"]
        own_name = (entry.sub_cls and entry.sub_cls._prefix) or field.name  # noqa: SLF001
        name = entry.name or "_".join(filter(None, (prefix, own_name))).upper()
        if entry.sub_cls is not None:
            yield from variables(entry.sub_cls, name)
        else:
            required = isinstance(entry.default, _environ_config.Raise)
            default = None if required else entry.default
            yield Variable(name, required, default, entry.help or "", field.converter)


def declared_prefix(settings_class: type) -> str:
    """What the class says that its variables begin with; empty where it says nothing."""
    prefix = settings_class._prefix  # type: ignore[attr-defined]  # noqa: SLF001
    return prefix.upper() if isinstance(prefix, str) else ""


def read(
    settings_class: type[T],
    environment: Mapping[str, str],
    problems: Problems,
    references: References | None = None,
) -> T | None:
    """The settings from the environment, where an empty variable counts as missing.

    Adds a clause to ``problems`` for every variable that is missing, malformed or refers to what cannot be
    had, and returns None if there is any. No clause repeats a value. ``references`` remember what was looked
    up for other classes; without, it is looked up for this one.
    """
    found, given = len(problems), {}
    references = references or References()
    known = list(variables(settings_class))
    for variable in known:
        value = environment.get(variable.name, "")
        if variable.is_secret:
            value = value.rstrip("\r\n")  # as files end
        if value.strip():
            try:
                given[variable.name] = resolved = references.resolve(value)
            except ValueError as error:
                problems.add(f"{variable.name}: {error}")
                continue
            try:
                if variable.convert is not None:
                    variable.convert(resolved)
            except ValueError as error:
                problems.add(f"{variable.name} is malformed" + _reason(error, resolved))
        elif variable.required:
            said = f"{variable.name} is missing" + (f" ({variable.help})" if variable.help else "")
            problems.add(said + _near_miss(variable.name, known, environment))
    return None if len(problems) > found else environ.to_config(settings_class, given)


def _near_miss(missing: str, known: Sequence[Variable], environment: Mapping[str, str]) -> str:
    """What is set in its place, perhaps: ``MAILROM_FROM``."""
    own = {variable.name for variable in known}
    others = [name for name in environment if "_" in name and name not in own and environment[name].strip()]
    near = nearest_variable(missing, others)
    return f", but {near} is set" if near else ""


def _reason(error: ValueError, value: str) -> str:
    """What a converter says, unless it quotes any of the value, as ``int`` does."""
    said = str(error)
    quoted = re.findall(r"""['"](.*?)['"]""", said)
    return "" if repr(value)[:20] in said or any(part and part in value for part in quoted) else f": {said}"
