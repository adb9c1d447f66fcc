"""A requests session over the kept connection, for SDKs that are built on requests."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from cognito_mailroom.lazy_imports import lazy_imports

with lazy_imports():
    from requests import PreparedRequest, Response, Session
    from requests.structures import CaseInsensitiveDict
    from requests.utils import get_encoding_from_headers

if TYPE_CHECKING:
    from .http import HttpClient


class KeptSession(Session):
    """Give it to the SDK in place of its own; set ``client.deadline`` before each call.

    Every request goes over the client's one connection, under the client's TLS context, and where the
    client raises Unavailable or ConfigurationError, so does this. requests writes the request, with the
    session's headers and login, and reads the answer. What a session would do for the sake of browsing is
    left out: cookies, redirects, hooks, passwords that the environment names. It is half of the work.
    """

    def __init__(self, client: HttpClient) -> None:
        super().__init__()
        self._client = client
        self.headers.clear()  # requests' own: it would have answers compressed, and unpack them itself

    def request(  # type: ignore[override]
        self, method: str, url: str, params: Any = None, data: Any = None, headers: Any = None, **options: Any
    ) -> Response:
        """Sends a request; of requests' other options, ``files``, ``json`` and ``auth`` are kept to."""
        prepared = PreparedRequest()
        prepared.prepare_method(method)
        prepared.prepare_url(url, params)
        prepared.prepare_headers({**self.headers, **(headers or {})})
        prepared.prepare_body(data, options.get("files"), options.get("json"))
        prepared.prepare_auth(options.get("auth") or self.auth)
        return self.send(prepared)

    def send(self, request: Any, **_: Any) -> Response:
        """Sends what is prepared; of requests' options, such as a timeout, none is needed."""
        body = request.body or b""
        answer = self._client.request(
            request.method,
            request.path_url.removeprefix(self._client.path),
            body=body.encode() if isinstance(body, str) else body,
            headers=request.headers,  # some of them in bytes, as http.client takes them
            deadline=self._client.deadline,
        )
        response = Response()
        response.status_code = answer.status
        response.headers = CaseInsensitiveDict(answer.headers)
        response.encoding = get_encoding_from_headers(response.headers)
        response.raw = io.BytesIO(answer.body)
        response.request, response.url = request, request.url
        return response
