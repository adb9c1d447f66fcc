"""KMS and one provider, both speaking TLS, in a process of their own beside the measured one."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import entry_points
from multiprocessing.connection import Connection
from typing import Any, Self

from cognito_mailroom import Trigger
from cognito_mailroom.testing import cognito
from cognito_mailroom.testing.aws_server import AwsServer
from cognito_mailroom.testing.certificates import ca_file
from cognito_mailroom.testing.exchange import Reply, Request
from cognito_mailroom.testing.http_server import HttpServer
from cognito_mailroom.testing.stand_in import ReceivedMail
from moto.moto_server.werkzeug_app import create_backend_app

SENDER = "no-reply@acme.example"
CODE = "482910"


class Servers:
    """Both servers, pinned to one core, for the length of a ``with`` block."""

    def __init__(self, provider: str, core: int) -> None:
        self._provider, self._core = provider, core

    def __enter__(self) -> Self:
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other, self._provider, self._core), daemon=True)
        self._process.start()
        other.close()  # so that reading ends when the process does
        self.environ: Mapping[str, str]
        self.authority: str
        self.environ, self.authority = self._pipe.recv()
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.send(None)
        self._process.join()

    def events(self, count: int) -> list[dict[str, Any]]:
        """So many sign-ups, each with a code of its own."""
        self._pipe.send(("events", count))
        events: list[dict[str, Any]] = self._pipe.recv()
        return events

    def accepted(self) -> list[float]:
        """When each mail since the last call was taken, by `time.monotonic`."""
        self._pipe.send(("accepted", None))
        times: list[float] = self._pipe.recv()
        return times


def _serve(pipe: Connection, provider: str, core: int) -> None:
    os.sched_setaffinity(0, {core})
    with AwsServer() as aws, HttpServer(_kms(), tls=True) as kms, _counterpart(provider) as (environ, mails):
        key, client = aws.create_key(), aws.client("kms")
        names = {"MAILROOM_KMS_KEY_ARN": key, "MAILROOM_FROM": SENDER, "MAILROOM_PROVIDER": provider}
        # The hand-written functions take theirs by names of their own.
        names |= {"KEY_ARN": key, "SENDER": SENDER}
        names |= {"AWS_ENDPOINT_URL_KMS": kms.url}
        own = {name: text for name, text in aws.environ.items() if name != "AWS_ENDPOINT_URL"}
        pipe.send(({**own, **names, **environ}, ca_file().read_text("ascii")))
        work: Mapping[str, Callable[[Any], Any]] = {
            "events": lambda count: [_event(client, key) for _ in range(count)],
            "accepted": lambda _: [mail.received_at for mail in _taken(mails)],
        }
        for task, argument in iter(pipe.recv, None):
            pipe.send(work[task](argument))


def _kms() -> Callable[[Request], Reply]:
    """moto's, in process: its own server would speak no TLS, and close each connection, as KMS does not."""
    moto = create_backend_app("kms").test_client()

    def answer(request: Request) -> Reply:
        answer = moto.post(request.path, data=request.body, headers=dict(request.headers))
        return Reply(answer.status_code, answer.data, {"Content-Type": "application/x-amz-json-1.1"})

    return answer


def _event(client: Any, key: str) -> dict[str, Any]:
    code = cognito.encrypt(CODE, pool_id=cognito.POOL_ID, key_arn=key, client=client)
    return cognito.event(Trigger.SIGN_UP, code)


def _taken(mails: list[ReceivedMail]) -> list[ReceivedMail]:
    taken = mails[:]
    del mails[: len(taken)]
    return taken


@contextmanager
def _counterpart(provider: str) -> Iterator[tuple[Mapping[str, str], list[ReceivedMail]]]:
    (entry,) = entry_points(group="cognito_mailroom.standins", name=provider)
    with entry.load()() as stand_in:
        if not isinstance(server := getattr(stand_in, "server", None), HttpServer):
            # Its authority is trusted as any other: no setting names it.
            yield (
                {name: text for name, text in stand_in.environ.items() if name != "SMTP_CA_FILE"},
                stand_in.messages,
            )
            return
        # Stand-ins speak plain HTTP, and no provider does.
        with HttpServer(server.application, tls=True) as secure:
            environ = {name: text.replace(server.url, secure.url) for name, text in stand_in.environ.items()}
            yield environ, stand_in.messages
