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
from cognito_mailroom.testing import certificates
from cognito_mailroom.testing.connect_proxy import ConnectProxy
from cognito_mailroom.testing.exchange import Reply, Request
from cognito_mailroom.testing.http_server import HttpServer
from cognito_mailroom.testing.server_faults import CloseAfterAnswer, CloseBeforeAnswer, Drip, Garbage, Stall
from cognito_mailroom.transport.aws import keep_connection

KEY = {"KeyMetadata": {"KeyId": "a-key"}}
Ask = Callable[..., Any]


def a_client(service: str, url: str, **options: Any) -> Any:
    config = Config(**{"retries": {"total_max_attempts": 1}, **options})
    session = boto3.Session("key", "secret", region_name="eu-west-1")
    return session.client(service, endpoint_url=url, config=config)


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
    client = a_client("kms", f"{server.url}/base")
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
    client = a_client("kms", endpoint)
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
def test_without_an_answer_in_time(
    fault: Any, ask: Ask, met: Callable[..., None], server: HttpServer
) -> None:
    def fails(seconds: float) -> None:
        with pytest.raises(Unavailable):
            ask(seconds)

    met(fault, fails)
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


def test_a_call_takes_no_longer_than_it_may_and_its_retries_share_the_time(server: HttpServer) -> None:
    client = a_client("kms", server.url, retries={"total_max_attempts": 2, "mode": "standard"})
    keep_connection(client, seconds=2.5)
    server.next(Reply(500), Stall())
    with pytest.raises(Unavailable, match=r"did not answer in time"):
        client.describe_key(KeyId="a-key")
    assert len(server.requests) == 2
    assert client.describe_key(KeyId="a-key")["KeyMetadata"] == KEY["KeyMetadata"]


@pytest.mark.parametrize("faults", [1, 9])
def test_a_connection_that_breaks_within_a_call_is_a_reason_for_another_try(
    faults: int, server: HttpServer
) -> None:
    client = a_client("kms", server.url, retries={"total_max_attempts": 2, "mode": "standard"})
    keep_connection(client, seconds=20)
    server.next(*[CloseBeforeAnswer()] * faults)
    if faults == 1:
        assert client.describe_key(KeyId="a-key")["KeyMetadata"] == KEY["KeyMetadata"]
    else:
        with pytest.raises(Unavailable, match=r"^127\.0\.0\.1 cannot be reached \(RemoteDisconnected\)\.$"):
            client.describe_key(KeyId="a-key")
    assert len(server.requests) == 2


@pytest.mark.parametrize("fault", [Stall(), Drip()], ids=repr)
def test_a_deadline_goes_before_what_a_call_may_take(fault: Any, server: HttpServer) -> None:
    client = a_client("kms", server.url)
    connection = keep_connection(client, seconds=60)
    connection.deadline = Deadline(0.3)
    server.next(fault)
    with pytest.raises(Unavailable, match=r"did not answer in time"):
        client.describe_key(KeyId="a-key")


def test_an_answer_that_is_no_json_is_read_as_it_is_by_services_that_speak_something_else() -> None:
    said = (
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>1</Account></GetCallerIdentityResult>"
    )
    with HttpServer(lambda _: Reply(200, f"{said}</GetCallerIdentityResponse>")) as server:
        client = a_client("sts", server.url)
        keep_connection(client, seconds=10)
        assert client.get_caller_identity()["Account"] == "1"


def test_an_account_has_an_origin_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    general, own = "dynamodb.eu-west-1.amazonaws.com", "123456789012.ddb.eu-west-1.amazonaws.com"
    for name, value in {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_ACCOUNT_ID": "123456789012",
        "AWS_CA_BUNDLE": str(certificates.ca_file()),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    tls = certificates.server_context(general, own)
    with HttpServer(lambda _: Reply(200, {"TableNames": []}), tls=tls) as server:
        with ConnectProxy({f"{general}:443": server.port, f"{own}:443": server.port}) as proxy:
            for name, value in proxy.environ.items():
                monkeypatch.setenv(name, value)
            client = boto3.Session(region_name="eu-west-1").client("dynamodb")
            keep_connection(client, seconds=10)
            for _ in range(2):
                assert client.list_tables()["TableNames"] == []
            assert proxy.tunnels == [f"{own}:443"]
        assert {request.headers["Host"] for request in server.requests} == {own}
