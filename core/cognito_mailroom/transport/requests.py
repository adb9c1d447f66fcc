"""The kept connection under an SDK that is built on requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from requests import Response
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ProtocolError

from .http import MAX_ANSWER_BYTES

if TYPE_CHECKING:
    from .http import HttpClient


class KeptAdapter(HTTPAdapter):
    """Mount it on the SDK's session; set ``client.deadline`` before each call.

    Every request goes over the client's one connection, under the client's TLS context.
    """

    def __init__(self, client: HttpClient) -> None:
        super().__init__(max_retries=0)
        self._client = client

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> Any:
        """The client's pool, whatever the URL."""
        return self._client.pool

    def cert_verify(self, *_: Any) -> None:
        """Nothing: requests would load its own bundle of authorities anew for every connection."""

    def build_response(self, req: Any, resp: Any) -> Response:
        """An answer of which requests reads so much and no more, lest it fill the memory."""
        response = super().build_response(req, resp)
        resp.stream = _bounded(resp)
        return response


class EndlessAnswerError(ProtocolError):
    """The answer goes on beyond any that a provider gives."""


def _bounded(answer: Any) -> Callable[..., Iterator[bytes]]:
    stream = answer.stream

    def read(*args: Any, **options: Any) -> Iterator[bytes]:
        received = 0
        for piece in stream(*args, **options):
            received += len(piece)
            if received > MAX_ANSWER_BYTES:
                answer.close()
                raise EndlessAnswerError
            yield piece

    return read
