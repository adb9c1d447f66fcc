"""Clients of AWS services over one session, each with a kept connection.

They are botocore's own, since to import boto3, which only wraps them, is a tenth of a cold start.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from math import inf
from random import random
from typing import Any
from urllib.parse import urlsplit

from botocore import __version__
from botocore import session as botocore_session
from botocore.awsrequest import AWSPreparedRequest, AWSRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import HTTPClientError

from cognito_mailroom.deadline import Deadline
from cognito_mailroom.errors import Unavailable

from .answers import Answer
from .http import HttpClient

# Which CloudTrail notes. botocore's own tells at length, and anew for each request, what it makes use of.
_CONFIG = Config(user_agent=f"cognito-mailroom Botocore/{__version__}")
# One more try, for what is busy and for a connection that broke; a kept one bounds the time itself.
BRIEF = Config(connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 2, "mode": "standard"})
BRIEF_SECONDS = 3.0


@cache
def aws_session() -> botocore_session.Session:
    """The one session. What the first client of a session costs, a second one does not."""
    return botocore_session.get_session()


def aws_client(service: str, region: str | None = None, config: Config | None = None) -> Any:
    """What ``boto3.client`` would return; without a region, in the function's own.

    boto3's default session, which somebody may have set up otherwise, has no part in it.

    Raises:
        BotoCoreError: there is no such service, or no region.
        ValueError: an endpoint that the environment names is no URL.

    """
    config = _CONFIG.merge(config) if config else _CONFIG
    return aws_session().create_client(service, region_name=region, config=config)


def brief_client(service: str, region: str | None = None, deadline: Deadline | None = None) -> Any:
    """A client for what is asked now and then, over a kept connection.

    A call ends within some seconds, and with the deadline where there is one.
    """
    client = aws_client(service, region, BRIEF)
    connection = keep_connection(client, BRIEF_SECONDS)
    if deadline:
        connection.deadline = deadline
    return client


def keep_connection(client: Any, seconds: float | None = None) -> KeptConnection:
    """Has a client send over one kept connection; set ``deadline`` on what this returns before each call.

    With ``seconds`` no call takes longer than that, and a deadline need not be set; while there is time,
    the client's own retries are for broken connections too.
    """
    return KeptConnection(client, seconds)


class KeptConnection:
    """What a client of botocore sends over, one call at a time.

    botocore builds and signs the request and reads the answer. In between, by itself, it would neither
    bound a server that drips nor replace a dead connection but by sending anew. Its endpoint, its retries
    and AWS_CA_BUNDLE are kept to; its timeouts are not. HTTPS_PROXY and NO_PROXY are, as `HttpClient` has it.

    Raises:
        ConfigurationError: HTTPS_PROXY names no proxy that can be used, or the authorities cannot be read.

    """

    def __init__(self, client: Any, seconds: float | None) -> None:
        self.deadline = Deadline(inf if seconds else 0)
        self._seconds = seconds
        self._call = self.deadline
        origin = _origin(client.meta.endpoint_url)
        self._clients = {origin: _client(origin)}
        service, events = client.meta.service_model.service_id.hyphenize(), client.meta.events
        events.register(f"before-call.{service}", self._begin)
        events.register(f"before-sign.{service}", self._address)
        events.register(f"before-send.{service}", self._send)
        events.register(f"after-call-error.{service}", _raise_the_reason)
        if seconds:
            events.register_first(f"needs-retry.{service}", self._pause)

    def _begin(self, **_: Any) -> None:
        """Called by botocore once for each call, whose retries share the time."""
        self._call = self.deadline.within(self._seconds) if self._seconds else self.deadline

    def _address(self, request: AWSRequest, **_: Any) -> None:
        """Called by botocore before it signs; by itself it would take the URL apart twice to find this."""
        request.headers["Host"] = _host(_origin(request.url))

    def _send(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        """Called by botocore, which then does not send; what this raises passes through."""
        origin = _origin(request.url)
        if origin not in self._clients:  # DynamoDB has one for each account, which the credentials may name
            self._clients[origin] = _client(origin)
        try:
            answer = self._clients[origin].request(
                request.method,
                request.url.removeprefix(origin),
                body=request.body,
                headers=dict(request.headers),
                deadline=self._call,
            )
        except Unavailable as error:
            if self._seconds and self._call.remaining():
                raise _Broken(error) from None
            raise
        is_json = "json" in str(request.headers.get("Content-Type"))
        return AWSResponse(request.url, answer.status, answer.headers, _Body(answer, is_json))

    def _pause(self, response: tuple[Any, Any] | None, **event: Any) -> float | None:
        """Called by botocore after each try: the seconds before the next one, whose own know no deadline."""
        if response and response[0].status_code < HTTPStatus.BAD_REQUEST:
            return None
        from botocore.retries.standard import RetryEventAdapter, StandardRetryConditions

        tried = RetryEventAdapter().create_retry_context(response=response, **event)
        if not StandardRetryConditions(BRIEF.retries["total_max_attempts"]).is_retryable(tried):
            return None
        return random() * min(1.0, self._call.remaining() / 2)  # noqa: S311 - so that not all come back at once


class _Broken(HTTPClientError):  # type: ignore[misc]
    """What botocore takes for a reason to try once more."""

    def __init__(self, reason: Unavailable) -> None:
        super().__init__(error=reason)
        self.reason = reason


def _raise_the_reason(exception: Exception, **_: Any) -> None:
    """Called by botocore when a call has failed for good."""
    if isinstance(exception, _Broken):
        raise exception.reason from None


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


@cache
def _host(origin: str) -> str:
    """The Host header."""
    url = urlsplit(origin)
    default_port = ":443" if url.scheme == "https" else ":80"
    return url.netloc.rpartition("@")[2].lower().removesuffix(default_port)


def _client(origin: str) -> HttpClient:
    return HttpClient(
        origin,
        ca_file=os.environ.get("AWS_CA_BUNDLE"),
        plain=True,  # boto3 lets an endpoint of one's own be; no key travels with a signed request
    )


class _Body:
    """What botocore reads an answer from."""

    def __init__(self, answer: Answer, is_json: bool) -> None:  # noqa: FBT001
        self._answer, self._is_json = answer, is_json

    def stream(self) -> Iterator[bytes]:
        """The whole body; of a service that speaks JSON an object, over anything else botocore stumbles."""
        try:
            if self._is_json:
                self._answer.json()
        except ValueError:
            yield b"{}"
        else:
            yield self._answer.body
