"""Settings that are kept in Secrets Manager or in Systems Manager's parameter store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import environ
import pytest
from cognito_mailroom import ConfigurationError, Secret
from cognito_mailroom.app import Mailroom
from cognito_mailroom.settings.problems import Problems
from cognito_mailroom.settings.reading import read
from cognito_mailroom.settings.secret_references import References
from cognito_mailroom.testing.aws_server import AwsServer
from cognito_mailroom.testing.exchange import Reply, Request
from cognito_mailroom.testing.http_server import HttpServer
from cognito_mailroom.testing.server_faults import Behaviour, Drip, Stall


@environ.config(prefix="OWL", frozen=True)
class Owl:
    key: Secret = environ.var(converter=Secret)
    port: int = environ.var(25, converter=int)


@pytest.fixture(scope="module", autouse=True)
def kept(aws: AwsServer) -> None:
    secrets, store = aws.client("secretsmanager"), aws.client("ssm")
    texts = {"plain": "s3cret", "json": '{"key": "s3cret", "port": 26}', "list": '["s3cret"]', "blank": " "}
    for name, value in texts.items():
        secrets.create_secret(Name=f"mailroom/{name}", SecretString=value)
    secrets.create_secret(Name="mailroom/bytes", SecretBinary=b"s3cret")
    store.put_parameter(Name="/mailroom/key", Value="s3cret", Type="SecureString")
    store.put_parameter(Name="port", Value="s3cret", Type="String")


@pytest.mark.parametrize(
    "reference",
    ["secretsmanager:mailroom/plain", "secretsmanager:mailroom/json#key", "ssm:/mailroom/key", "s3cret"],
)
def test_a_setting_may_refer_to_where_it_is_kept(reference: str) -> None:
    problems = Problems()
    found = read(Owl, {"OWL_KEY": reference}, problems)
    assert found
    assert found.key.reveal() == "s3cret"
    assert "s3cret" not in repr(found)


def test_an_arn_refers_as_a_name_does(aws: AwsServer) -> None:
    arn = aws.client("secretsmanager").describe_secret(SecretId="mailroom/json")["ARN"]
    given = {"OWL_KEY": f"secretsmanager:{arn}#key", "OWL_PORT": f"secretsmanager:{arn}#port"}
    found = read(Owl, given, Problems())
    assert found
    assert (found.key.reveal(), found.port) == ("s3cret", 26)


@pytest.mark.parametrize("selector", ["", ":1", ":live"])
def test_a_parameter_may_have_a_version_or_a_label(selector: str, aws: AwsServer) -> None:
    store = aws.client("ssm")
    store.label_parameter_version(Name="port", ParameterVersion=1, Labels=["live"])
    arn = store.get_parameter(Name="port")["Parameter"]["ARN"]
    for name in ("port", arn):
        found = read(Owl, {"OWL_KEY": f"ssm:{name}{selector}"}, Problems())
        assert found, name
        assert found.key.reveal() == "s3cret"


def test_a_secret_of_several_settings_is_fetched_once(aws: AwsServer) -> None:
    client, references = aws.client("secretsmanager"), References()
    client.create_secret(Name="fleeting", SecretString='{"key": "s3cret", "port": "26"}')
    assert references.resolve("secretsmanager:fleeting#key") == "s3cret"
    client.delete_secret(SecretId="fleeting", ForceDeleteWithoutRecovery=True)
    assert references.resolve("secretsmanager:fleeting#port") == "26"


@pytest.mark.parametrize(
    ("name", "reference", "reason"),
    [
        ("OWL_KEY", "secretsmanager:mailroom/none", "cannot be read (ResourceNotFoundException)"),
        ("OWL_KEY", "ssm:/mailroom/none", "cannot be read (ParameterNotFound)"),
        ("OWL_KEY", "ssm:", "the reference has no name: want secretsmanager:NAME"),
        ("OWL_KEY", "secretsmanager:#field", "the reference has no name"),
        ("OWL_KEY", "secretsmanager:mailroom/plain#", "the reference names no field"),
        ("OWL_KEY", "ssm://mailroom/plain", "a reference has no slashes before the name"),
        ("OWL_KEY", "smm:/mailroom/plain", "it looks like a reference and is none"),
        ("OWL_KEY", "secretsmanager:mailroom/plain#key", "the secret is not JSON with that field"),
        ("OWL_KEY", "secretsmanager:mailroom/list#key", "the secret is not JSON with that field"),
        ("OWL_KEY", "secretsmanager:mailroom/json#nokey", "the secret is not JSON with that field"),
        ("OWL_KEY", "secretsmanager:mailroom/json", "is a JSON object: name the field that is meant"),
        ("OWL_KEY", "secretsmanager:mailroom/blank", "is empty"),
        ("OWL_KEY", "secretsmanager:mailroom/bytes", "is empty"),
        ("OWL_PORT", "ssm:port", "OWL_PORT is malformed"),
        ("OWL_PORT", "secretsmanager:mailroom/plain", "OWL_PORT is malformed"),
    ],
)
def test_a_reference_that_leads_nowhere_is_a_fault(name: str, reference: str, reason: str) -> None:
    problems = Problems()
    assert read(Owl, {"OWL_KEY": "fine", name: reference}, problems) is None
    error = str(problems.error())
    assert error.startswith(name)
    assert reason in error
    assert "s3cret" not in error


def test_aws_out_of_reach_is_a_fault(unreachable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SSM", unreachable)
    problems = Problems()
    assert read(Owl, {"OWL_KEY": "ssm:/mailroom/key"}, problems) is None
    said = "ssm:/mailroom/key cannot be read: 127.0.0.1 cannot be reached (ConnectionRefusedError)."
    assert said in str(problems.error())


@pytest.mark.parametrize("fault", [Stall(), Drip(), Drip(headers=True)])
def test_aws_that_stalls_or_drips_is_a_fault(
    fault: Behaviour, answering: Callable[..., HttpServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", answering(fault).url)
    problems = Problems()
    assert read(Owl, {"OWL_KEY": "secretsmanager:mailroom/plain"}, problems) is None
    said = "secretsmanager:mailroom/plain cannot be read: 127.0.0.1 did not answer in time."
    assert said in str(problems.error())


def test_a_proxy_that_cannot_be_used_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SSM", "https://ssm.example.test")
    monkeypatch.setenv("https_proxy", "socks5://proxy.example.test")
    problems = Problems()
    assert read(Owl, {"OWL_KEY": "ssm:/mailroom/key"}, problems) is None
    assert "ssm:/mailroom/key cannot be read: HTTPS_PROXY names no proxy" in str(problems.error())


LIKE_REFERENCES = [
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/mail-AbCdEf",
    "arn:aws-us-gov:ssm:us-gov-west-1:123456789012:parameter/prod/mail",
    "{{resolve:secretsmanager:prod/mail:SecretString:key}}",
    "{{resolve:ssm-secure:/prod/mail:1}}",
    "/aws/reference/secretsmanager/prod/mail",
    "secretmanager:prod/mail",
    "secrets-manager:prod/mail",
    "secrets_manager:prod/mail",
    "secretsmanger:prod/mail#key",
    "SecretsManager:prod/mail",
    "aws-secretsmanager:prod/mail",
    "secretsmanager://prod/mail",
    "secretsmanager:",
    "secretsmanager: ",
    '"secretsmanager:prod/mail"',
    "'ssm:/prod/mail'",
    " ssm:/prod/mail",
    "ssm://prod/mail",
    "SSM:/prod/mail",
    "ssm-secure:/prod/mail",
    "parameter-store:/prod/mail",
    "ssm:/prod/mail#key",
    "ssm:arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/mail-AbCdEf",
    # As ECS writes a field.
    "secretsmanager:arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/mail-AbCdEf:key::",
    "secretsmanager:arn:aws:ssm:eu-west-1:123456789012:parameter/prod/mail",
    "secretsmanager:arn:aws",
    "ssm:arn:aws:ssm:eu-west-1:123456789012:parameter/prod/mail:1:2",
]


@pytest.mark.parametrize("value", LIKE_REFERENCES)
def test_what_looks_like_a_reference_and_is_none_is_told_the_form_that_is_wanted(value: str) -> None:
    problems = Problems()
    assert read(Owl, {"OWL_KEY": value}, problems) is None
    assert str(problems.error()).startswith("OWL_KEY: ")
    assert "want secretsmanager:NAME, secretsmanager:NAME#FIELD or ssm:NAME" in str(problems.error())
    assert "prod" not in str(problems.error())


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:secretsmanager:eu-wset-1:123456789012:secret:prod/mail-AbCdEf",
        "arn:aws:secretsmanager:cn-north-1:123456789012:secret:prod/mail-AbCdEf",
    ],
)
def test_an_arn_of_nowhere_is_no_reference(arn: str) -> None:
    problems = Problems()
    assert read(Owl, {"OWL_KEY": f"secretsmanager:{arn}"}, problems) is None
    assert "OWL_KEY: there is no such region" in str(problems.error()) or "partition" in str(problems.error())


@pytest.mark.parametrize(
    "value",
    [
        "SG.aaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
        "key-0123456789abcdef0123456789abcdef",
        "secret:with:colons",
        "s3cret:x",
        "my-secret: it is long",
        "mail:manager:x",
        "BPa7:K/arn:aws:secretsmanager",
        "arn:aws:ses:eu-west-1:123456789012:identity/acme.example",
        "https://user:password@host:443/ssm:x",
        "ssmtp:x",
        "assm:x",
        "secretary:x",
        "{resolve:x}",
        "SSM: a shop for everything",
        "manager:x",
    ],
)
def test_a_key_or_a_password_may_have_a_colon(value: str) -> None:
    found = read(Owl, {"OWL_KEY": value}, Problems())
    assert found
    assert found.key.reveal() == value


def test_all_look_ups_of_a_start_share_eight_seconds(clock: Any) -> None:
    references = References()
    clock.ahead = 4
    assert references.resolve("secretsmanager:mailroom/plain") == "s3cret"
    clock.ahead = 8
    with pytest.raises(ValueError, match=r"^ssm:/mailroom/key cannot be read: .* did not answer in time$"):
        references.resolve("ssm:/mailroom/key")


DEMANDING = """
import environ
from cognito_mailroom import Receipt, hookimpl

