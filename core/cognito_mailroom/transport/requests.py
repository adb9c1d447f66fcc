"""The kept connection under an SDK that is built on requests."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from requests import Response
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers

if TYPE_CHECKING:
    from .http import HttpClient


class KeptAdapter(BaseAdapter):
    """Mount it on the SDK's session; set ``client.deadline`` before each call.

    Every request goes over the client's one connection, under the client's TLS context. Where the client
    raises Unavailable or ConfigurationError, so does the session. Set ``trust_env`` of the session to
    False: what requests would look up in the environment for each request, this does not use.
    """

    def __init__(self, client: HttpClient) -> None:
        super().__init__()
        self._client = client

    def send(self, request: Any, **_: Any) -> Response:  # type: ignore[override]
        """Hands the request over; of requests' own options, such as its timeout, none is needed."""
        client = self._client
        body = request.body or b""
        answer = client.request(
            request.method,
            request.path_url.removeprefix(client.path),
            body=body.encode() if isinstance(body, str) else body,
            # requests would have answers compressed, and unpack them itself.
            headers={**request.headers, "Accept-Encoding": "identity"},
            deadline=client.deadline,
        )
        response = Response()
        response.status_code = answer.status
        response.headers = CaseInsensitiveDict(answer.headers)
        response.encoding = get_encoding_from_headers(response.headers)
        response.raw = io.BytesIO(answer.body)
        response.request, response.url = request, request.url
        return response

    def close(self) -> None:
        """Leaves the connection, which is the client's."""
