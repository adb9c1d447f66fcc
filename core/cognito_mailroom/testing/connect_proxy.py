"""An HTTP proxy that makes tunnels: CONNECT, with a login."""

from __future__ import annotations

import base64
import socket
from collections.abc import Mapping
from typing import Self
from urllib.parse import quote

from attrs import frozen

from .exchange import Exchange, Reply
from .http_server import HttpServer

LOGIN = "mailroom", "sentinel/of:the@proxy"
"""User name and password, of which the latter must be escaped in a URL."""


class ConnectProxy(HttpServer):
    """A proxy on a free loopback port, for the length of a ``with`` block.

    ``servers`` says at which loopback port each target is, such as ``{"api.example.test:443": server.port}``,
    since no client asks a proxy for what is on the loopback interface itself. All else is a 502, and a wrong
    login a 407; `next` scripts whatever else may go wrong.
    """

    def __init__(self, servers: Mapping[str, int]) -> None:
        super().__init__(lambda _: Reply())
        self.servers = servers
        self.tunnels: list[str] = []
        """The target of every tunnel there was."""
        self.usual = _Tunnel(self)

    @property
    def url(self) -> str:
        """What a variable such as HTTPS_PROXY says, with the login."""
        user, password = (quote(each, safe="") for each in LOGIN)
        return f"http://{user}:{password}@{self.host}:{self.port}"

    @property
    def environ(self) -> Mapping[str, str]:
        """The variables by which clients find it; in lower case too, which goes before capitals."""
        return dict.fromkeys(("HTTPS_PROXY", "https_proxy"), self.url)

    def __enter__(self) -> Self:
        super().__enter__()
        return self


@frozen
class _Tunnel:
    """What a proxy does with CONNECT."""

    proxy: ConnectProxy

    def play(self, exchange: Exchange) -> bool:
        request = exchange.receive()
        if refusal := self._refusal(request.method, request.path, request.headers):
            exchange.send(refusal.head() + refusal.content)
            return False
        with socket.create_connection(("127.0.0.1", self.proxy.servers[request.path])) as server:
            self.proxy.tunnels.append(request.path)
            exchange.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            exchange.relay(server)
        return False

    def _refusal(self, method: str, target: str, headers: Mapping[str, str]) -> Reply | None:
        if method != "CONNECT" or headers.get("Host") != target:
            return Reply(400, "CONNECT host:port, and the same as Host.")
        login = base64.b64encode(":".join(LOGIN).encode()).decode()
        if headers.get("Proxy-Authorization") != f"Basic {login}":
            wanted = {"Proxy-Authenticate": 'Basic realm="proxy"', "Connection": "close"}
            return Reply(407, f"Cache Access Denied {login}", wanted)  # as a squid might, which repeats much
        return None if target in self.proxy.servers else Reply(502, "<html>Bad Gateway</html>")
