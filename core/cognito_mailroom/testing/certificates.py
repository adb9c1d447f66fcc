"""A private certificate authority for the process, and certificates for stand-ins."""

from __future__ import annotations

import atexit
import ssl
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import trustme

LOOPBACK = ("127.0.0.1", "::1", "localhost")

_at_exit = ExitStack()
atexit.register(_at_exit.close)


@cache
def authority() -> trustme.CA:
    """The authority that clients under test trust by `ca_file`."""
    return trustme.CA()


@cache
def ca_file() -> Path:
    """The authority's certificate as a PEM file, which goes when the process ends."""
    return Path(_at_exit.enter_context(authority().cert_pem.tempfile()))


def server_context(*hosts: str, issuer: trustme.CA | None = None) -> ssl.SSLContext:
    """A server's side of TLS, certified for ``hosts``; the loopback's names unless others are given.

    With an ``issuer`` of your own, such as ``trustme.CA()``, no client trusts it.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    (issuer or authority()).issue_cert(*(hosts or LOOPBACK)).configure_cert(context)
    return context
