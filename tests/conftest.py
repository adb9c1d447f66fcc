"""One AWS for the whole run, and a place where a test installs plugins of its own."""

from __future__ import annotations

import gc
import importlib
import json
import os
import socket
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from cognito_mailroom import Deadline, Message
from cognito_mailroom.app import Mailroom
from cognito_mailroom.telemetry.record import EventRecord
from cognito_mailroom.testing import cognito
from cognito_mailroom.testing.aws_server import AwsServer
from cognito_mailroom.testing.exchange import Reply
from cognito_mailroom.testing.http_server import HttpServer
from cognito_mailroom.testing.server_faults import Behaviour
from cognito_mailroom.testing.smtp_server import SmtpServer
from hypothesis import HealthCheck, settings

settings.register_profile(
    "mailroom",
    deadline=None,
    max_examples=60,
    # Fixtures here hold nothing that one example could leave to the next.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
settings.load_profile("mailroom")

ROOT = Path(__file__).parents[1]
EVENTS = ROOT / "tests" / "events"

PIGEON = """
from cognito_mailroom import Receipt, hookimpl

sent = []


class Pigeon:
    @hookimpl
    def mailroom_deliver(self, message):
        sent.append(message)
        return Receipt(message_id=f"feather-{len(sent)}")
"""


@pytest.fixture(scope="session")
def aws() -> Iterator[AwsServer]:
    with AwsServer() as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def environment(aws: AwsServer) -> Iterator[None]:
    """boto3 talks to the stand-in alone, and nothing of a developer's own settings is seen."""
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith(("AWS_", "MAILROOM_", "SMTP_", "COGNITO_MAILROOM_")):
                patch.delenv(name)
        for name, value in aws.environ.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="session")
def key_arn(aws: AwsServer) -> str:
    return aws.create_key()


@pytest.fixture(scope="session")
def pool_id(aws: AwsServer) -> str:
    """A user pool with one user who has an address and one who has none."""
    client = aws.client("cognito-idp")
    pool_id: str = client.create_user_pool(PoolName="acme")["UserPool"]["Id"]
    address = [{"Name": "email", "Value": "looked-up@example.com"}, {"Name": "name", "Value": "Alex"}]
    client.admin_create_user(UserPoolId=pool_id, Username="alex", UserAttributes=address)
    client.admin_create_user(UserPoolId=pool_id, Username="nobody", UserAttributes=address[1:])
    return pool_id


@pytest.fixture(scope="session")
def run_python() -> Callable[..., str]:
    """``run_python("import handler", NAME="value")``: what a fresh interpreter prints."""

    def run_python(code: str, *, path: str = "", cwd: Path | None = None, stdin: str = "", **env: str) -> str:
        places = [path, str(ROOT), os.environ.get("PYTHONPATH", "")]
        return subprocess.run(  # noqa: S603
            [sys.executable, "-c", code],
            check=True,
            text=True,
            cwd=cwd,
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **env, "PYTHONPATH": os.pathsep.join(filter(None, places))},
        ).stdout

    return run_python


@pytest.fixture(scope="session")
def encrypted(aws: AwsServer, key_arn: str) -> Callable[..., str]:
    """``encrypted("123456")``: as the stand-in of Cognito encrypts it, under the key of the run."""
    client = aws.client("kms")

    def encrypted(secret: str, **options: Any) -> str:
        return cognito.encrypt(
            secret, **{"pool_id": cognito.POOL_ID, "key_arn": key_arn, "client": client, **options}
        )

    return encrypted


@pytest.fixture(scope="session")
def load() -> Callable[..., dict[str, Any]]:
    """``load("sign_up", code)``: an event of tests/events, with its placeholder filled."""

    def load(name: str, code: str | None = None) -> dict[str, Any]:
        event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text("utf-8"))
        if event["request"].get("code"):
            event["request"]["code"] = code
        return event

    return load


