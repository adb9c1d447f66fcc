"""How the mailroom speaks to AWS services other than KMS: briefly, and with errors told apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError  # noqa: A004

from .errors import ConfigurationError, Unavailable
from .transport import boto

# One more try, for a connection that died while the function was frozen.
_CONFIG = Config(connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 2, "mode": "standard"})
_BUSY = {"TooManyRequestsException", "ThrottlingException", "Throttling", "RequestThrottled"}


def client(service: str, region: str | None = None) -> Any:
    """A client of the one session, which KMS's is of too; without a region, in the function's own."""
    return boto.client(service, region, _CONFIG)


@contextmanager
def aws_errors(doing: str, permission: str) -> Iterator[None]:
    """Raises Unavailable for what a retry can mend, and ConfigurationError for what an operator must."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _BUSY or error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            raise Unavailable(f"AWS cannot {doing} at the moment ({code}).") from None
        raise ConfigurationError(
            f"AWS refuses to {doing} ({code}): allow the function's role {permission}."
        ) from None
    except (ConnectionError, HTTPClientError) as error:
        raise Unavailable(f"AWS cannot be reached to {doing} ({type(error).__name__}).") from None
    except BotoCoreError as error:
        raise ConfigurationError(
            f"AWS cannot be asked to {doing} ({type(error).__name__}): check the function's role and region."
        ) from None
