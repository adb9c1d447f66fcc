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
                "you may not create a grant on the key, and Cognito needs one of you: allow yourself kms:CreateGrant "
                f"on it, best under the condition kms:EncryptionContext:userpool-id = {pool.id}."
            )
        elif code != "DryRunOperationException":
            yield f"whether you may create a grant on the key (kms:CreateGrant) is not clear: KMS says {code}."
    else:  # a stand-in that does not know DryRun
        kms.revoke_grant(KeyId=key_arn, GrantId=made["GrantId"])


def for_function(pool: Pool, key_arn: str, role: str) -> Iterator[str]:
    """What keeps the function from decrypting, as far as the key's policy tells."""
    kms = boto3.client("kms", region_name=pool.region)
    try:
        policy: str = kms.get_key_policy(KeyId=key_arn, PolicyName="default")["Policy"]
    except ClientError as error:
        yield (
            f"whether the function's role may decrypt is not clear: KMS does not show you the key's policy "
            f"({_code(error)}); {role} needs kms:Decrypt."
        )
        return
    match verdict(policy, role, pool.id):
        case Verdict.LEFT_TO_IAM:
            yield (
                f"the key's policy leaves it to IAM who decrypts: see that a policy of {role} allows kms:Decrypt "
                f"on the key, best under the condition kms:EncryptionContext:userpool-id = {pool.id}."
            )
        case Verdict.NOT_ALLOWED:
            yield (
                "the key's policy does not plainly let the function decrypt: add this statement to it, "
                f"{statement(role, pool.id)}"
            )
        case Verdict.ALLOWED:
            pass


def _code(error: ClientError) -> Any:
    return error.response["Error"]["Code"]


def warn(gaps: Iterator[str]) -> None:
    """Prints each gap, where it does not disturb a pipe."""
    for gap in gaps:
        click.secho(f"Lacking: {gap}", fg="yellow", err=True)
