"""Reads a user pool, and updates it with one call that keeps all its other settings."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import click
from botocore.exceptions import BotoCoreError, ClientError

from .settings import differences, settable, unknown

_DESCRIBED = "after-call.cognito-identity-provider.DescribeUserPool"
_ADDRESS = re.compile(r"[^\s/<>\"']+@[^\s<>\"']+")


class Pool:
    """What AWS tells of a user pool at the moment.

    Raises:
        ClickException: AWS tells more than the installed boto3 could send back, and than may be reset.
        ClientError: AWS refuses, or there is no such pool.
        BotoCoreError: AWS cannot be asked.

    """

    def __init__(self, pool_id: str, let_reset: Collection[str] = ()) -> None:
        self.id = pool_id
        self._let_reset = let_reset
        self.region = pool_id.partition("_")[0]
        self._cognito = boto3.client("cognito-idp", region_name=self.region)
        self._told: bytes = b""
        self._wanted: dict[str, Any] = {}
        self._cognito.meta.events.register(_DESCRIBED, self._listen)
        self.settings, self.mfa = self._read()

    @property
    def account(self) -> str:
        """The number of the account that the pool is in."""
        return self.arn.split(":")[4]

    def refuse_other_region(self, what: str, region: str) -> None:
        """Raises UsageError where the function or the key is not in the pool's region."""
        if region != self.region:
            raise click.UsageError(
                f"The pool is in {self.region} and the {what} in {region}: Cognito wants both in one region."
            )

    @property
    def lambda_config(self) -> dict[str, Any]:
        """The functions that Cognito calls, and the key."""
        config: dict[str, Any] = self.settings.get("LambdaConfig", {})
        return config

    def update(self, lambda_config: dict[str, Any]) -> None:
        """Sets the Lambda configuration, and leaves everything else as it is: see `check`.

        Raises:
            ClickException: AWS refuses.

        """
        wanted = self.settings | {"LambdaConfig": lambda_config}
        try:
            self._cognito.update_user_pool(**wanted)
        except ClientError as error:  # whose text may quote the address that the pool sends from
            raise click.ClickException(f"AWS: {_without_addresses(error)}") from None
        self._wanted = wanted

    def check(self) -> None:
        """Looks whether `update`, if it was called, changed nothing else.

        Raises:
            ClickException: something else is not as it was, or the pool cannot be read.

        """
        if not self._wanted:
            return
        try:
            settings, mfa = self._read()
        except (BotoCoreError, ClientError, click.ClickException) as error:
            raise click.ClickException(
                f"The pool was updated, but could not be read again ({_without_addresses(error)}): see in "
                f"the console that its other settings are as they were{self._keep()}."
            ) from None
        changed = [*differences(self._wanted, settings), *differences(self.mfa, mfa, "MFA")]
        if changed:
            raise click.ClickException(
                f"The pool was updated, but not only as it should be: {', '.join(changed)} is not what was "
                f"sent; set it again in the console{self._keep()}."
            )

    def _keep(self) -> str:
        # A name of its own, since a second run would keep what the first one broke.
        path = Path(f"{self.id}.{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.before.json")
        try:
            made = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(made, "w", encoding="utf-8") as file:
                json.dump(self.settings | {"MFA": self.mfa}, file, indent=2)
        except OSError:
            return ""
        return f"; all the former settings stand in {path}"

    def _read(self) -> tuple[dict[str, Any], dict[str, Any]]:
        pool = self._cognito.describe_user_pool(UserPoolId=self.id)["UserPool"]
        operation = self._cognito.meta.service_model.operation_model
        described = operation("DescribeUserPool").output_shape.members["UserPool"]
        lost = {*unknown(json.loads(self._told)["UserPool"], described)} - {*self._let_reset}
        if lost:
            raise click.ClickException(
                f"The pool has settings that the installed boto3 ({boto3.__version__}) does not know, and "
                f"which UpdateUserPool may therefore reset: {', '.join(sorted(lost))}; pip install --upgrade "
                "boto3, or allow it for each with --let-reset"
            )
        self.arn: str = pool["Arn"]
        self.name: str = pool["Name"]
        # UpdateUserPool takes but one of these, and nobody says what becomes of the others.
        mfa = self._cognito.get_user_pool_mfa_config(UserPoolId=self.id)
        del mfa["ResponseMetadata"]
        return settable(pool, operation("UpdateUserPool").input_shape), mfa

    def _listen(self, http_response: Any, **_: Any) -> None:
        self._told = http_response.content


def _without_addresses(error: Exception) -> str:
    return _ADDRESS.sub("(address)", str(error))
