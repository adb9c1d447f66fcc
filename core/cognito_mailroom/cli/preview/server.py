"""The preview's server: a page, what it asks for, and the one thing that it may do."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from secrets import compare_digest, token_urlsafe
from typing import Any

from flask import Flask, Response, abort, request
from flask.typing import ResponseReturnValue
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from .choice import Choice
from .clients import Support
from .facts import choices, facts, findings
from .page import page
from .sending import Sender
from .watching import Current

HOST = "127.0.0.1"
_STILL_HERE = 15.0  # seconds after which a browser that has gone is noticed


@contextmanager
def serving(current: Current, sender: Sender, support: Support | None, port: int) -> Iterator[BaseWSGIServer]:
    """A server that listens on loopback alone; port 0 takes any that is free.

    Raises:
        OSError: the port is taken.

    """
    with socket.create_server((HOST, port)) as listening:
        port = listening.getsockname()[1]
        hosts = {f"{name}:{port}" for name in (HOST, "localhost")}
        app = _Pages(current, sender, support, hosts).app()
        options: dict[str, Any] = {"threaded": True, "request_handler": _Quiet, "fd": listening.fileno()}
        with make_server(HOST, port, app, **options) as server:
            yield server


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Requests are of no interest."""


class _Pages:
    """What is answered; ``hosts`` are the names that this may be asked by."""

    def __init__(
        self, current: Current, sender: Sender, support: Support | None, hosts: Collection[str]
    ) -> None:
        self._current, self._sender, self._support, self._hosts = current, sender, support, hosts
        self._token = token_urlsafe()

    def app(self) -> Flask:
        app = Flask(__name__, static_folder=None)
        app.before_request(self._only_by_its_own_name)
        app.after_request(_for_this_page_alone)
        views: dict[str, Callable[[], ResponseReturnValue]] = {
            "/": self._page,
            "/mail": lambda: _json(facts(self._current.mails, self._chosen())),
            "/findings": lambda: _json(findings(self._current.mails, self._chosen(), self._support)),
            "/folder": lambda: _json(self._current.mails.check()),
            "/changes": lambda: Response(self._changes(), mimetype="text/event-stream"),
        }
        for path, view in views.items():
            app.add_url_rule(path, path, view)
        app.add_url_rule("/send", "/send", self._send, methods=["POST"])
        return app

    def _only_by_its_own_name(self) -> None:
        # Another's may lead here, too: a page that a browser was lured to could otherwise read along.
        if request.host not in self._hosts:
            abort(403)

    def _page(self) -> str:
        # The version first: what has changed meanwhile is told once more then.
        begin = {"version": self._current.version, "choices": self._choices()}
        return page({**begin, "token": self._token, "sends": self._sender.is_configured})

    def _choices(self) -> dict[str, object]:
        return choices(self._current.mails, self._current.fault)

    def _chosen(self) -> Choice:
        asked = (request.args.get(name, "") for name in ("mail", "language", "brand", "example"))
        return self._current.mails.find(*asked)

    def _changes(self) -> Iterator[str]:
        """Server-sent events: at once, and whenever a file has changed, what there is to choose from."""
        seen = 0
        while True:
            version = self._current.wait(seen, _STILL_HERE)
            told = json.dumps({"version": version, "choices": self._choices()}, ensure_ascii=False)
            yield ":\n\n" if version == seen else f"retry: 500\ndata: {told}\n\n"
            seen = version

    def _send(self) -> Response:
        # A browser says where a request comes from, and no other page can read the token.
        asked = request.get_json(silent=True)
        if (
            request.headers.get("Origin") != f"http://{request.host}"
            or request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin"
            or not isinstance(asked, dict)
            or not compare_digest(str(asked.get("token")).encode(), self._token.encode())
        ):
            abort(403)
        mails = self._current.mails
        return _json(self._sender.send(mails, self._chosen(), str(asked.get("address", ""))))


def _for_this_page_alone(response: Response) -> Response:
    response.headers.update(
        {
            "Cache-Control": "no-store",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
        }
    )
    return response


def _json(found: object) -> Response:
    return Response(json.dumps(found, ensure_ascii=False), mimetype="application/json")
