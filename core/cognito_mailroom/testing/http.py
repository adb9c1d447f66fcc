"""A scriptable HTTP server on a real socket: a provider's API, well-behaved or not.

::

    with HttpServer(lambda request: Reply(202, {"id": "1"})) as server:
        server.next(Reply(500), Stall())  # the first two requests; the application answers the others
        ...
        assert server.connections == 1
"""

from __future__ import annotations

from .api import HttpStandIn
from .exchange import Exchange, Reply, Request
from .misbehaviour import (
    Behaviour,
    CloseAfterAnswer,
    CloseBeforeAnswer,
    CloseWithinAnswer,
    Drip,
    EndlessBody,
    Garbage,
    ResetBeforeAnswer,
    ResetBeforeRequest,
    Stall,
)
from .server import HttpServer

__all__ = [
    "Behaviour",
    "CloseAfterAnswer",
    "CloseBeforeAnswer",
    "CloseWithinAnswer",
    "Drip",
    "EndlessBody",
    "Exchange",
    "Garbage",
    "HttpServer",
    "HttpStandIn",
    "Reply",
    "Request",
    "ResetBeforeAnswer",
    "ResetBeforeRequest",
    "Stall",
]
