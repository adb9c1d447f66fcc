"""Filters out what third-party libraries log of secrets, addresses and noise.

At DEBUG some print whole requests and answers: data keys, mails, users. The Encryption SDK logs a
long traceback for every message it cannot decrypt, which our own error says in a sentence.
"""

from __future__ import annotations

import logging

# Requests with their headers and bodies; answers, which hold plaintext data keys and users' attributes;
# canonical requests, which hold session tokens.
_LOG_SECRETS = ("botocore.endpoint", "botocore.parsers", "botocore.auth")


def restrict_third_party_logs() -> None:
    """Applies to the whole process, whatever levels are set before or after; calling it again is harmless."""
    sdk = logging.getLogger("aws_encryption_sdk")
    sdk.propagate = False
    if not sdk.handlers:
        sdk.addHandler(logging.NullHandler())
    for name in _LOG_SECRETS:
        logger = logging.getLogger(name)
        logger.removeFilter(_above_debug)
        logger.addFilter(_above_debug)


def _above_debug(record: logging.LogRecord) -> bool:
    return record.levelno > logging.DEBUG
