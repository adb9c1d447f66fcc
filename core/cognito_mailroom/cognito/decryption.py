"""Decrypts what Cognito encrypted: AWS Encryption SDK messages under the pool's KMS key."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping, Sequence
from typing import Any

import aws_encryption_sdk
from aws_encryption_sdk.exceptions import AWSEncryptionSDKClientError
from aws_encryption_sdk.identifiers import CommitmentPolicy
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from cryptography.exceptions import InvalidSignature, InvalidTag

from cognito_mailroom.deadline import Deadline
from cognito_mailroom.errors import ConfigurationError, DecryptionError, MailroomError, Unavailable
from cognito_mailroom.notification import Secret, Trigger
from cognito_mailroom.settings.key_arns import in_one_region, region_of
from cognito_mailroom.transport.aws import aws_client, keep_connection

from .event import Request
from .materials import Keys, Materials

# Cognito writes about 812 characters and one data key; an emulator writes two.
_MAX_CODE_CHARS, _MAX_DATA_KEYS = 32_768, 5
# KMS answers in milliseconds: after so many seconds, the rest is better spent on a retry of the event.
_KMS_SECONDS = 5.0
_KMS_CONFIG = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
_WRONG_CIPHERTEXT = {"InvalidCiphertextException", "IncorrectKeyException"}
_BUSY = {
    "ThrottlingException",
    "LimitExceededException",
    "KMSInternalException",
    "DependencyTimeoutException",
}


class Decryptor:
    """Opens the codes of the pools that encrypt with the given keys, over one KMS client."""

    def __init__(self, key_arns: Sequence[str]) -> None:
        arns = in_one_region(key_arns, os.environ.get("AWS_REGION", ""))
        try:
            client = aws_client("kms", region_of(arns[0]), _KMS_CONFIG)
        except (BotoCoreError, ValueError) as error:
            raise ConfigurationError(
                f"A client of KMS cannot be built ({type(error).__name__}): check the variables of boto3."
            ) from None
        self._kms = keep_connection(client)
        client.meta.events.register("after-call.kms.Decrypt", _raise_what_kms_said)
        self._materials = Materials(Keys.of(arns, client))
        # Cognito's messages are signed but not key-committing, which the SDK's default policy refuses.
        self._sdk = aws_encryption_sdk.EncryptionSDKClient(
            commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_ALLOW_DECRYPT,
            max_encrypted_data_keys=_MAX_DATA_KEYS,
        )

    def decrypt(self, request: Request, deadline: Deadline) -> Secret | None:
        """The code or temporary password of a request, or None where it has none.

        Raises:
            DecryptionError: the code is not what Cognito wrote for this pool under one of the keys.
            ConfigurationError: KMS refuses this function, or the key is disabled or gone.
            Unavailable: KMS is out of reach or busy.

        """
        if request.code is None:
            return None
        ciphertext = _decode(request.code)
        self._kms.deadline = deadline.within(_KMS_SECONDS)
        message = self._sdk.stream(mode="decrypt", source=ciphertext, materials_manager=self._materials)
        try:
            plaintext, pool_id = message.read(), message.header.encryption_context.get("userpool-id")
        except MailroomError:
            raise
        except BotoCoreError as error:
            raise ConfigurationError(
                f"KMS cannot be called ({type(error).__name__}): check the function's role and region."
            ) from None
        except (AWSEncryptionSDKClientError, InvalidSignature, InvalidTag) as error:
            raise DecryptionError(
                f"The code cannot be decrypted ({type(error).__name__}): it is damaged, "
                "or encrypted under a key that MAILROOM_KMS_KEY_ARN does not name."
            ) from None
        except Exception as error:  # noqa: BLE001 - the SDK's parser lets many kinds through on hostile bytes
            raise DecryptionError(f"The code is not a readable message ({type(error).__name__}).") from None
        finally:
            # Without one, closing raises, and Python prints that when it collects the stream.
            message.footer = getattr(message, "footer", None)
            message.close()
        if pool_id not in {None, request.pool_id}:
            raise DecryptionError("The code was encrypted for another user pool than the event names.")
        return _secret(plaintext, request)


def _decode(code: str) -> bytes:
    if len(code) > _MAX_CODE_CHARS:
        raise DecryptionError(f"The code is {len(code)} characters long; Cognito writes about 812.")
    try:
        return base64.b64decode(code, validate=True)
    except (binascii.Error, ValueError):
        raise DecryptionError("The code is not base64.") from None


def _secret(plaintext: bytes, request: Request) -> Secret:
    try:
        text = plaintext.decode()
    except UnicodeDecodeError:
        raise DecryptionError("The decrypted code is not a text.") from None
    if not text:
        raise DecryptionError("The decrypted code is empty.")
    return Secret(unescape(text) if request.trigger is Trigger.ADMIN_CREATE_USER else text)


def unescape(password: str) -> str:
    """Undoes the HTML escaping that Cognito applies to temporary passwords, and nothing more.

    `html.unescape` would do more: it knows ``&copy``, which may well be part of a password.
    Source: https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-email-sender.html
    """
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#39;", "'"), ("&amp;", "&")):
        password = password.replace(entity, char)
    return password


def _raise_what_kms_said(http_response: Any, parsed: Mapping[str, Any], **_: Any) -> None:
    """Called by botocore after each Decrypt, since the SDK turns every refusal into one opaque error."""
    if http_response.status_code < 300:
        return
    code = str(parsed.get("Error", {}).get("Code", "")) or f"HTTP {http_response.status_code}"
    if http_response.status_code >= 500 or code in _BUSY:
        raise Unavailable(f"KMS cannot decrypt at the moment ({code}).")
    if code in _WRONG_CIPHERTEXT:
        raise DecryptionError(f"KMS did not encrypt this code under the key it names ({code}).")
    raise ConfigurationError(
        f"KMS refuses to decrypt ({code}): "
        "check that the key is enabled and that the function's role has kms:Decrypt on it."
    )
