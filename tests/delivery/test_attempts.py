"""Which provider is tried next, what the observers are told, and which error is the last word."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from cognito_mailroom import (
    ConfigurationError,
    Deadline,
    MailroomError,
    Message,
    RateLimited,
    Rejected,
    Suppressed,
    Unavailable,
    Unsupported,
)
from cognito_mailroom.app import Mailroom
from cognito_mailroom.telemetry.record import EventRecord

Send = Callable[..., EventRecord]

# One provider for each way in which a delivery can end, and one observer of all.
SOURCE = """
import environ
from cognito_mailroom import ConfigurationError, EventError, RateLimited, Receipt, Rejected, Suppressed
from cognito_mailroom import Unavailable, Unsupported, hookimpl

tried, told, clock = [], [], None

@environ.config(prefix="KEYED")
class Settings:
    key = environ.var()

class Provider:
    error = None
    @hookimpl
    def mailroom_deliver(self, message, deadline):
        tried.append((type(self).__name__.lower(), message))
        if self.error: raise self.error
        return Receipt(message_id="1", detail="fine", provider=self.signature)
    signature = ""

class Good(Provider): ...
class Signed(Provider): signature = "somebody else"
class Hosted(Provider):
    @hookimpl
    def mailroom_render(self, draft): return draft.evolve(hosted_template="d-1")
class Hosts(Hosted): error = Unavailable("Down.")
class Rejects(Provider): error = Rejected("Refused.")
class Suppresses(Provider): error = Suppressed("Bounced before.")
class Unfit(Provider): error = Unsupported("ASCII only.")
class Limited(Provider): error = RateLimited("Slower.", retry_after=3600.0)
class Down(Provider): error = Unavailable("Down.")
class Misconfigured(Provider): error = ConfigurationError("Bad key.")
class Crashes(Provider): error = RuntimeError("482910")
class Keyed(Provider):
    Settings = Settings
    def __init__(self, settings): raise AssertionError("never built")
class Slow(Provider):
    @hookimpl
    def mailroom_deliver(self, message, deadline):
        tried.append(("slow", message))
        clock.ahead += deadline.remaining()
        raise Unavailable("Too late.")
class Overruns(Provider):
    @hookimpl
    def mailroom_deliver(self, message):
        tried.append(("overruns", message))
        clock.ahead += 31
        raise Unavailable("Too late.")
class Lingers(Overruns):
    @hookimpl
    def mailroom_deliver(self, message):
        try: super().mailroom_deliver(message)
        except Unavailable: raise Unsupported("ASCII only.")
class Brief(Provider):
    @hookimpl
    def mailroom_deliver(self, message):
        again = "brief" in [name for name, _ in tried]
        tried.append(("brief", message))
        if again: return Receipt()
        raise RateLimited("Slower.", retry_after=0.01)
class Fickle(Provider):
    @hookimpl
    def mailroom_deliver(self, message):
        again = "fickle" in [name for name, _ in tried]
        tried.append(("fickle", message))
        if again: raise Suppressed("Bounced before.")
        raise RateLimited("Slower.", retry_after=0.01)
class Gossips(Provider):
    @hookimpl
    def mailroom_deliver(self, message):
        raise Unavailable(f"No {message.variables['code']} for {str(message.recipient).upper()}.")
class Quotes(Provider):
    @hookimpl
    def mailroom_deliver(self, message):
        raise Unavailable("".join(f"<{text}>" for text in message.variables.values()))
class Echoes(Provider):
    @hookimpl
    def mailroom_deliver(self, message):
        code, whom = message.variables["code"], message.recipient
        return Receipt(message_id=f"<{code}>", detail=f"{code} sent to {whom}")
class Confused(Provider): error = EventError("Not an error of delivery.")
class Observer:
    @hookimpl
    def mailroom_template_context(self):
        return {"ticket": "Qz83-hfJw", "way": "https://a.example/Wb7Gy5", "wish": "No time to answer you now"}
    @hookimpl
    def mailroom_delivered(self, notification, receipt): told.append(("delivered", receipt.provider))
    @hookimpl
    def mailroom_failed(self, error, final): told.append((type(error).__name__, final))
