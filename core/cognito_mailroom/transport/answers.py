"""Translates a provider's HTTP answers into errors, with its words cleaned of secrets."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from cognito_mailroom.errors import ConfigurationError, MailroomError, RateLimited, Unavailable
from cognito_mailroom.notification import Secret

_ADDRESS = re.compile(r"[^\s<>\"',;:()\[\]]+@[^\s<>\"',;:()\[\]]+")
_MAX_WORDS = 200  # characters


def cleaned(words: str, *secrets: Secret) -> str:
    """A provider's own words on one line, without addresses and secrets, as an error may repeat them."""
    for secret in filter(None, secrets):
        words = words.replace(secret.reveal(), "…")
    words = _ADDRESS.sub("…", " ".join(words.split()))
    printable = "".join(char for char in words if char.isprintable())
    return printable if len(printable) <= _MAX_WORDS else printable[: _MAX_WORDS - 1] + "…"


def unreachable(host: str, error: Exception) -> Unavailable:
    """For an exception of a socket, or of whatever wraps one: there was no answer."""
    chain = list(_causes(error))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in chain):
        return Unavailable(
            f"The certificate of {host} cannot be verified: check the base URL, "
            "or name the authority's file in SSL_CERT_FILE."
        )
    if any(isinstance(cause, TimeoutError) for cause in chain):
        return Unavailable(f"{host} did not answer in time.")
    return Unavailable(f"{host} cannot be reached ({type(chain[-1]).__name__}).")


def refusal(provider: str, status: int, words: str, headers: Mapping[str, str]) -> MailroomError:
    """The error that an HTTP status means for any provider; ``words`` are the provider's, `cleaned`.

    429 is RateLimited with the wait it names, 408 and 5xx are Unavailable. All else is for an operator
    to mend: the key, the sender, the size, the URL. What is the recipient's fault only a plugin can tell.
    """
    said = f"{provider} answered {status}" + (f": {words.rstrip('.')}." if words else ".")
    if status == 429:
        return RateLimited(said, retry_after(headers))
    if status == 408 or status >= 500:
        return Unavailable(said)
    return ConfigurationError(said)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The wait in seconds that a Retry-After header names, as seconds or as a date (RFC 9110, 10.2.3)."""
    value = (headers.get("Retry-After") or "").strip()
    if value.isdecimal() and len(value) < 10:  # nobody means decades
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


def _causes(error: BaseException | None) -> list[BaseException]:
    """An exception and what it wraps: as cause, as context, as its arguments or as ``reason``."""
    found: list[BaseException] = []
    queue = [error]
    while queue:
        cause = queue.pop()
        if cause is None or cause in found:
            continue
        found.append(cause)
        inner = (getattr(cause, "reason", None), *cause.args, cause.__cause__, cause.__context__)
        queue += [each for each in inner if isinstance(each, BaseException)]
    return found
