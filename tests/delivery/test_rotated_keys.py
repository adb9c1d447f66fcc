"""A key that was rotated while the function ran: looked up again when the provider refuses the old one."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cognito_mailroom import ConfigurationError, CredentialsRefused, Deadline
from cognito_mailroom.app import Mailroom
from cognito_mailroom.settings.secret_references import References
from cognito_mailroom.telemetry.record import EventRecord
from cognito_mailroom.testing.exchange import Reply, Request
from cognito_mailroom.testing.http_server import HttpServer
from cognito_mailroom.testing.server_faults import Behaviour, Drip, Stall

LOCKS = """
import environ
from cognito_mailroom import CredentialsRefused, Receipt, Secret, hookimpl

opened_by, asked, closed, told, words = "new", [], [], [], []

def settings(prefix):
    return environ.config(prefix=prefix)(type(prefix, (), {"key": environ.var(converter=Secret)}))

class Front:
    Settings = settings("FRONT")
    def __init__(self, settings):
        self.key = settings.key.reveal()
        if " " in self.key: raise ConfigurationError(f"FRONT_KEY is malformed: {self.key}.")
    @hookimpl
    def mailroom_deliver(self, message, deadline):
        asked.append((type(self).__name__, self.key))
        if self.key != opened_by: raise CredentialsRefused("Acme answered 401: check the key.")
        return Receipt(message_id="1")
    def close(self):
        closed.append(self.key)
        if self.key == "stuck": raise OSError("it would not close")
class Back(Front):
    Settings = settings("BACK")
class Observer:
    @hookimpl
    def mailroom_failed(self, error, final):
        told.append((type(error).__name__, final))
        words.append(str(error))
