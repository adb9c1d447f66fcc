"""Base class for stand-ins of a provider's HTTP API."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Self

from .exchange import Reply, Request
from .http_server import HttpServer
from .stand_in import ReceivedMail


class HttpStandIn(ABC):
    """A provider's HTTP API for the demo and the contract; see `cognito_mailroom.testing.stand_in.StandIn`.

    Subclass it with the settings that point the plugin at ``self.server.url``, and with an answer that
    is as strict as the real API's. Append each mail it takes to ``self.messages``.
    """

    def __init__(self) -> None:
        self.server = HttpServer(self.answer)
        self.messages: list[ReceivedMail] = []

    @property
    @abstractmethod
    def environ(self) -> Mapping[str, str]:
        """The plugin's own settings, its key included."""

    @abstractmethod
    def answer(self, request: Request) -> Reply:
        """The API itself."""

    def __enter__(self) -> Self:
        self.server.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.server.__exit__(*error)
