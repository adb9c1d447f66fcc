"""Refusals and silence of AWS, told apart by who can mend them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from cognito_mailroom.errors import ConfigurationError, Unavailable

_BUSY = {"TooManyRequestsException", "ThrottlingException", "Throttling", "RequestThrottled"}


@contextmanager
def aws_errors(doing: str, permission: str) -> Iterator[None]:
    """Raises Unavailable for what a retry can mend, and ConfigurationError for what an operator must.

    What a kept connection raises, where AWS cannot be reached in time, passes through.
    """
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _BUSY or error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            raise Unavailable(f"AWS cannot {doing} at the moment ({code}).") from None
        raise ConfigurationError(
            f"AWS refuses to {doing} ({code}): allow the function's role {permission}."
        ) from None
    except BotoCoreError as error:
        raise ConfigurationError(
            f"AWS cannot be asked to {doing} ({type(error).__name__}): check the function's role and region."
        ) from None
