"""What the operator sets; no error repeats a value."""

from __future__ import annotations

import re
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import environ
from attrs.converters import optional
from cognito_mailroom import Address, ConfigurationError, Secret
from cognito_mailroom.transport import tls_context

from .login import OAuthSettings

if TYPE_CHECKING:
    from cognito_mailroom.transport import Proxy

PORTS = {"starttls": 587, "tls": 465, "none": 25}

_HOST = re.compile(r"[\w-]+(\.[\w-]+)*\.?|[\da-f]*:[\da-f:]*:[\da-f:.]*", re.IGNORECASE)
# RFC 5321, 4.1.2: a domain, whose last label is no number, or an address literal. Compiled where one is set.
_HELO = r"(?ai)(?=.{1,255}$)([a-z\d][a-z\d-]{0,62}\.)*(?!\d+$)[a-z\d][a-z\d-]{0,62}"
_LITERAL = r"(?ai)\[((?:ipv6:)?[\da-f:.]+)\]"


def _host(text: str) -> str:
    with suppress(UnicodeError):
        if _HOST.fullmatch(text):
            text.encode("idna")  # as the socket will: a label of more than 63 octets is refused there
            return text
    raise ValueError("want a host name or an IP address alone, without a scheme or a port")


def _port(text: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", text) or not 0 < int(text) < 65_536:
        raise ValueError("want a number from 1 to 65535")
    return int(text)


def _security(text: str) -> str:
    if text not in PORTS:
        raise ValueError("want starttls, tls or none")
    return text


def _ca_file(text: str) -> Path:
    try:
        tls_context(text)  # which the provider will want anyway
    except ConfigurationError:
        raise ValueError("want a readable file of CA certificates in PEM format") from None
    return Path(text)


def _proxy(text: str) -> Proxy:
    from cognito_mailroom.transport import Proxy  # imported where one is set

    return Proxy.parse(text, "SMTP_PROXY")


def _helo(text: str) -> str:
    if re.fullmatch(_HELO, text):
        return text
    with suppress(ValueError):
        literal = re.fullmatch(_LITERAL, text)
        address = literal and ip_address(re.sub("(?i)^ipv6:", "", literal[1]))
        if address and ("ipv6:" in text.lower()) == (address.version == 6):
            return text
    raise ValueError("want a name in ASCII such as mail.acme.example, or an address such as [192.0.2.1]")


def _envelope_from(text: str) -> Address:
    address = Address(text)
    if address.needs_smtputf8:
        raise ValueError("want an address in ASCII, since not every server takes another")
    return address


@environ.config(prefix="SMTP", frozen=True)
class SmtpSettings:
    """The environment variables of this plugin."""

    host: str = environ.var(converter=_host, help="the mail server, such as smtp.example.com")
    port: int | None = environ.var(
        None, converter=optional(_port), help="default: 587 with starttls, 465 with tls, 25 with none"
    )
    security: str = environ.var(
        "starttls", converter=_security, help="starttls, tls (from the first byte on) or none"
    )
    # Some providers take one and the same token as both.
    username: Secret = environ.var("", converter=Secret, help="the login, where the server wants one")
    password: Secret = environ.var("", converter=Secret, help="the password that goes with the user name")
    ca_file: Path | None = environ.var(
        None, converter=optional(_ca_file), help="the only authorities to trust, PEM; default: the system's"
    )
    proxy: Proxy | None = environ.var(
        None, converter=optional(_proxy), help="the proxy to connect through, http://user:password@host:port"
    )
    helo: str | None = environ.var(
        None,
        converter=optional(_helo),
        help="the name to give oneself; default: the sender's domain",
    )
    envelope_from: Address | None = environ.var(
        None, converter=optional(_envelope_from), help="where bounces go; default: the sender's address"
    )
    oauth: OAuthSettings = environ.group(OAuthSettings)