""".replace("import CredentialsRefused,", "import ConfigurationError, CredentialsRefused,")
Attempt = Callable[..., EventRecord]


class Manager:
    """Secrets Manager, with one secret; counts how often it is asked."""

    def __init__(self) -> None:
        self.secret, self.asked = "old", 0
        self.server = HttpServer(self.answer)

    def answer(self, _: Request) -> Reply:
        self.asked += 1
        return Reply(200, json.dumps({"SecretString": self.secret}).encode())

    def behave(self, behaviour: Behaviour) -> None:
        self.server.next(*[behaviour] * 4)


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[Manager]:
    manager = Manager()
    with manager.server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", manager.server.url)
        yield manager


@pytest.fixture
def locks(install: Callable[..., None]) -> Any:
    providers = {"front": "Front", "back": "Back"}
    install("locks", LOCKS, providers=providers, extensions={"observer": "Observer"})
    return importlib.import_module("locks")


@pytest.fixture
def times() -> list[float]:
    """The clock of the look-ups: the last one is now."""
    return [0.0]


@pytest.fixture
def start(
    environ: dict[str, str],
    load: Callable[..., dict[str, Any]],
    encrypted: Callable[..., str],
    times: list[float],
    manager: Manager,  # noqa: ARG001 - at whose endpoint the clients are built
    locks: Any,  # noqa: ARG001 - installs them
) -> Callable[..., Attempt]:
    """``start("front")``: a function with these providers; what it returns sends one mail."""

    def start(providers: str, **given: str) -> Attempt:
        keys = dict.fromkeys(("FRONT_KEY", "BACK_KEY"), "secretsmanager:locks")
        settings = environ | keys | {"MAILROOM_PROVIDER": providers} | given
        mailroom = Mailroom.from_environ(settings, references=References(clock=lambda: times[-1]))

        def send(seconds: float = 30.0) -> EventRecord:
            event = load("sign_up", encrypted("482910"))
            record = EventRecord()
            mailroom.handle(event, Deadline(seconds), record)
            return record

        return send

    return start


def test_a_new_key_delivers_the_very_mail_that_the_old_one_was_refused_for(
    start: Callable[..., Attempt], manager: Manager, locks: Any
) -> None:
    send = start("front")
    manager.secret = "new"
    assert [attempt["outcome"] for attempt in send().attempts] == ["CredentialsRefused", "Delivered"]
    assert [attempt["outcome"] for attempt in send().attempts] == ["Delivered"]
    assert locks.asked == [("Front", "old"), ("Front", "new"), ("Front", "new")]
    assert (locks.closed, locks.told, manager.asked) == (["old"], [("CredentialsRefused", False)], 2)


def test_the_same_key_is_not_tried_again_and_looked_up_once_a_minute(
    start: Callable[..., Attempt], manager: Manager, locks: Any, times: list[float]
) -> None:
    send = start("front")
    for now, asked in ((10.0, 2), (69.0, 2), (70.0, 3)):
        times.append(now)
        with pytest.raises(CredentialsRefused):
            send()
        assert manager.asked == asked
    assert locks.asked == [("Front", "old")] * 3
    assert not locks.closed
    times.append(130.0)
    manager.secret = "new"
    assert send().receipt


def test_a_key_that_is_no_reference_is_not_looked_up(
    start: Callable[..., Attempt], manager: Manager, locks: Any
) -> None:
    send = start("front", FRONT_KEY="old", BACK_KEY="")
    with pytest.raises(CredentialsRefused):
        send()
    assert (len(locks.asked), manager.asked) == (1, 0)


def test_providers_that_share_a_secret_are_each_built_anew(
    start: Callable[..., Attempt], manager: Manager, locks: Any
) -> None:
    manager.secret = '{"front": "old", "back": "old"}'
    send = start("front,back", FRONT_KEY="secretsmanager:locks#front", BACK_KEY="secretsmanager:locks#back")
    with pytest.raises(CredentialsRefused):
        send()
    manager.secret = '{"front": "old", "back": "new"}'
    assert manager.asked == 2  # one answer for both
    locks.asked.clear()
    with pytest.raises(CredentialsRefused):
        send()
    assert locks.asked == [("Front", "old"), ("Back", "old")]


def test_a_change_of_another_field_is_nothing_new(
    start: Callable[..., Attempt], manager: Manager, locks: Any
) -> None:
    manager.secret = '{"front": "old", "other": "1"}'
    send = start("front", FRONT_KEY="secretsmanager:locks#front", BACK_KEY="")
    manager.secret = '{"front": "old", "other": "2"}'
    with pytest.raises(CredentialsRefused):
        send()
    assert (locks.asked, locks.closed, manager.asked) == ([("Front", "old")], [], 2)


def test_a_secret_that_one_provider_has_read_again_is_new_to_the_other(
    start: Callable[..., Attempt], manager: Manager, locks: Any
) -> None:
    locks.opened_by = "old"
    send = start("front,back")
    manager.secret, locks.opened_by = "newer", "new"
    locks.asked.clear()
    with pytest.raises(CredentialsRefused):
        send()
    # The back door is loaded only now, and with what the front door's look-up has found.
    assert locks.asked == [("Front", "old"), ("Front", "newer"), ("Back", "newer")]
    assert manager.asked == 2


@pytest.mark.parametrize("fault", [Stall(), Drip(), Reply(500)], ids=["stall", "drip", "500"])
def test_a_look_up_that_fails_leaves_time_for_another_provider(
    fault: Behaviour, start: Callable[..., Attempt], manager: Manager, locks: Any
) -> None:
    send = start("front,back", BACK_KEY="new")
    manager.behave(fault)
    record = send(6.0)
    assert record.receipt
    assert [attempt["outcome"] for attempt in record.attempts] == ["CredentialsRefused", "Delivered"]
    assert locks.asked == [("Front", "old"), ("Back", "new")]


@pytest.mark.parametrize("secret", ["", '{"key": "new"}', "new key"])
def test_a_new_secret_that_is_of_no_use_is_told(
    secret: str, start: Callable[..., Attempt], manager: Manager, locks: Any
) -> None:
    send = start("front")
    manager.secret = secret
    for _ in range(2):
        with pytest.raises(ConfigurationError, match=r"FRONT_KEY.* (is empty|is a JSON object|is malformed)"):
            send()
    assert locks.asked == [("Front", "old")] * 2
    assert manager.asked == 2
    # Nor is the new one shown, where a plugin repeats it.
    assert not secret or not [words for words in locks.words if secret in words]


def test_a_new_secret_that_is_of_no_use_is_an_attempt_and_another_provider_is_asked(
    start: Callable[..., Attempt], manager: Manager
) -> None:
    send = start("front,back", BACK_KEY="new")
    manager.secret = "new key"
    outcomes = [attempt["outcome"] for attempt in send().attempts]
    assert outcomes == ["CredentialsRefused", "ConfigurationError", "Delivered"]


def test_a_provider_that_cannot_be_closed_costs_no_mail(
    start: Callable[..., Attempt], manager: Manager, locks: Any
) -> None:
    manager.secret = "stuck"
    send = start("front")
    manager.secret = "new"
    assert send().receipt
    assert locks.closed == ["stuck"]


def test_a_later_provider_is_looked_up_within_the_deadline_of_the_event(
    start: Callable[..., Attempt], manager: Manager
) -> None:
    send = start("front,back", FRONT_KEY="old")
    manager.behave(Stall())
    with pytest.raises(ConfigurationError, match=r"^BACK_KEY: .* did not answer in time\.$"):
        send(2.0)
