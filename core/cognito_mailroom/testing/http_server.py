"""A scriptable HTTP server on a real socket, in threads of its own."""

from __future__ import annotations

import socket
import ssl
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from typing import Self

from . import certificates
from .exchange import Exchange, Reply, Request
from .server_faults import Behaviour


class HttpServer:
    """HTTP/1.1 with kept connections, on a free loopback port, for the length of a ``with`` block.

    ``application`` makes the reply to each request that no script (`next`) is for; what it raises, the
    end of the ``with`` block raises. With ``tls`` the certificate is of the private authority in
    `cognito_mailroom.testing.certificates`, or whatever a context of your own holds.
    """

    def __init__(
        self, application: Callable[[Request], Reply], *, tls: bool | ssl.SSLContext = False
    ) -> None:
        self.application = application
        self.requests: list[Request] = []
        """Every request that was read to its end."""
        self.connections = 0
        """How many there were, refused handshakes included."""
        self.usual: Behaviour = _Honest()
        """What it does with a request that no script is for."""
        self._context = certificates.server_context() if tls is True else tls or None
        self._script: deque[Behaviour] = deque()
        self._threads: list[Thread] = []
        self._exchanges: list[Exchange] = []
        self._failures: list[Exception] = []
        self._lock = Lock()
        self._closing = False

    @property
    def url(self) -> str:
        """The origin, without a slash at its end."""
        return f"{'https' if self._context else 'http'}://{self.host}:{self.port}"

    @property
    def ca_file(self) -> Path:
        """The authority that a client must trust to speak TLS with this server."""
        return certificates.ca_file()

    def next(self, *behaviours: Behaviour) -> None:
        """Scripts the requests to come, one after the other."""
        self._script.extend(behaviours)

    def clear_script(self) -> None:
        """Forgets what was scripted for requests that have not come."""
        self._script.clear()

    def drop_connections(self, *, reset: bool = False) -> None:
        """Closes every connection, or resets it, as servers do with what idles; returns when it is done."""
        for exchange in self._exchanges:
            exchange.interrupt(reset=reset)
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host, self.port = self._listener.getsockname()
        self._accepting = Thread(target=self._accept, name="http")
        self._accepting.start()
        return self

    def __exit__(self, kind: object = None, *_: object) -> None:
        self._closing = True
        # Nothing else wakes an accept on every system; a late client may have done so already.
        with suppress(OSError):
            socket.create_connection((self.host, self.port)).close()
        self._accepting.join()
        self.drop_connections()
        if self._failures and kind is None:
            raise self._failures[0]

    def _accept(self) -> None:
        with self._listener:
            while True:
                connection, _ = self._listener.accept()
                if self._closing:
                    connection.close()
                    return
                self.connections += 1
                try:
                    self._begin(connection)
                except OSError:  # the client has left already
                    connection.close()

    def _begin(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._context:
            # Without the handshake, for which the connection's own thread has the time.
            connection = self._context.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
        exchange = Exchange(connection, self._ask, self.requests)
        self._exchanges.append(exchange)
        self._threads.append(Thread(target=self._serve, args=[exchange], name="http-connection"))
        self._threads[-1].start()

    def _serve(self, exchange: Exchange) -> None:
        try:
            while exchange.arrives():
                behaviour = self._script.popleft() if self._script else self.usual
                if not behaviour.play(exchange):
                    break
        except OSError:
            pass  # the client left, which is its right
        finally:
            exchange.close()

    def _ask(self, request: Request) -> Reply:
        with self._lock:
            try:
                return self.application(request)
            except Exception as error:  # noqa: BLE001 - it is raised again where a test sees it
                self._failures.append(error)
                return Reply(500, "The stand-in's application failed.")


class _Honest:
    """The application's answer."""

    def play(self, exchange: Exchange) -> bool:
        reply = exchange.answer()
        exchange.send(reply.head() + reply.content)
        return True
