"""How the plugin gets at SES: region, endpoint, credentials, signature."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from cognito_mailroom import ConfigurationError, Deadline, Unavailable
from cognito_mailroom.testing import HttpServer, Reply, a_message
from cognito_mailroom.transport import aws_session
from cognito_mailroom_ses import SesProvider
from cognito_mailroom_ses.standin import SesServer

Load = Callable[..., SesProvider]


def test_the_signature_holds_for_what_arrives(load: Load, ses: SesServer) -> None:
    load(ses.environ).mailroom_deliver(a_message(), Deadline(5))
    (request,) = ses.server.requests
    given = request.headers["Authorization"]
    names = re.search("SignedHeaders=([^,]+)", given)
    assert names
    signed = {name: request.headers[name] for name in names[1].split(";")}
    assert signed["host"] == ses.server.url.removeprefix("http://")
    key = Credentials(ses.environ["AWS_ACCESS_KEY_ID"], ses.environ["AWS_SECRET_ACCESS_KEY"])
    auth: Any = SigV4Auth(key, "ses", "eu-west-1")
    again: Any = AWSRequest("POST", ses.server.url + request.path, signed, request.body)
    again.context["timestamp"] = signed["x-amz-date"]
    signature = auth.signature(auth.string_to_sign(again, auth.canonical_request(again)), again)
    assert given.endswith(f"Signature={signature}")


def test_the_session_is_the_one_that_core_has(load: Load, ses: SesServer) -> None:
    aws_session().set_credentials("of-the-session", "secret")
    load(ses.environ).mailroom_deliver(a_message(), Deadline(5))
    assert "Credential=of-the-session/" in ses.server.requests[0].headers["Authorization"]


@pytest.mark.parametrize(
    ("environ", "region"),
    [
        ({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1"}, "eu-west-1"),
        ({"AWS_DEFAULT_REGION": "eu-west-1", "SES_REGION": "us-east-1"}, "us-east-1"),
    ],
)
def test_the_region(environ: dict[str, str], region: str, load: Load, ses: SesServer) -> None:
    known = {**ses.environ, "SES_REGION": ""} | environ
    ses.server.next(Reply(200, {"MessageId": "1"}))
    load(known).mailroom_deliver(a_message(), Deadline(5))
    assert f"/{region}/ses/aws4_request" in ses.server.requests[0].headers["Authorization"]


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"SES_REGION": "eu-west-1", "AWS_ENDPOINT_URL_SESV2": "sesv2.example"},
        {"SES_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "half"},
    ],
    ids=["no-region", "bad-endpoint", "half-a-key"],
)
def test_a_client_that_cannot_be_built(environ: dict[str, str], load: Load) -> None:
    with pytest.raises(ConfigurationError, match=r"^SES cannot be called \(\w+\): check SES_REGION.*\.$"):
        load(environ)


def test_there_are_no_credentials(load: Load, ses: SesServer) -> None:
    environ = {"SES_REGION": "eu-west-1", "AWS_ENDPOINT_URL_SESV2": ses.server.url}
    with pytest.raises(ConfigurationError, match=r"^SES cannot be called \(NoCredentialsError\)"):
        load(environ).mailroom_deliver(a_message(), Deadline(5))
    assert not ses.server.requests


def test_an_endpoint_of_ones_own_may_be_plain_http(load: Load, ses: SesServer) -> None:
    load(ses.environ, AWS_ENDPOINT_URL_SESV2="http://localstack.internal:4566")


def test_the_authority_is_the_one_that_boto3_is_told_of(load: Load, ses: SesServer) -> None:
    with HttpServer(ses.answer, tls=True) as server:
        told = {"AWS_ENDPOINT_URL_SESV2": server.url, "AWS_CA_BUNDLE": str(server.ca_file)}
        assert load(ses.environ, **told).mailroom_deliver(a_message(), Deadline(5)).message_id


def test_no_other_authority_is_trusted(load: Load, ses: SesServer) -> None:
    with HttpServer(ses.answer, tls=True) as server:
        provider = load(ses.environ, AWS_ENDPOINT_URL_SESV2=server.url)
        with pytest.raises(Unavailable, match="certificate"):
            provider.mailroom_deliver(a_message(), Deadline(5))
