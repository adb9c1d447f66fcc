"""A provider's HTTP answers, and their translation into errors, with its words cleaned of secrets."""

from __future__ import annotations

import json
import os
import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Any

import attrs
from attrs import field, frozen

from cognito_mailroom.errors import (
    ConfigurationError,
    CredentialsRefused,
    MailroomError,
    RateLimited,
    Rejected,
    Unavailable,
)
from cognito_mailroom.message import Message
from cognito_mailroom.notification import Secret

from .name_lookup import NameLookUpTimeout

_MAX_WORDS, _MAX_SEARCHED = 200, 2_048  # characters


@frozen
class Answer:
    """What the provider answered. The repr shows the status only."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; raises ValueError if it is not one."""
        try:
            value = json.loads(self.body)
        except RecursionError:
            value = None
        if not isinstance(value, dict):
            raise ValueError("the answer is not a JSON object")  # noqa: TRY004 - as json itself does
        return value

    @property
    def fields(self) -> dict[str, Any]:
        """The body as a JSON object; an empty one where a gateway or a proxy answered something else."""
        try:
            return self.json()
        except ValueError:
            return {}


def refusal_of(
    answer: Answer,
    message: Message,
    settings: object,
    *,
    provider: str,
    words: object = "",
    kind: type[MailroomError] | None = None,
    advice: Mapping[int, str] = MappingProxyType({}),
) -> MailroomError:
    """The error for an answer that is no success, whatever the provider may have quoted in it.

    ``words`` are the provider's own. They are cleaned of whom the message is for and what it tells, and of
    every Secret in the plugin's ``settings``, however they are spelt. The status decides which error it is,
    unless the plugin knows better and says the ``kind``: Rejected where the provider blames the recipient.
    ``advice`` is what to do, by status.
    """
    said = cleaned(str(words or ""), *secrets_of(settings), message=message).rstrip(". ")
    if kind is Rejected:
        return Rejected(": ".join(filter(None, (f"{provider} refused the recipient", said))) + ".")
    said = ": ".join(filter(None, (said, advice.get(answer.status))))
    found = refusal(provider, answer.status, said, answer.headers)
    if kind is RateLimited:
        return RateLimited(str(found), retry_after(answer.headers))
    return kind(str(found)) if kind else found


def secrets_of(*settings: object) -> Iterator[Secret]:
    """Every secret of classes of settings, their groups' included, and the function's own at AWS."""
    for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        yield Secret(os.environ.get(name, ""))
    held = [*settings]
    while held:
        value = held.pop()
        if isinstance(value, Secret):
            yield value
        elif attrs.has(kind := type(value)):
            held += [getattr(value, each.name) for each in attrs.fields(kind)]


def cleaned(words: str, *secrets: Secret, message: Message | None = None) -> str:
    """A provider's own words on one line, without addresses and secrets, as an error may repeat them.

    With a ``message``, whom it is for and what it tells them is left out as well.
    """
    from .redaction import private_variables, redacted  # only failures need it

    private, names = [secret.reveal() for secret in secrets], list[str]()
    if message:
        told, names = private_variables(message.variables)
        private, names = [*private, *told], [str(message.recipient), *names]
    if len(words) > _MAX_SEARCHED:  # half a secret at the cut goes with its word
        words = words[:_MAX_SEARCHED].rpartition(" ")[0] or words[:_MAX_WORDS]
    words = " ".join(redacted(words, private, names).split())
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
    if any(isinstance(cause, NameLookUpTimeout) for cause in chain):
        return Unavailable(
            f"The name {host} was not looked up in time: check the name server of the function's network."
        )
    if any(isinstance(cause, TimeoutError) for cause in chain):
        return Unavailable(f"{host} did not answer in time.")
    return Unavailable(f"{host} cannot be reached ({type(chain[-1]).__name__}).")


def refusal(provider: str, status: int, words: str, headers: Mapping[str, str]) -> MailroomError:
    """The error that an HTTP status means for any provider; ``words`` are the provider's, `cleaned`.

    429 is RateLimited with the wait it names, 408 and 5xx are Unavailable, 401 is CredentialsRefused. All
    else is for an operator to mend: the sender, the size, the URL. What is the recipient's fault only a
    plugin can tell.
    """
    said = f"{provider} answered {status}" + (f": {words.rstrip('.')}." if words else ".")
    if status == 429:
        return RateLimited(said, retry_after(headers))
    if status == 408 or status >= 500:
        return Unavailable(said)
    return CredentialsRefused(said) if status == 401 else ConfigurationError(said)


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
