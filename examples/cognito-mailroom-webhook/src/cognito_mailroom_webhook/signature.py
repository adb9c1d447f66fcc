"""Signs a request as Standard Webhooks has it, for which receivers find libraries in most languages.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hmac
from hashlib import sha256
from secrets import token_hex
from time import time

from cognito_mailroom import ConfigurationError, Secret

_PREFIX = "whsec_"
_MIN_BYTES, _MAX_BYTES = 24, 64


def checked(secret: Secret) -> Secret:
    """The secret, once it is known to be one; raises ConfigurationError."""
    try:
        key = _bytes(secret)
    except binascii.Error:
        key = b""
    if not secret.reveal().startswith(_PREFIX) or not _MIN_BYTES <= len(key) <= _MAX_BYTES:
        raise ConfigurationError("WEBHOOK_SECRET is malformed: want whsec_ and 24 to 64 bytes in base64.")
    return secret


def headers(body: bytes, idempotency_key: str, secret: Secret) -> dict[str, str]:
    """What tells the receiver who it is from, when, and whether it had it before."""
    # A digest, since the id must not hold the full stop that parts what is signed.
    unique = sha256(idempotency_key.encode()).hexdigest()[:32] if idempotency_key else token_hex(16)
    message_id, timestamp = f"msg_{unique}", str(int(time()))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": sign(message_id, timestamp, body, secret),
    }


def sign(message_id: str, timestamp: str, body: bytes, secret: Secret) -> str:
    """The signature, with its version before it."""
    digest = hmac.digest(_bytes(secret), f"{message_id}.{timestamp}.".encode() + body, "sha256")
    return f"v1,{base64.b64encode(digest).decode()}"


def _bytes(secret: Secret) -> bytes:
    return base64.b64decode(secret.reveal().removeprefix(_PREFIX), validate=True)
