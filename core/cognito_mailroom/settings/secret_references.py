"""Looks up settings that refer to a secret: ``secretsmanager:NAME[#FIELD]`` and ``ssm:NAME``.

AWS is asked at start, and only where a setting refers to it; and again where a provider refuses what was
found then, since a secret may have been rotated meanwhile.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from functools import cached_property
from math import inf
from time import monotonic
from typing import Any

from cognito_mailroom.deadline import Deadline
from cognito_mailroom.errors import MailroomError

from .reference_forms import MANAGER, STORE, is_reference

_log = logging.getLogger("cognito_mailroom")
_START_SECONDS = 8.0  # for all of them; Lambda ends a start after ten
_REREAD_SECONDS = 60.0


class References:
    """What the settings of a process refer to; each secret is fetched once, for all its fields.

    Every look-up ends with ``deadline``, which is eight seconds from now unless it is given or set.
    """

    def __init__(self, deadline: Deadline | None = None, clock: Callable[[], float] = monotonic) -> None:
        self.deadline = deadline or Deadline(_START_SECONDS)
        self._clock = clock
        self._fetched: dict[str, str] = {}
        self._reread_at: dict[str, float] = {}

    def resolve(self, value: str) -> str:
        """What a setting's value refers to, or the value itself if it is no reference.

        Raises:
            ValueError: it cannot be had, or looks like a reference and is none; the text names at most the
                reference, and never what it led to.

        """
        if not is_reference(value):
            return value
        source, _ = _parts(value)
        if source not in self._fetched:
            self._fetched[source] = self._fetch(source)
        return self._found(value)

    def state(self, values: Iterable[str]) -> dict[str, int]:
        """What some settings refer to, with a hash of what each led to the last time."""
        return {value: self._hash(value) for value in values if value.startswith((MANAGER, STORE))}

    def reread(self, values: Iterable[str], deadline: Deadline) -> None:
        """Looks up again what these settings refer to, each secret at most once a minute.

        One that cannot be had stays as it is.
        """
        self.deadline = deadline
        for source in dict.fromkeys(_parts(value)[0] for value in self.state(values)):
            if self._clock() - self._reread_at.get(source, -inf) < _REREAD_SECONDS:
                continue
            self._reread_at[source] = self._clock()
            try:
                self._fetched[source] = self._fetch(source)
            except ValueError as error:
                _log.warning("A reference cannot be looked up again: %s", error)

    def _found(self, value: str) -> str:
        source, field = _parts(value)
        found = _pick(self._fetched.get(source, ""), field, value).strip()
        if not found:  # what is stripped is a line break at the end, which is easily stored along
            raise ValueError(f"{value} is empty")
        return found

    def _hash(self, value: str) -> int:
        try:
            return hash(self._found(value))
        except ValueError as error:
            return hash(str(error))

    def _fetch(self, source: str) -> str:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return self._ask(source)
        except ClientError as error:
            reason = f" ({error.response['Error']['Code']})"
        except BotoCoreError as error:
            reason = f" ({type(error).__name__})"
        except MailroomError as error:  # the connection's own
            reason = f": {str(error).rstrip('.')}"
        raise ValueError(f"{source} cannot be read{reason}")

    def _ask(self, source: str) -> str:
        scheme, _, name = source.partition(":")
        client, connection = self._secrets if scheme == "secretsmanager" else self._parameters
        connection.deadline = self.deadline
        if scheme == "secretsmanager":
            return str(client.get_secret_value(SecretId=name).get("SecretString", ""))
        return str(client.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])

    @cached_property
    def _secrets(self) -> tuple[Any, Any]:
        return _client("secretsmanager")

    @cached_property
    def _parameters(self) -> tuple[Any, Any]:
        return _client("ssm")


def _client(service: str) -> tuple[Any, Any]:
    """A client, and the connection whose deadline bounds its calls."""
    from cognito_mailroom.transport.aws import BRIEF, BRIEF_SECONDS, aws_client, keep_connection

    client = aws_client(service, config=BRIEF)
    return client, keep_connection(client, BRIEF_SECONDS)


def _parts(reference: str) -> tuple[str, str]:
    """Where a reference leads, and the field that it names there."""
    source, _, field = reference.partition("#") if reference.startswith(MANAGER) else (reference, "", "")
    return source, field


def _pick(secret: str, field: str, reference: str) -> str:
    """The field of a secret, or all of one that has none."""
    try:
        fields = json.loads(secret) if field or secret.lstrip().startswith("{") else None
    except ValueError:
        fields = None
    if not field:
        if isinstance(fields, dict) and reference.startswith(MANAGER):
            raise ValueError(f"{reference} is a JSON object: name the field that is meant, {reference}#FIELD")
        return secret
    if not isinstance(fields, dict) or field not in fields:
        raise ValueError(f"{reference} cannot be read: the secret is not JSON with that field")
    value = fields[field]
    if isinstance(value, dict | list):
        raise ValueError(f"{reference} is no text: name a field that is one")  # noqa: TRY004 - the operator's
    return value if isinstance(value, str) else json.dumps(value)
