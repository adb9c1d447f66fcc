"""Encrypts codes and builds events as Cognito does.

Nothing of the shape of either is documented in full; it was read off messages of live user pools.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import aws_encryption_sdk
from aws_encryption_sdk.identifiers import Algorithm, CommitmentPolicy
from aws_encryption_sdk.key_providers.kms import KMSMasterKey

from cognito_mailroom import Trigger

POOL_ID = "eu-west-1_AbCdEfGhI"
CLIENT_ID = "1example23456789"

_FRAME_LENGTH = 4096

_PROFILE = {
    "sub": "3f0cbb6e-2d7e-4c35-9f44-0a5f1d5b8a11",
    "email": "alex@example.com",
    "email_verified": "false",
    "cognito:user_status": "UNCONFIRMED",
    "given_name": "Alex",
}
# Not a profile, and without an address: the facts of the sign-in that looked like somebody else's.
_TAKE_OVER = {
    "EVENT_ID": "5a7c3f2e-91d4-4b0e-8a56-1f2d3c4b5a69",
    "USER_NAME": "3f0cbb6e-2d7e-4c35-9f44-0a5f1d5b8a11",
    "IP_ADDRESS": "203.0.113.7",
    "ACCOUNT_TAKE_OVER_ACTION": "NO_ACTION",
    "ONE_CLICK_LINK_VALID": "https://auth.example.com/feedback?value=Valid",
    "ONE_CLICK_LINK_INVALID": "https://auth.example.com/feedback?value=Invalid",
    "LOGIN_TIME": "Friday, March 19, 2021 02:25 PM UTC",
    "FEEDBACK_TOKEN": "eyJhbGciOiJub25lIn0.e30.",
    "CITY": "Zurich",
    "COUNTRY": "Switzerland",
    "DEVICE_NAME": "Firefox, Linux",
}


def escape_password(password: str) -> str:
    """What Cognito does to temporary passwords, and to nothing else, before it encrypts them.

    Source: https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-email-sender.html
    """
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        password = password.replace(char, entity)
    return password


def encrypt(
    secret: str,
    *,
    pool_id: str | None,
    key_arn: str,
    client: Any,
    escape: bool = False,
    committing: bool = False,
) -> str:
    """A secret as the ``code`` of an event: base64 of an AWS Encryption SDK message.

    Message format 1 under the signed suite 0x0378, as live user pools write it; or, ``committing``,
    format 2 under suite 0x0578, as emulators do. Without a ``pool_id`` the encryption context does
    not tell the pool, as emulators' does not. ``escape`` is
    for temporary passwords, ``client`` a KMS client.
    """
    if committing:
        policy = CommitmentPolicy.REQUIRE_ENCRYPT_ALLOW_DECRYPT
        suite = Algorithm.AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384
    else:
        policy = CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT
        suite = Algorithm.AES_256_GCM_IV12_TAG16_HKDF_SHA384_ECDSA_P384
    ciphertext, _ = aws_encryption_sdk.EncryptionSDKClient(commitment_policy=policy).encrypt(
        source=(escape_password(secret) if escape else secret).encode(),
        key_provider=KMSMasterKey(key_id=key_arn, client=client),
        algorithm=suite,
        encryption_context={"userpool-id": pool_id} if pool_id else {},
        frame_length=_FRAME_LENGTH,
    )
    return base64.b64encode(ciphertext).decode()


def event(
    trigger: str,
    code: str | None = None,
    *,
    attributes: Mapping[str, str] | None = None,
    client_metadata: Mapping[str, str] | None = None,
    **overrides: Any,
) -> dict[str, Any]:
    """An event as Cognito sends it, as a fresh dictionary.

    ``attributes`` are added to those of a made-up user, or, for a take-over notice, to its facts;
    ``overrides`` replace keys of the event itself, such as ``userPoolId``.
    """
    take_over = trigger.lower() == Trigger.ACCOUNT_TAKE_OVER_NOTIFICATION.lower()
    return {
        "version": "1",
        "triggerSource": str(trigger),
        "region": "eu-west-1",
        "userPoolId": POOL_ID,
        "userName": _PROFILE["sub"],
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": CLIENT_ID},
        "request": {
            "type": "customEmailSenderRequestV1",
            "code": code,
            "clientMetadata": None if client_metadata is None else dict(client_metadata),
            "userAttributes": {**(_TAKE_OVER if take_over else _PROFILE), **(attributes or {})},
        },
        **overrides,
    }