"""
PROVIDERS = (
    "Good", "Signed", "Hosted", "Hosts", "Rejects", "Limited", "Down", "Misconfigured", "Crashes", "Keyed",
    "Slow", "Overruns", "Brief", "Gossips", "Echoes", "Confused", "Suppresses", "Unfit", "Lingers", "Fickle",
    "Quotes",
)  # fmt: skip


@pytest.fixture(autouse=True)
def flock(install: Callable[..., None]) -> None:
    providers = {name.lower(): name for name in PROVIDERS}
    install("flock", SOURCE, providers=providers, extensions={"observer": "Observer"})


def tried() -> list[str]:
    return [name for name, _ in importlib.import_module("flock").tried]


def told() -> list[tuple[str, object]]:
    seen: list[tuple[str, object]] = importlib.import_module("flock").told
    return seen


@pytest.mark.parametrize(
    ("providers", "asked", "observed"),
    [
        ("good", ["good"], []),
        ("good,down", ["good"], []),
        ("limited,good", ["limited", "good"], [("RateLimited", False)]),
        ("down,good", ["down", "good"], [("Unavailable", False)]),
        ("misconfigured,good", ["misconfigured", "good"], [("ConfigurationError", False)]),
        ("crashes,good", ["crashes", "good"], [("Unavailable", False)]),
        ("down,keyed,good", ["down", "good"], [("Unavailable", False), ("ConfigurationError", False)]),
        ("down,limited,good", ["down", "limited", "good"], [("Unavailable", False), ("RateLimited", False)]),
    ],
)
def test_the_next_provider_is_tried_where_one_fails(
    providers: str, asked: list[str], observed: list[tuple[str, object]], send: Send
) -> None:
    receipt = send("sign_up", MAILROOM_PROVIDER=providers).receipt
    assert receipt
    assert receipt.provider == "good"
    assert (tried(), told()) == (asked, [*observed, ("delivered", "good")])


@pytest.mark.parametrize(
    ("providers", "kind", "asked", "observed"),
    [
        ("rejects", Rejected, ["rejects"], [("Rejected", True)]),
        ("rejects,good", Rejected, ["rejects"], [("Rejected", True)]),
        ("down,rejects,good", Rejected, ["down", "rejects"], [("Unavailable", False), ("Rejected", True)]),
        ("limited", RateLimited, ["limited"], [("RateLimited", True)]),
        ("down", Unavailable, ["down"], [("Unavailable", True)]),
        ("misconfigured", ConfigurationError, ["misconfigured"], [("ConfigurationError", True)]),
        ("crashes", Unavailable, ["crashes"], [("Unavailable", True)]),
        ("down,limited", RateLimited, ["down", "limited"], [("Unavailable", False), ("RateLimited", True)]),
        ("limited,misconfigured", ConfigurationError, ["limited", "misconfigured"],
         [("RateLimited", False), ("ConfigurationError", True)]),
        ("down,keyed", ConfigurationError, ["down"], [("Unavailable", False), ("ConfigurationError", True)]),
    ],
)  # fmt: skip
def test_where_no_provider_delivers_the_last_word_is_raised(
    *,
    providers: str,
    kind: type[MailroomError],
    asked: list[str],
    observed: list[tuple[str, object]],
    send: Send,
) -> None:
    with pytest.raises(MailroomError) as refused:
        send("sign_up", MAILROOM_PROVIDER=providers)
    assert type(refused.value) is kind
    assert (tried(), told()) == (asked, observed)


@pytest.mark.parametrize(
    ("providers", "verified", "kind", "asked"),
    [
        ("suppresses,good", "true", None, ["suppresses", "good"]),
        ("suppresses,good", "false", Suppressed, ["suppresses"]),
        ("suppresses,good", None, Suppressed, ["suppresses"]),
        ("suppresses", "true", Suppressed, ["suppresses"]),
        ("unfit,good", "false", None, ["unfit", "good"]),
        ("unfit", "true", Unsupported, ["unfit"]),
        ("unfit,suppresses", "true", Suppressed, ["unfit", "suppresses"]),
        # What time or an operator can mend is not lost to a provider that cannot.
        ("down,suppresses,good", "false", Unavailable, ["down", "suppresses"]),
        ("suppresses,down", "true", Unavailable, ["suppresses", "down"]),
        ("misconfigured,unfit", "true", ConfigurationError, ["misconfigured", "unfit"]),
        ("unfit,rejects,good", "true", Rejected, ["unfit", "rejects"]),
    ],
)
def test_what_one_providers_list_or_ability_forbids_another_may_deliver(
    *,
    providers: str,
    verified: str | None,
    kind: type[MailroomError] | None,
    asked: list[str],
    send: Send,
    load: Callable[..., Any],
    encrypted: Callable[..., str],
) -> None:
    event = load("sign_up", encrypted("482910"))
    event["request"]["userAttributes"]["email_verified"] = verified
    if kind is None:
        assert send(event, MAILROOM_PROVIDER=providers).outcome == "Delivered"
    else:
        with pytest.raises(MailroomError) as raised:
            send(event, MAILROOM_PROVIDER=providers)
        assert type(raised.value) is kind
    assert tried() == asked


def test_what_an_earlier_provider_may_carry_later_is_kept_whatever_the_last_one_says_in_the_end(
    send: Send,
) -> None:
    with pytest.raises(Unavailable):
        send("sign_up", MAILROOM_PROVIDER="down,fickle")
    assert tried() == ["down", "fickle", "fickle"]


def test_every_failure_is_told_once_and_the_last_word_as_final(send: Send) -> None:
    with pytest.raises(Unavailable):
        send("sign_up", MAILROOM_PROVIDER="down,suppresses")
    assert told() == [("Unavailable", False), ("Suppressed", False), ("Unavailable", True)]


@pytest.mark.parametrize("first", ["suppresses", "unfit", "rejects"])
def test_what_is_about_the_mail_moves_no_provider_back(
    first: str, environ: dict[str, str], encrypted: Callable[..., str], load: Callable[..., Any]
) -> None:
    mailroom = Mailroom.from_environ(environ | {"MAILROOM_PROVIDER": f"{first},good"})
    for _ in range(2):
        event = load("sign_up", encrypted("482910"))
        event["request"]["userAttributes"]["email_verified"] = "true"
        with suppress(Rejected):
            mailroom.handle(event, Deadline(30))
    assert tried()[:: 2 if first != "rejects" else 1] == [first, first]


def test_a_later_provider_tells_what_it_lacks_when_it_is_needed(send: Send) -> None:
    with pytest.raises(ConfigurationError, match=r"^KEYED_KEY is missing\.$"):
        send("sign_up", MAILROOM_PROVIDER="down,keyed")


@pytest.fixture
def flocks_clock(clock: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.import_module("flock"), "clock", clock)


@pytest.mark.usefixtures("flocks_clock")
def test_a_slow_provider_uses_up_its_share_alone(send: Send) -> None:
    send("sign_up", MAILROOM_PROVIDER="slow,good", deadline=30)
    assert (tried(), told()) == (["slow", "good"], [("Unavailable", False), ("delivered", "good")])


@pytest.mark.usefixtures("flocks_clock")
def test_when_the_time_is_over_no_other_provider_is_tried(send: Send) -> None:
    with pytest.raises(Unavailable):
        send("sign_up", MAILROOM_PROVIDER="overruns,good", deadline=30)
    assert (tried(), told()) == (["overruns"], [("Unavailable", True)])


@pytest.mark.usefixtures("flocks_clock")
def test_a_mail_that_another_provider_had_no_time_for_is_kept(send: Send) -> None:
    with pytest.raises(Unavailable, match="No time is left to ask another provider"):
        send("sign_up", MAILROOM_PROVIDER="lingers,good", deadline=30)
    assert "good" not in tried()


def test_the_last_provider_is_asked_once_more_where_it_names_a_wait_that_fits(send: Send) -> None:
    send("sign_up", MAILROOM_PROVIDER="down,brief")
    assert tried() == ["down", "brief", "brief"]
    assert told() == [("Unavailable", False), ("RateLimited", False), ("delivered", "brief")]


def test_a_provider_that_failed_is_tried_last_the_next_time(
    environ: dict[str, str], encrypted: Callable[..., str], load: Callable[..., dict[str, object]]
) -> None:
    mailroom = Mailroom.from_environ(environ | {"MAILROOM_PROVIDER": "down,good"})
    for _ in range(2):
        mailroom.handle(load("sign_up", encrypted("482910")), Deadline(30))
    assert tried() == ["down", "good", "good"]


def test_without_time_nothing_is_tried(send: Send) -> None:
    with pytest.raises(Unavailable, match="No time is left"):
        send("sign_up", MAILROOM_PROVIDER="good", deadline=-1.0)
    assert (tried(), told()) == ([], [])


def test_what_a_plugin_repeats_of_the_mail_goes_no_further(send: Send) -> None:
    with pytest.raises(Unavailable, match=r"^No … for …\.$"):
        send("sign_up", MAILROOM_PROVIDER="gossips")
    noted = send("sign_up", MAILROOM_PROVIDER="gossips,good").attempts[0]
    assert noted["reason"] == "No … for …."
    receipt = send("sign_up", MAILROOM_PROVIDER="echoes").receipt
    assert receipt
    assert (receipt.detail, receipt.message_id) == ("… sent to …", "<…>")


def test_what_a_plugin_repeats_of_the_facts_goes_no_further(send: Send) -> None:
    with pytest.raises(Unavailable) as caught:
        send("account_take_over_notification", MAILROOM_PROVIDER="quotes")
    shown = {*re.findall(r"<(.*?)>", str(caught.value))}
    assert shown - {"…", "Unusual sign-in to your Acme account"} == {
        "", "en", "Acme", "account_take_over_notification", "NO_ACTION",
        "Friday, March 19, 2021, 2:25\xa0PM UTC",
        "No time to answer you now", "1example23456789",
    }  # fmt: skip


def test_an_error_that_no_delivery_has_does_not_end_the_failover(send: Send) -> None:
    send("sign_up", MAILROOM_PROVIDER="confused,good")
    assert (tried(), told()) == (["confused", "good"], [("Unavailable", False), ("delivered", "good")])


def test_a_receipt_that_names_its_provider_is_left_alone(send: Send) -> None:
    receipt = send("sign_up", MAILROOM_PROVIDER="signed").receipt
    assert receipt
    assert (receipt.provider, receipt.message_id, receipt.detail) == ("somebody else", "1", "fine")


def test_a_hosted_template_is_for_its_own_provider_alone(send: Send) -> None:
    send("sign_up", MAILROOM_PROVIDER="down,hosts,limited,hosted")
    messages: dict[str, Message] = dict(importlib.import_module("flock").tried)
    assert list(messages) == ["down", "hosts", "limited", "hosted"]
    for name in ("hosts", "hosted"):
        assert (messages[name].hosted_template, messages[name].text, messages[name].html) == ("d-1", "", "")
        assert messages[name].variables["code"] == "482910"
    for name in ("down", "limited"):
        assert messages[name].hosted_template is None
        assert "482910" in messages[name].text


def test_all_providers_tried_are_given_the_same_key(send: Send) -> None:
    send("sign_up", MAILROOM_PROVIDER="down,limited,good")
    assert len({message.idempotency_key for _, message in importlib.import_module("flock").tried}) == 1


def test_a_retry_carries_the_same_key(
    environ: dict[str, str], encrypted: Callable[..., str], load: Callable[..., dict[str, object]]
) -> None:
    mailroom = Mailroom.from_environ(environ | {"MAILROOM_PROVIDER": "down"})
    event = load("sign_up", encrypted("482910"))
    for request_id in ("request-1", "request-2"):
        with pytest.raises(Unavailable):
            mailroom.handle(event, Deadline(30), EventRecord(request_id))
    first, second = (message.idempotency_key for _, message in importlib.import_module("flock").tried)
    assert first == second != ""
