"""Settings are checked where they are read, and each fault names its variable without the value."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from cognito_mailroom import ConfigurationError, Secret
from cognito_mailroom.settings import Problems, read, variables
from cognito_mailroom.testing import certificates
from cognito_mailroom.transport import tls_context
from cognito_mailroom_smtp import SmtpProvider

LOGIN = {"SMTP_USERNAME": "AKIAEXAMPLE", "SMTP_PASSWORD": "open sesame"}
OAUTH = {
    "SMTP_USERNAME": "AKIAEXAMPLE",
    "SMTP_OAUTH_TOKEN_URL": "https://login.microsoftonline.com/0a1b/oauth2/v2.0/token",
    "SMTP_OAUTH_CLIENT_ID": "client-id-of-acme",
    "SMTP_OAUTH_CLIENT_SECRET": "sesame, open",
}


def settings(**given: str) -> Any:
    problems = Problems()
    found = read(SmtpProvider.Settings, {"SMTP_HOST": "mail.example"} | given, problems)
    if found is None:
        raise problems.error()
    return found


def test_the_entry_point_names_the_provider() -> None:
    (entry,) = entry_points(group="cognito_mailroom.providers", name="smtp")
    assert entry.load() is SmtpProvider


def test_the_variables() -> None:
    found = {variable.name: variable for variable in variables(SmtpProvider.Settings)}
    assert [name.removeprefix("SMTP_") for name in found] == [
        "HOST", "PORT", "SECURITY", "USERNAME", "PASSWORD", "CA_FILE", "PROXY", "HELO", "ENVELOPE_FROM",
        "OAUTH_TOKEN_URL", "OAUTH_CLIENT_ID", "OAUTH_CLIENT_SECRET", "OAUTH_SCOPE", "OAUTH_REFRESH_TOKEN",
    ]  # fmt: skip
    assert [name for name in found if found[name].required] == ["SMTP_HOST"]
    secrets = {"USERNAME", "PASSWORD", "OAUTH_CLIENT_SECRET", "OAUTH_REFRESH_TOKEN"}
    assert {name for name in found if found[name].is_secret} == {f"SMTP_{name}" for name in secrets}
    assert all(variable.help for variable in found.values())


def test_a_host_is_enough() -> None:
    found = settings(SMTP_USERNAME="", SMTP_CA_FILE=" ")
    assert (found.port, found.security, found.ca_file) == (None, "starttls", None)
    assert not found.username
    assert not found.password
    SmtpProvider(found)


@pytest.mark.parametrize(
    "host",
    ["mail.example", "mail.example.", "localhost", "192.0.2.1", "2001:db8::1", "::1", "mäil.example", "a_1"],
)
def test_hosts(host: str) -> None:
    assert settings(SMTP_HOST=host).host == host


def test_a_ca_file() -> None:
    found = settings(SMTP_CA_FILE=str(certificates.ca_file()), SMTP_PORT="2525")
    assert (found.ca_file, found.port) == (certificates.ca_file(), 2525)
    SmtpProvider(found)


def test_a_ca_file_with_a_byte_order_mark(tmp_path: Path) -> None:
    marked = tmp_path / "ca.pem"
    marked.write_text(certificates.ca_file().read_text(), "utf-8-sig")

    assert tls_context(settings(SMTP_CA_FILE=str(marked)).ca_file).cert_store_stats()["x509_ca"] == 1


NO_HOSTS = [
    "smtp://mail.example", "mail.example:587", "mail.example/x", "[::1]", "a..b", ".example", "1:2",
    "me@mail.example", "two words", "mail.example\n", "ä" * 80 + ".example", "x" * 64,
]  # fmt: skip
NO_PROXIES = [
    "socks5://proxy.example:1080",
    "https://proxy.example",
    "user:s3/cret@proxy.example",
    "a:0",
    "@",
]
NO_NAMES = [
    "mail acme.example", "mäil.example", "-acme.example", "acme..example", "192.0.2.1]", "acme.example\n",
    "x" * 64, "x." * 128 + "x", "192.0.2.1", "[192.0.2.999]", "[2001:db8::1]", "[IPv6:192.0.2.1]",
]  # fmt: skip
NO_ENDPOINTS = ["http://login.example/token", "login.example/token", "https://login.example/token?x=1", "x"]
NO_PORTS = ["0", "65536", "-1", "smtp", "5.5", "²", "९", "9" * 5000]


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        *(("SMTP_HOST", value, "without a scheme or a port") for value in NO_HOSTS),
        *(("SMTP_PORT", value, "1 to 65535") for value in NO_PORTS),
        *(("SMTP_SECURITY", value, "starttls, tls or none") for value in ["ssl", "STARTTLS", "true"]),
        *(("SMTP_CA_FILE", value, "CA certificates in PEM") for value in ["/nonexistent.pem", "/", __file__]),
        *(("SMTP_HELO", value, "a name in ASCII") for value in NO_NAMES),
        ("SMTP_ENVELOPE_FROM", "jürg@acme.example", "an address in ASCII"),
        *(("SMTP_OAUTH_TOKEN_URL", value, "an https URL") for value in NO_ENDPOINTS),
        *(("SMTP_PROXY", value, "http://user:password@host:port") for value in NO_PROXIES),
    ],
)
def test_a_malformed_value(name: str, value: str, wanted: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        settings(**{name: value})
    assert str(caught.value).startswith(f"{name} is malformed: want ")
    assert wanted in str(caught.value)
    assert repr(value) not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"SMTP_USERNAME": "AKIAEXAMPLE"}, "SMTP_PASSWORD"),
        ({"SMTP_PASSWORD": "open sesame"}, "SMTP_USERNAME"),
        ({**LOGIN, "SMTP_SECURITY": "none"}, "SMTP_SECURITY"),
        ({**OAUTH, "SMTP_SECURITY": "none"}, "SMTP_SECURITY"),
        ({**OAUTH, "SMTP_PASSWORD": "open sesame"}, "SMTP_PASSWORD and SMTP_OAUTH_"),
        *(({**OAUTH, missing: ""}, f"^To log in by XOAUTH2, set {missing} too\\.$") for missing in OAUTH),
        (
            {"SMTP_OAUTH_SCOPE": "x"},
            "set SMTP_USERNAME and SMTP_OAUTH_TOKEN_URL and ",
        ),
        ({"SMTP_PORT": "465"}, "SMTP_PORT=465 wants SMTP_SECURITY=tls"),
        ({"SMTP_PORT": "465", "SMTP_SECURITY": "none"}, "SMTP_PORT=465 wants SMTP_SECURITY=tls"),
    ],
)
def test_a_contradiction(given: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named) as caught:
        SmtpProvider(settings(**given))
    assert not [value for value in (LOGIN | OAUTH).values() if value in str(caught.value)]


@pytest.mark.parametrize("name", ["mail.acme.example", "mx1", "[192.0.2.1]", "[IPv6:2001:db8::1]"])
def test_names_to_give_oneself(name: str) -> None:
    assert settings(SMTP_HELO=name).helo == name


@pytest.mark.parametrize(
    "url", ["https://oauth2.googleapis.com/token", "https://acme.example", "http://127.0.0.1:80/token/"]
)
def test_token_endpoints(url: str) -> None:
    SmtpProvider(settings(**OAUTH | {"SMTP_OAUTH_TOKEN_URL": url}))


def test_a_refresh_token_may_do_without_a_secret() -> None:
    given = OAUTH | {"SMTP_OAUTH_CLIENT_SECRET": "", "SMTP_OAUTH_REFRESH_TOKEN": "r"}
    SmtpProvider(settings(**given))


@pytest.mark.parametrize(
    "value", ["Acme <bounces@acme.example>", "acme.example", "<>", "bounces@acme.example>\r\nRCPT TO:<a@b>"]
)
def test_a_malformed_envelope_sender(value: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^SMTP_ENVELOPE_FROM is malformed: the "):
        settings(SMTP_ENVELOPE_FROM=value)


@pytest.mark.parametrize(
    ("given", "warned"),
    [
        ({"SMTP_PORT": "587", "SMTP_SECURITY": "tls"}, True),
        ({"SMTP_PORT": "587"}, False),
        ({"SMTP_PORT": "465", "SMTP_SECURITY": "tls"}, False),
        ({"SMTP_PORT": "2525", "SMTP_SECURITY": "tls"}, False),
        ({"SMTP_PORT": "25", "SMTP_SECURITY": "none"}, False),
    ],
)
def test_a_port_that_hardly_goes_with_the_security_is_a_warning(
    *, given: dict[str, str], warned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    SmtpProvider(settings(**given))
    assert ("SMTP_PORT=587 goes with SMTP_SECURITY=starttls" in caplog.text) == warned


def test_credentials_show_in_no_repr() -> None:
    proxy = "http://us3r:s3cret@proxy.example:3128"
    found = settings(**LOGIN, SMTP_PROXY=proxy, SMTP_OAUTH_CLIENT_SECRET="s3cret")
    provider = SmtpProvider(settings(**LOGIN, SMTP_PROXY=proxy))
    shown = f"{found!r}{found}{provider!r}{provider}{vars(provider)}"
    assert not [value for value in (*LOGIN.values(), "us3r", "s3cret", "dXMzcjp") if value in shown]
    assert found.password == Secret("open sesame")
