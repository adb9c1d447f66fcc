"""The Encryption SDK's master keys and signature keys, over one KMS client."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Self

from aws_encryption_sdk.exceptions import InvalidKeyIdError
from aws_encryption_sdk.identifiers import Algorithm
from aws_encryption_sdk.internal.defaults import ENCODED_SIGNER_KEY
from aws_encryption_sdk.key_providers.base import MasterKeyProvider, MasterKeyProviderConfig
from aws_encryption_sdk.key_providers.kms import KMSMasterKey, MRKAwareKMSMasterKey
from aws_encryption_sdk.materials_managers.default import DefaultCryptoMaterialsManager
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1

from cognito_mailroom.settings.key_arns import key_of


class Keys(MasterKeyProvider):  # type: ignore[misc]
    """A KMS master key for each listed ARN, all over one client: the SDK's own would build more.

    Of a multi-Region key, a message may name any ARN: KMS decrypts under the listed one, as the SDK's own
    ``MRKAwareStrictAwsKmsMasterKeyProvider`` has it do.
    """

    provider_id = "aws-kms"
    _config_class = MasterKeyProviderConfig

    def __init__(self) -> None:
        self.master_keys: dict[str, KMSMasterKey] = {}

    @classmethod
    def of(cls, arns: Iterable[str], client: Any) -> Self:
        """Those of the listed ARNs; not by the constructor, whose arguments the SDK keeps for itself."""
        keys = cls()
        keys.master_keys = {
            key_of(arn): (KMSMasterKey if key_of(arn) == arn else MRKAwareKMSMasterKey)(
                key_id=arn, client=client
            )
            for arn in arns
        }
        return keys

    def _new_master_key(self, key_id: bytes) -> KMSMasterKey:
        try:
            return self.master_keys[key_of(key_id.decode())]
        except (KeyError, UnicodeDecodeError):
            raise InvalidKeyIdError("not a key that MAILROOM_KMS_KEY_ARN names") from None


# A public key in DER, SubjectPublicKeyInfo of RFC 5480, as far as the compressed point on P-384 that ends it.
_P384_KEY = bytes.fromhex("3046 3010 0607 2a8648ce3d0201 0605 2b81040022 0332 00")
_P384_POINT_BYTES = 49


class Materials(DefaultCryptoMaterialsManager):  # type: ignore[misc]
    """The SDK's own, but for the point on the curve that a signature is verified with.

    To work it out in Python, as the SDK does, is a twentieth of all that a warm event takes; OpenSSL, which
    is handed the key next, does so anyhow.
    """

    def _load_verification_key_from_encryption_context(
        self, algorithm: Algorithm, encryption_context: Mapping[str, str]
    ) -> Any:
        if algorithm.signing_algorithm_info is SECP384R1:
            # of what cannot be one, or is not there, the SDK says what is wrong
            with suppress(KeyError, TypeError, ValueError):
                point = base64.b64decode(encryption_context[ENCODED_SIGNER_KEY])
                if len(point) == _P384_POINT_BYTES:
                    return _P384_KEY + point
        return super()._load_verification_key_from_encryption_context(algorithm, encryption_context)
