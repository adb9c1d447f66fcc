"""KMS, Cognito's user pools and other AWS services on the loopback interface, by moto."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack, closing
from threading import Thread
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import boto3
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

if TYPE_CHECKING:
    from typing import Self


class AwsServer:
    """moto's server in a thread, on a free port, for the length of a ``with`` block.

    Keys live as long as the process; what was encrypted under one dies with it.
    """

    # moto's own ThreadedMotoServer leaves its socket open and logs every request to standard error.

    def __init__(self, region: str = "eu-west-1") -> None:
        self.region = region
        # Not boto3's default session, which the code under test shares.
        self._session = boto3.Session("stand-in", "stand-in", region_name=region)
        self._clients: dict[str, Any] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        server = make_server(
            "127.0.0.1",
            0,
            DomainDispatcherApplication(create_backend_app),
            threaded=True,
            request_handler=_Silent,
        )
        self._stack.callback(server.server_close)
        self.endpoint_url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, name="moto", daemon=True)
        thread.start()
        self._stack.callback(thread.join)
        self._stack.callback(server.shutdown)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment variables by which boto3 talks to this server, and to nothing else."""
        return MappingProxyType(
            {
                "AWS_ENDPOINT_URL": self.endpoint_url,
                "AWS_ACCESS_KEY_ID": "stand-in",
                "AWS_SECRET_ACCESS_KEY": "secret-of-the-stand-in",
                "AWS_REGION": self.region,
                "AWS_DEFAULT_REGION": self.region,
                # A developer's own profiles may name endpoints, and a proxy cannot reach the loopback.
                "AWS_CONFIG_FILE": os.devnull,
                "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
                "NO_PROXY": "127.0.0.1",
                "no_proxy": "127.0.0.1",
            }
        )

    def client(self, service: str) -> Any:
        """The boto3 client of this server for a service, which closes with it."""
        if service not in self._clients:
            client = self._session.client(service, endpoint_url=self.endpoint_url)
            self._clients[service] = self._stack.enter_context(closing(client))
        return self._clients[service]

    def create_key(self) -> str:
        """The ARN of a new symmetric key."""
        arn: str = self.client("kms").create_key()["KeyMetadata"]["Arn"]
        return arn


class _Silent(MotoRequestHandler):  # type: ignore[misc]
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        """No line for each request."""