class Clock:
    """The clock of deadlines, which a test may set forward: it need not wait, and no machine is too slow."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return monotonic() + self.ahead


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("cognito_mailroom.deadline.monotonic", clock)
    return clock


@pytest.fixture
def answering() -> Iterator[Callable[..., HttpServer]]:
    """``answering(Reply(503))``: an AWS that does one and the same, whatever it is asked."""
    with ExitStack() as stack:

        def answering(behaviour: Behaviour) -> HttpServer:
            server = stack.enter_context(HttpServer(lambda _: Reply(500)))
            server.next(*[behaviour] * 9)
            return server

        yield answering


@pytest.fixture
def unreachable() -> Iterator[str]:
    """The URL of a port that is taken, and at which nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield "http://127.0.0.1:{1}".format(*bound.getsockname())


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Installs a distribution of one module, with real entry points, for the length of a test.

    ``install("acme-owl", source, providers={"owl": "Owl"}, extensions={"guard": "Guard"})``
    """
    site = tmp_path / "site-packages"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    before = set(sys.modules)

    def install(
        distribution: str,
        source: str,
        *,
        providers: Mapping[str, str] | None = None,
        extensions: Mapping[str, str] | None = None,
    ) -> None:
        module = distribution.replace("-", "_")
        (site / f"{module}.py").write_text(source, "utf-8")
        info = site / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        groups = {"providers": providers, "extensions": extensions}
        (info / "entry_points.txt").write_text(
            "".join(
                f"[cognito_mailroom.{group}]\n"
                + "".join(f"{name} = {module}:{target}\n" for name, target in (entries or {}).items())
                for group, entries in groups.items()
            )
        )
        importlib.invalidate_caches()

    yield install
    for name in set(sys.modules) - before:
        if str(site) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


@pytest.fixture
def sent(install: Callable[..., None]) -> list[Message]:
    """Installs the provider ``pigeon``, and sees what it takes."""
    install("pigeon", PIGEON, providers={"pigeon": "Pigeon"})
    messages: list[Message] = importlib.import_module("pigeon").sent
    return messages


@pytest.fixture
def environ(key_arn: str, sent: list[Message]) -> dict[str, str]:  # noqa: ARG001 - installs the pigeon
    """The settings that there must be."""
    return {
        "MAILROOM_PROVIDER": "pigeon",
        "MAILROOM_KMS_KEY_ARN": key_arn,
        "MAILROOM_FROM": "Acme <no-reply@acme.example>",
    }


@pytest.fixture
def send(
    environ: dict[str, str], encrypted: Callable[..., str], load: Callable[..., dict[str, Any]]
) -> Callable[..., EventRecord]:
    """``send("sign_up", MAILROOM_DRY_RUN="true")``: one event through a mailroom with these settings."""

    def send(
        event: str | dict[str, Any], text: str = "482910", deadline: float = 30.0, **changes: str
    ) -> EventRecord:
        if isinstance(event, str):
            event = load(event, encrypted(text))
        return Mailroom.from_environ(environ | changes).handle(
            event, Deadline(deadline), EventRecord("request-1")
        )

    return send


@pytest.fixture(scope="session")
def smtp_server() -> Iterator[SmtpServer]:
    """A mail server that wants TLS and a login."""
    with SmtpServer() as server:
        yield server


@pytest.fixture
def smtp(environ: dict[str, str], smtp_server: SmtpServer) -> Iterator[SmtpServer]:
    """The mail server, emptied, with the settings that lead to it."""
    environ |= {
        "MAILROOM_PROVIDER": "smtp",
        "SMTP_HOST": smtp_server.host,
        "SMTP_PORT": str(smtp_server.port),
        "SMTP_USERNAME": smtp_server.username,
        "SMTP_PASSWORD": smtp_server.password,
        "SMTP_CA_FILE": str(smtp_server.ca_file),
    }
    smtp_server.messages.clear()
    yield smtp_server
    smtp_server.replies.clear()


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    """A handler that starts hides all there is from the collector, which Hypothesis asks (from 3.14 on)."""
    yield
    gc.unfreeze()


@pytest.fixture
def handler(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """``handler(NAME="value")``: ``handler.lambda_handler``, imported with these settings."""
    modules = ("handler", "cognito_mailroom.function.trigger")

    def forget() -> None:
        for name in modules:
            sys.modules.pop(name, None)

    def handler(**changes: str) -> Any:
        forget()
        for name, value in (environ | changes).items():
            monkeypatch.setenv(name, value)
        return importlib.import_module("handler").lambda_handler

    yield handler
    forget()
    if environ["MAILROOM_PROVIDER"] == "smtp":
        with warnings.catch_warnings():
            # A provider keeps its connection for as long as the function lives, which here is until now.
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
