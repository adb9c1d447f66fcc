"""Access tokens for XOAUTH2, fetched from a token endpoint and kept until they expire.

Sources: RFC 6749, 4.4 to 6; https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
https://developers.google.com/identity/protocols/oauth2/web-server#offline
"""

from __future__ import annotations

import re
from time import time
from urllib.parse import urlencode, urlsplit

from cognito_mailroom import (
    ConfigurationError,
    CredentialsRefused,
    Deadline,
    MailroomError,
    Secret,
    Unavailable,
)
from cognito_mailroom.transport import Answer, HttpClient, refusal

from .login import OAuthSettings

_MARGIN = 60.0  # seconds before a token expires in which it is not used any more
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
# RFC 6749, 5.2: of an answer's words only these are repeated, since it may quote the request.
_CREDENTIALS = {"invalid_client", "invalid_grant", "unauthorized_client"}
_BUSY = {"server_error", "temporarily_unavailable"}
_CODES = _CREDENTIALS | _BUSY | {"invalid_request", "invalid_scope", "unsupported_grant_type"}
_ADVICE = "check the SMTP_OAUTH_… settings, and whether the secret or the refresh token has expired"


class AccessTokens:
    """One OAuth client's tokens, by its refresh token or else by its own credentials.

    When they expire the wall clock tells, which goes on while Lambda has the process frozen.
    """

    def __init__(self, settings: OAuthSettings) -> None:
        url = settings.token_url or ""
        self._settings = settings
        self._http = HttpClient(url)
        self._path = "" if urlsplit(url).path.rstrip("/") and not url.endswith("/") else "/"
        self._refresh_token = settings.refresh_token
        self._token, self._expires_at = Secret(""), 0.0

    def kept(self) -> Secret | None:
        """The last token, until it expires."""
        return self._token if time() < self._expires_at else None

    def forget(self) -> None:
        """Keeps the last token no longer."""
        self._expires_at = 0.0

    def fetch(self, deadline: Deadline) -> Secret:
        """A new token, which is kept.

        Raises:
            CredentialsRefused: the endpoint takes the client's secret or the refresh token no more.
            ConfigurationError: it refuses the request for another reason.
            DeliveryError: it is busy or out of reach, or did not answer before the deadline.

        """
        self.forget()
        asked_at = time()
        answer = self._http.post(self._path, body=self._form(), headers=_FORM, deadline=deadline)
        if answer.status != 200:
            raise _refusal(answer)
        token = answer.fields.get("access_token")
        if not isinstance(token, str) or not re.fullmatch("[!-~]+", token):
            raise Unavailable("The token endpoint answered 200, but with no access token.")
        self._token = Secret(token)
        self._expires_at = asked_at + _seconds(answer.fields.get("expires_in")) - _MARGIN
        # RFC 6749, 6: a new refresh token replaces the one before.
        if isinstance(newer := answer.fields.get("refresh_token"), str) and self._refresh_token:
            self._refresh_token = Secret(newer)
        return self._token

    def _form(self) -> bytes:
        settings, refresh_token = self._settings, self._refresh_token.reveal()
        fields = {
            "grant_type": "refresh_token" if refresh_token else "client_credentials",
            "client_id": settings.client_id,
            "client_secret": settings.client_secret.reveal(),
            "scope": settings.scope,
            "refresh_token": refresh_token,
        }
        return urlencode({name: value for name, value in fields.items() if value}).encode()


def _seconds(expires_in: object) -> float:
    """How long a token is good for; not at all where nobody says so. Some write the number as a text."""
    text = str(expires_in)
    return float(text) if re.fullmatch("[0-9]{1,9}", text) else 0.0


def _refusal(answer: Answer) -> MailroomError:
    code = str(answer.fields.get("error"))
    details = re.match(r"AADSTS\d{1,9}\b", str(answer.fields.get("error_description")))  # Microsoft's codes
    said = " ".join([*({code} & _CODES), *([details[0]] if details else [])])
    found = refusal("The token endpoint", answer.status, said, answer.headers)
    if not isinstance(found, ConfigurationError):
        return found
    if code in _BUSY:
        return Unavailable(str(found))
    kind = CredentialsRefused if code in _CREDENTIALS else type(found)
    return kind(f"{str(found).rstrip('.')}: {_ADVICE}.")
