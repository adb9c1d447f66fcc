"""The KMS key that the pool encrypts with, and the statements that its policy lacks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
from botocore.exceptions import ClientError, ParamValidationError

from .function import Function
from .key_policy import Verdict, statement, verdict
from .pool import Pool


class Key:
    """A key in the pool's region, by its ARN.

    Raises:
        UsageError: it is in another region.

    """

    def __init__(self, arn: str, pool: Pool) -> None:
        pool.refuse_other_region("key", arn.split(":")[3])
        self.arn = arn
        self._under = f"under the condition kms:EncryptionContext:userpool-id = {pool.id}"
        self._pool_id = pool.id
        self._kms = boto3.client("kms", region_name=pool.region)

    def lacks_for_caller(self, role: str) -> Iterator[str]:
        """What keeps the caller from making the grant by which Cognito may use the key.

        KMS says so without making one, if asked with DryRun:
        https://docs.aws.amazon.com/kms/latest/developerguide/testing-permissions.html

        Raises:
            ClientError: there is no such key.

        """
        try:
            made = self._kms.create_grant(
                KeyId=self.arn,
                # Which principal Cognito names is not documented; this one is sure to exist.
                GranteePrincipal=role,
                Operations=["GenerateDataKey"],
                Constraints={"EncryptionContextEquals": {"userpool-id": self._pool_id}},
                DryRun=True,
            )
        except ParamValidationError:  # of DryRun
            yield "Whether you have kms:CreateGrant on the key is unknown: this boto3 is too old to ask."
        except ClientError as error:
            code = _code(error)
            if code == "NotFoundException":
                raise
            if code == "AccessDeniedException":
                yield (
                    "KMS does not let you create a grant on the key, as Cognito is to do in your name: "
                    "unless a policy lets AWS services alone do it, allow yourself kms:CreateGrant, best "
                    f"{self._under}."
                )
            elif code != "DryRunOperationException":
                yield f"Whether you have kms:CreateGrant on the key is unknown: KMS says {code}."
        else:  # a stand-in that does not know DryRun
            self._kms.revoke_grant(KeyId=self.arn, GrantId=made["GrantId"])

    def lacks_for_function(self, function: Function) -> Iterator[str]:
        """What keeps the function from decrypting, as far as its settings and the key's policy tell."""
        if function.has_queue:  # it had better not be able to
            yield (
                "The function hands its events to a queue: the one that works that off is who needs "
                f"kms:Decrypt on the key, best {self._under}."
            )
            return
        if function.keys and self.arn not in function.keys:
            yield (
                "The function reads what is encrypted with another key: "
                f"set its MAILROOM_KMS_KEY_ARN to {','.join((*function.keys, self.arn))}."
            )
        role = function.role
        try:
            policy: str = self._kms.get_key_policy(KeyId=self.arn, PolicyName="default")["Policy"]
        except ClientError as error:
            yield (
                "Whether the function's role may decrypt is unknown: KMS does not show you the key's policy "
                f"({_code(error)}); {role} needs kms:Decrypt."
            )
            return
        match verdict(policy, role, self._pool_id):
            case Verdict.LEFT_TO_IAM:
                yield (
                    f"The key's policy leaves it to IAM who decrypts: see that a policy of {role} allows "
                    f"kms:Decrypt on the key, best {self._under}."
                )
            case Verdict.NOT_ALLOWED:
                yield (
                    "The key's policy does not plainly let the function decrypt: add this statement to it, "
                    f"{statement(role, self._pool_id)}"
                )
            case Verdict.ALLOWED:
                pass


def _code(error: ClientError) -> Any:
    return error.response["Error"]["Code"]
