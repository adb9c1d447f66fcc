"""Resolves settings that refer to a secret: ``secretsmanager:NAME[#FIELD]`` and ``ssm:NAME``.

boto3 is asked at start, and only where a setting refers to one.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from cognito_mailroom.errors import MailroomError

_MANAGER, _STORE = "secretsmanager:", "ssm:"


class References:
    """Looks values up while one class of settings is read; each secret is fetched once for all its fields."""

    def __init__(self) -> None:
        self._fetched: dict[str, str] = {}

    def resolve(self, value: str) -> str:
        """What a setting's value refers to, or the value itself if it is no reference.

        Raises:
            ValueError: it cannot be had; the text names the reference and never what it led to.

        """
        if not value.startswith((_MANAGER, _STORE)):
            return value
        from botocore.exceptions import BotoCoreError, ClientError

        source, _, field = value.partition("#") if value.startswith(_MANAGER) else (value, "", "")
        try:
            if source not in self._fetched:
                self._fetched[source] = self._fetch(source)
        except ClientError as error:
            raise ValueError(f"{value} cannot be read ({error.response['Error']['Code']})") from None
        except BotoCoreError as error:
            raise ValueError(f"{value} cannot be read ({type(error).__name__})") from None
        except MailroomError as error:  # the connection's own
            raise ValueError(f"{value} cannot be read: {str(error).rstrip('.')}") from None
        found = _pick(self._fetched[source], field, value) if field else self._fetched[source]
        if not (found := found.strip()):  # a line break at the end is easily stored along
            raise ValueError(f"{value} is empty")
        return found

    def _fetch(self, source: str) -> str:
        if source.startswith(_MANAGER):
            answer = self._secrets.get_secret_value(SecretId=source.removeprefix(_MANAGER))
            return str(answer.get("SecretString", ""))
        answer = self._parameters.get_parameter(Name=source.removeprefix(_STORE), WithDecryption=True)
        return str(answer["Parameter"]["Value"])

    @cached_property
    def _secrets(self) -> Any:
        from cognito_mailroom.transport.aws import brief_client

        return brief_client("secretsmanager")

    @cached_property
    def _parameters(self) -> Any:
        from cognito_mailroom.transport.aws import brief_client

        return brief_client("ssm")


def _pick(secret: str, field: str, reference: str) -> str:
    try:
        value = json.loads(secret)[field]
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{reference} cannot be read: the secret is not JSON with that field") from None
    return value if isinstance(value, str) else json.dumps(value)
