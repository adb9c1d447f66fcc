"""Clients of AWS services, of one session, and the kept connection under them.

They are botocore's own, since to import boto3, which only wraps them, is a tenth of a cold start.
"""

from __future__ import annotations

import io
import json
import os
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from botocore import session as botocore_session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from urllib3 import HTTPResponse

from .http import HttpClient


@cache
def session() -> botocore_session.Session:
    """The one session. What the first client of a session costs, a second one does not."""
    return botocore_session.get_session()


def client(service: str, region: str | None = None, config: Config | None = None) -> Any:
    """The client that ``boto3.client`` would return; without a region, in the function's own.

    Raises:
        BotoCoreError: there is no such service, or no region.
        ValueError: an endpoint that the environment names is no URL.

    """
    return session().create_client(service, region_name=region, config=config)


def keep(client: Any) -> HttpClient:
    """Has a client send over one kept connection; set ``deadline`` on what this returns before each call.

    botocore builds and signs the request and reads the answer, of a service that speaks JSON. In
    between, by itself, it would neither bound a server that drips nor replace a dead connection but by
    sending anew. Its endpoint and AWS_CA_BUNDLE are kept to; a proxy is not, nor are its timeouts.
    """
    endpoint = urlsplit(client.meta.endpoint_url)
    origin = f"{endpoint.scheme}://{endpoint.netloc}"
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
        try:
            body = json.dumps(answer.json()).encode()
        except ValueError:
            body = b"{}"  # botocore would stumble over anything else
        raw = HTTPResponse(io.BytesIO(body), preload_content=False)
        return AWSResponse(request.url, answer.status, answer.headers, raw)

    service = client.meta.service_model.service_id.hyphenize()
    client.meta.events.register(f"before-send.{service}", send)
    return http
