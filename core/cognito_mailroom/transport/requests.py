"""The kept connection under an SDK that is built on requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter

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
