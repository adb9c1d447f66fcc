"""For plugins that speak to a provider over the network: connections that are kept, and time that ends.

- HTTP: `HttpClient` for one origin, `Answer`, `base_url` for settings
- what answers mean: `refusal_of`, and its parts `refusal`, `cleaned` and `retry_after`; `unreachable`
- the same connection under an SDK built on requests (`KeptSession`), or under a client of AWS (`aws_client`,
  `keep_connection`)
- SMTP: `SmtpClient`, `SmtpEndpoint`, `SmtpReply`; `compose` writes the mail as RFC 5322 has it
- `Proxy`: SMTP through an HTTP proxy; `HttpClient` by itself goes through the one in HTTPS_PROXY

A name is imported when it is asked for, so that an HTTP plugin does not pay for SMTP.
"""

from typing import TYPE_CHECKING

from cognito_mailroom.lazy_imports import lazy_attributes

if TYPE_CHECKING:
    from .answers import Answer, cleaned, refusal, refusal_of, retry_after, unreachable
    from .aws import aws_client, aws_session, keep_connection
    from .http import HttpClient, base_url
    from .mime import compose, needs_smtputf8
    from .proxy import Proxy
    from .requests import KeptSession
    from .smtp import SmtpClient, SmtpEndpoint, SmtpReply
    from .sockets import tls_context

__all__ = [
    "Answer",
    "HttpClient",
    "KeptSession",
    "Proxy",
    "SmtpClient",
    "SmtpEndpoint",
    "SmtpReply",
    "aws_client",
    "aws_session",
    "base_url",
    "cleaned",
    "compose",
    "keep_connection",
    "needs_smtputf8",
    "refusal",
    "refusal_of",
    "retry_after",
    "tls_context",
    "unreachable",
]

if not TYPE_CHECKING:
    __getattr__ = lazy_attributes(
        __name__,
        {
            ".answers": ("Answer", "cleaned", "refusal", "refusal_of", "retry_after", "unreachable"),
            ".aws": ("aws_client", "aws_session", "keep_connection"),
            ".http": ("HttpClient", "base_url"),
            ".mime": ("compose", "needs_smtputf8"),
            ".proxy": ("Proxy",),
            ".requests": ("KeptSession",),
            ".smtp": ("SmtpClient", "SmtpEndpoint", "SmtpReply"),
            ".sockets": ("tls_context",),
        },
    )
