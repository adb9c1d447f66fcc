"""What the demo puts in the place of a provider; one more provider is one more entry of `STAND_INS`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from secrets import token_urlsafe

from attrs import frozen

from cognito_mailroom.testing.smtp import ReceivedMail, SmtpServer


@frozen
class StandIn:
    """A running counterpart: how a plugin is told of it, and what it received so far."""

    description: str
    environ: Mapping[str, str]
    mails: Sequence[ReceivedMail]


@contextmanager
def _smtp() -> Iterator[StandIn]:
    with SmtpServer(security="starttls", username="mailroom", password=token_urlsafe()) as server:
        yield StandIn(
            description=f"a mail server with STARTTLS and AUTH on {server.host}:{server.port}",
            environ={
                "SMTP_HOST": server.host,
                "SMTP_PORT": str(server.port),
                "SMTP_SECURITY": "starttls",
                "SMTP_USERNAME": server.username,
                "SMTP_PASSWORD": server.password,
                "SMTP_CA_FILE": str(server.ca_file),
            },
            mails=server.messages,
        )


STAND_INS: Mapping[str, Callable[[], AbstractContextManager[StandIn]]] = {"smtp": _smtp}
