"""Clients of AWS services over one session, each with a kept connection.

They are botocore's own, since to import boto3, which only wraps them, is a tenth of a cold start.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from botocore import __version__
from botocore import session as botocore_session
from botocore.awsrequest import AWSPreparedRequest, AWSRequest, AWSResponse
from botocore.config import Config

from .answers import Answer
from .http import HttpClient

# Which CloudTrail notes. botocore's own tells at length, and anew for each request, what it makes use of.
_CONFIG = Config(user_agent=f"cognito-mailroom Botocore/{__version__}")


# One more try, for a connection that died while the function was frozen.
_BRIEF = Config(connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 2, "mode": "standard"})


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


def brief_client(service: str, region: str | None = None) -> Any:
    """A client for what is asked now and then, which gives up after some seconds."""
    return aws_client(service, region, _BRIEF)


def keep_connection(client: Any) -> HttpClient:
    """Has a client send over one kept connection; set ``deadline`` on what this returns before each call.

    botocore builds and signs the request and reads the answer, of a service that speaks JSON. In
    between, by itself, it would neither bound a server that drips nor replace a dead connection but by
    sending anew. Its endpoint and AWS_CA_BUNDLE are kept to; a proxy is not, nor are its timeouts.
    """
    endpoint = urlsplit(client.meta.endpoint_url)
    origin = f"{endpoint.scheme}://{endpoint.netloc}"
    default_port = ":443" if endpoint.scheme == "https" else ":80"
    host = endpoint.netloc.rpartition("@")[2].lower().removesuffix(default_port)
    http = HttpClient(
        origin,
        ca_file=os.environ.get("AWS_CA_BUNDLE"),
        plain=True,  # boto3 lets an endpoint of one's own be; no key travels with a signed request
    )

    def send(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        """Called by botocore, which then does not send; what this raises passes through."""
        answer = http.post(
            request.url.removeprefix(origin),
            body=request.body,
            headers=dict(request.headers),
            deadline=http.deadline,
        )
        return AWSResponse(request.url, answer.status, answer.headers, _Body(answer))

    def address(request: AWSRequest, **_: Any) -> None:
        """Called by botocore before it signs; by itself it would take the URL apart twice to find this."""
        request.headers["Host"] = host

    service = client.meta.service_model.service_id.hyphenize()
    client.meta.events.register(f"before-sign.{service}", address)
    client.meta.events.register(f"before-send.{service}", send)
    return http


class _Body:
    """What botocore reads an answer from."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def stream(self) -> Iterator[bytes]:
        """The whole body, if it is a JSON object: botocore would stumble over anything else."""
        try:
            self._answer.json()
        except ValueError:
            yield b"{}"
        else:
            yield self._answer.body
