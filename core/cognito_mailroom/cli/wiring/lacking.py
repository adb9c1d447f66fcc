"""What the key still lacks, for whoever attaches and for the function."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import click
from botocore.exceptions import ClientError

from .key_policy import Verdict, statement, verdict
from .pool import Pool


def for_caller(pool: Pool, key_arn: str, role: str) -> Iterator[str]:
    """What keeps the caller from making the grant by which Cognito may use the key.

    KMS says so without making one, if asked with DryRun:
    https://docs.aws.amazon.com/kms/latest/developerguide/testing-permissions.html

    Raises:
        ClientError: there is no such key.

    """
    kms = boto3.client("kms", region_name=pool.region)
    try:
        made = kms.create_grant(
            KeyId=key_arn,
            # Which principal Cognito names is not documented; this one is sure to exist.
            GranteePrincipal=role,
            Operations=["GenerateDataKey"],
            Constraints={"EncryptionContextEquals": {"userpool-id": pool.id}},
            DryRun=True,
        )
    except ClientError as error:
        code = _code(error)
        if code == "NotFoundException":
            raise
        if code == "AccessDeniedException":
            yield (
                "KMS does not let you create a grant on the key, as Cognito is to do in your name: unless a "
                f"policy lets AWS services alone do it, allow yourself kms:CreateGrant, best {_under(pool)}."
            )
        elif code != "DryRunOperationException":
            yield f"Whether you may create a grant on the key (kms:CreateGrant) is unknown: KMS says {code}."
    else:  # a stand-in that does not know DryRun
        kms.revoke_grant(KeyId=key_arn, GrantId=made["GrantId"])


def for_function(pool: Pool, key_arn: str, role: str) -> Iterator[str]:
    """What keeps the function from decrypting, as far as the key's policy tells."""
    kms = boto3.client("kms", region_name=pool.region)
    try:
        policy: str = kms.get_key_policy(KeyId=key_arn, PolicyName="default")["Policy"]
    except ClientError as error:
        yield (
            f"Whether the function's role may decrypt is unknown: KMS does not show you the key's policy "
            f"({_code(error)}); {role} needs kms:Decrypt."
        )
        return
    match verdict(policy, role, pool.id):
        case Verdict.LEFT_TO_IAM:
            yield (
                f"The key's policy leaves it to IAM who decrypts: see that a policy of {role} allows "
                f"kms:Decrypt on the key, best {_under(pool)}."
            )
        case Verdict.NOT_ALLOWED:
            yield (
                "The key's policy does not plainly let the function decrypt: add this statement to it, "
                f"{statement(role, pool.id)}"
            )
        case Verdict.ALLOWED:
            pass


def _under(pool: Pool) -> str:
    return f"under the condition kms:EncryptionContext:userpool-id = {pool.id}"


def _code(error: ClientError) -> Any:
    return error.response["Error"]["Code"]


def warn(gaps: Iterator[str]) -> None:
    """Prints each gap, beside what the command prints else."""
    for gap in gaps:
        click.secho(f"! {gap}", fg="yellow", err=True)
