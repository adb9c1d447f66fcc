"""A client of boto3 over the kept connection, with KMS as the service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.auth import _host_from_url
from botocore.config import Config
from botocore.exceptions import ClientError
from cognito_mailroom import Deadline, Unavailable
from cognito_mailroom.testing.exchange import Reply, Request
from cognito_mailroom.testing.http_server import HttpServer
from cognito_mailroom.testing.server_faults import CloseAfterAnswer, Drip, Garbage, Stall
from cognito_mailroom.transport.aws import keep_connection

KEY = {"KeyMetadata": {"KeyId": "a-key"}}
Ask = Callable[..., Any]


@pytest.fixture
def server() -> Iterator[HttpServer]:
    def application(request: Request) -> Reply:
        assert request.headers["X-Amz-Target"] == "TrentService.DescribeKey"
        return Reply(200, KEY)

    with HttpServer(application) as server:
        yield server


@pytest.fixture
def ask(server: HttpServer) -> Ask:
    """``ask(seconds=0.3)``: one call."""
    client = boto3.Session("key", "secret", region_name="eu-west-1").client(
        "kms", endpoint_url=f"{server.url}/base", config=Config(retries={"total_max_attempts": 1})
    )
    http = keep_connection(client)

    def ask(seconds: float = 5.0) -> Any:
        http.deadline = Deadline(seconds)
        return client.describe_key(KeyId="a-key")["KeyMetadata"]

    return ask


def test_calls_go_over_one_connection(ask: Ask, server: HttpServer) -> None:
    assert [ask()["KeyId"] for _ in range(3)] == ["a-key"] * 3
    assert server.connections == 1
    assert {request.path.rstrip("/") for request in server.requests} == {"/base"}


def test_a_dead_connection_is_replaced(ask: Ask, server: HttpServer) -> None:
    server.next(CloseAfterAnswer())
    ask()
    assert ask()["KeyId"] == "a-key"
    assert server.connections == 2


@pytest.mark.parametrize(
    ("endpoint", "host"),
    [
        ("https://VPCE-1.kms.eu-west-1.vpce.amazonaws.com:443", "vpce-1.kms.eu-west-1.vpce.amazonaws.com"),
        ("http://localhost:8080", "localhost:8080"),
        ("http://user:password@localhost:80/base", "localhost"),
        ("https://[::1]:443", "[::1]"),
    ],
)
def test_the_host_is_named_as_signed(endpoint: str, host: str) -> None:
    client = boto3.Session("key", "secret", region_name="eu-west-1").client("kms", endpoint_url=endpoint)
    keep_connection(client)
    named: list[str] = []

    def look(request: Any, **_: Any) -> None:
        named.append(request.headers["Host"].decode())
        raise Unavailable("That is enough.")

    client.meta.events.register_first("before-send.kms", look)
    with pytest.raises(Unavailable, match="enough"):
        client.describe_key(KeyId="a-key")
    assert named == [host] == [_host_from_url(endpoint)]


@pytest.mark.parametrize("fault", [Stall(), Drip(), Drip(headers=True), Garbage()], ids=repr)
def test_without_an_answer_in_time(fault: Any, ask: Ask, server: HttpServer) -> None:
    server.next(fault)
    with pytest.raises(Unavailable):
        ask(seconds=0.3)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(400, {"__type": "NotFoundException", "message": "No such key."}), "NotFoundException"),
        (Reply(502, "<html>Bad Gateway</html>"), "502"),
        (Reply(500, b"\xff\xfe"), "500"),
        (Reply(503, [1]), "503"),
    ],
    ids=["json", "html", "bytes", "list"],
)
def test_a_refusal_is_read_by_botocore(reply: Reply, code: str, ask: Ask, server: HttpServer) -> None:
    server.next(reply)
    with pytest.raises(ClientError) as raised:
        ask()
    assert raised.value.response["Error"]["Code"] == code