def settings(prefix):
    return environ.config(prefix=prefix)(type(prefix, (), {"key": environ.var(), "more": environ.var("")}))

class Owl:
    Settings = settings("OWL")
    def __init__(self, settings): pass
    @hookimpl
    def mailroom_deliver(self, message): return Receipt()
class Guard(Owl):
    Settings = settings("GUARD")
"""


def test_a_start_that_is_stalled_tells_which_variables_were_not_read(
    clock: Any,
    install: Callable[..., None],
    environ: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    install("demanding", DEMANDING, providers={"owl": "Owl"}, extensions={"guard": "Guard"})
    asked = []

    def answer_late(request: Request) -> Reply:
        asked.append(request)
        clock.ahead += 4.5  # which the client may see only after it has read the answer
        return Reply(200, {"SecretString": "s3cret"})

    names = ("MAILROOM_PRODUCT_NAME", "GUARD_KEY", "OWL_KEY", "OWL_MORE")
    given = {name: f"secretsmanager:{name}" for name in names} | {"MAILROOM_PROVIDER": "owl"}
    with HttpServer(answer_late) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", server.url)
        with pytest.raises(ConfigurationError) as refused:
            Mailroom.from_environ(environ | given)
    assert len(asked) == 2  # then the eight seconds are over
    for name in names[2:]:
        assert f"{name}: secretsmanager:{name} cannot be read: " in str(refused.value)
    assert "s3cret" not in str(refused.value)
