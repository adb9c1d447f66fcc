"""How to log in: by a password, or by XOAUTH2 with an access token."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import environ
from attrs.converters import optional
from cognito_mailroom import Secret

if TYPE_CHECKING:
    from .settings import SmtpSettings


def _token_url(text: str) -> str:
    from cognito_mailroom.transport import base_url  # imported where one is set

    try:
        base_url(text)
    except ValueError:
        raise ValueError(
            "want an https URL such as https://login.microsoftonline.com/TENANT/oauth2/v2.0/token"
        ) from None
    return text


@environ.config(frozen=True)
class OAuthSettings:
    """How to get the access tokens for a login by XOAUTH2."""

    token_url: str | None = environ.var(
        None, converter=optional(_token_url), help="the token endpoint, for a login by XOAUTH2"
    )
    client_id: str | None = environ.var(None, help="the id of the OAuth client")
    client_secret: Secret = environ.var("", converter=Secret, help="the secret of the OAuth client")
    scope: str | None = environ.var(None, help="the scopes to ask for, with blanks between them")
    refresh_token: Secret = environ.var(
        "", converter=Secret, help="to get tokens with; default: the client's own credentials"
    )


def contradictions(settings: SmtpSettings) -> Iterator[str]:
    """A sentence for each fault of the login."""
    oauth = settings.oauth
    by_token = any((oauth.token_url, oauth.client_id, oauth.client_secret, oauth.scope, oauth.refresh_token))
    if by_token:
        if settings.password:
            yield "SMTP_PASSWORD and SMTP_OAUTH_… are two ways to log in: unset one of them."
        wanted = {
            "SMTP_USERNAME": settings.username,
            "SMTP_OAUTH_TOKEN_URL": oauth.token_url,
            "SMTP_OAUTH_CLIENT_ID": oauth.client_id,
            "SMTP_OAUTH_CLIENT_SECRET": oauth.client_secret or oauth.refresh_token,
        }
        if missing := [name for name, value in wanted.items() if not value]:
            yield f"To log in by XOAUTH2, set {' and '.join(missing)} too."
    elif bool(settings.username) != bool(settings.password):
        yield "SMTP_USERNAME and SMTP_PASSWORD go together: set both or neither."
    if settings.username and settings.security == "none":
        yield (
            f"SMTP_SECURITY=none would send SMTP_USERNAME and {'a token' if by_token else 'SMTP_PASSWORD'} "
            "unencrypted: choose starttls or tls, or unset the login."
        )
