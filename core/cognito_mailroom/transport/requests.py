"""The kept connection under an SDK that is built on requests."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from requests import PreparedRequest, Response, Session
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers

if TYPE_CHECKING:
    from .http import HttpClient


class KeptSession(Session):
    """Give it to the SDK in place of its own; set ``client.deadline`` before each call.

    Every request goes over the client's one connection, under the client's TLS context, and where the
    client raises Unavailable or ConfigurationError, so does this. requests writes the request and reads the
    answer. What a session would add for the sake of browsing is left out: cookies, redirects, proxies and
    passwords that the environment names. It is half of the work.
    """

    def __init__(self, client: HttpClient) -> None:
        super().__init__()
        self._client = client

    def request(  # type: ignore[override]
        self,
        method: str,
        url: str,
        *,
        headers: Any = None,
        params: Any = None,
        data: Any = None,
        json: Any = None,
        files: Any = None,
        auth: Any = None,
        **_: Any,
    ) -> Response:
        """Sends a request; of requests' other options, such as a timeout, none is needed."""
        prepared = PreparedRequest()
        prepared.prepare_method(method)
        prepared.prepare_url(url, params)
        prepared.prepare_headers(headers)
        prepared.prepare_body(data, files, json)
        prepared.prepare_auth(auth)
        body: Any = prepared.body or b""
        answer = self._client.request(
            method,
            prepared.path_url.removeprefix(self._client.path),
            body=body.encode() if isinstance(body, str) else body,
            headers=prepared.headers,  # type: ignore[arg-type]  # http.client takes bytes as well
            deadline=self._client.deadline,
        )
        response = Response()
        response.status_code = answer.status
        response.headers = CaseInsensitiveDict(answer.headers)
        response.encoding = get_encoding_from_headers(response.headers)
        response.raw = io.BytesIO(answer.body)
        response.request, response.url = prepared, url
        return response
