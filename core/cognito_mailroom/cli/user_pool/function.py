"""The Lambda function to attach or detach, as Lambda describes it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import Any

import boto3
import click
from botocore.exceptions import ClientError

from .pool import Pool

_NAME = re.compile(
    r"(?a)(?:arn:aws[a-z-]*:lambda:([a-z0-9-]+):(\d{12}):function:)?([\w-]{1,64})(?::(\$LATEST|[\w-]{1,128}))?"
)


class Function:
    """A function by its name or ARN, of an alias or a version where one is wanted.

    Raises:
        UsageError: the text names no function, or none in the pool's region.

    """

    def __init__(self, text: str, pool: Pool) -> None:
        if not (match := _NAME.fullmatch(text)):
            raise click.UsageError(
                "--function wants the name or the ARN of a function, NAME, NAME:ALIAS or "
                "arn:aws:lambda:REGION:ACCOUNT:function:NAME[:ALIAS]."
            )
        region, account, name, qualifier = match.groups()
        pool.refuse_other_region("function", region or pool.region)
        partition = pool.arn.split(":")[1]
        self.unqualified = f"arn:{partition}:lambda:{pool.region}:{account or pool.account}:function:{name}"
        self.arn = f"{self.unqualified}:{qualifier}" if qualifier else self.unqualified
        """As the pool names it."""
        self.which = {"FunctionName": self.unqualified} | ({"Qualifier": qualifier} if qualifier else {})
        """As Lambda's operations want it."""
        self.client = boto3.client("lambda", region_name=pool.region)

    def otherwise_named(self, arn: str) -> bool:
        """Whether an ARN is of this function too, but of another alias or version."""
        return arn != self.arn and f"{arn}:".startswith(f"{self.unqualified}:")

    @property
    def role(self) -> str:
        """The ARN of the role that it runs as; raises ClientError if there is no such function."""
        role: str = self._configuration["Role"]
        return role

    @property
    def has_queue(self) -> bool:
        """Whether it only hands its events to a queue, and another function reads them."""
        return bool(self._variables.get("MAILROOM_QUEUE_URL"))

    @property
    def keys(self) -> list[str]:
        """The keys whose messages it reads, as far as its settings name them plainly."""
        named = self._variables.get("MAILROOM_KMS_KEY_ARN", "").split(",")
        return [arn.strip() for arn in named if ":kms:" in arn]

    @property
    def _variables(self) -> dict[str, str]:
        variables: dict[str, str] = self._configuration.get("Environment", {}).get("Variables", {})
        return variables

    @cached_property
    def _configuration(self) -> dict[str, Any]:
        configuration: dict[str, Any] = self.client.get_function_configuration(**self.which)
        return configuration


def unless_missing(ask: Callable[..., dict[str, Any]], **what: str) -> dict[str, Any]:
    """What Lambda answers; nothing where the function, or what it is asked of it, is not there."""
    try:
        return ask(**what)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return {}
