"""Whatever a user, a client application or a damaged queue puts into an event."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
from cognito_mailroom import (
    Address,
    ConfigurationError,
    Deadline,
    DecryptionError,
    EventError,
    MailroomError,
    Message,
    Rejected,
)
from cognito_mailroom.app import Mailroom
from hypothesis import example, given
from hypothesis import strategies as st

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=20), inner, max_size=3),
    max_leaves=8,
)
PLACES = [
    (),
    ("triggerSource",),
    ("userPoolId",),
    ("userName",),
    ("region",),
    ("callerContext",),
    ("callerContext", "clientId"),
    ("request",),
    ("request", "type"),
    ("request", "code"),
    ("request", "clientMetadata"),
    ("request", "clientMetadata", "locale"),
    ("request", "userAttributes"),
    ("request", "userAttributes", "email"),
    ("request", "userAttributes", "locale"),
    ("request", "userAttributes", "given_name"),
    ("request", "userAttributes", "LOGIN_TIME"),
    ("request", "userAttributes", "ONE_CLICK_LINK_VALID"),
    ("request", "userAttributes", "USER_NAME"),
    ("request", "userAttributes", "EVENT_ID"),
]
HOSTILE = [
    "<script>alert(1)</script>",
    "<a href='https://evil.example'>Alex</a>",
    "Alex\r\nBcc: everybody@example.com\r\n\r\nBuy now",
    "https://evil.example/prize",
    "Your prize: evil.example",
    "www.evil",
    "{{ code }}{% for x in range(10) %}x{% endfor %}{# #}",
    "${code}%s{0}",
    "x" * 10_000,
    "\u202etfel ot thgir\u2066",
    "\u200f\u200eAlex",
    "\x00\x1b[31m",
    "\ud800",
    "&copy;&lt;",
    '"><img src=x onerror=alert(1)>',
    "482910",
]


@pytest.fixture
def mailroom(environ: dict[str, str]) -> Mailroom:
    return Mailroom.from_environ(environ)


@pytest.fixture
def event(load: Callable[..., dict[str, Any]], encrypted: Callable[..., str]) -> dict[str, Any]:
    return load("sign_up", encrypted("482910"))


@pytest.fixture
def mail(
    mailroom: Mailroom, event: dict[str, Any], sent: list[Message]
) -> Callable[[dict[str, Any]], Message]:
    """The mail of the event with some of its ``request`` changed."""

    def mail(changes: dict[str, Any]) -> Message:
        changed = deepcopy(event)
        for key, value in changes.items():
            changed["request"][key] = {**(changed["request"][key] or {}), **value}
        sent.clear()
        mailroom.handle(changed, Deadline(30))
        return sent[0]

    return mail


@pytest.fixture
def plain(mail: Callable[[dict[str, Any]], Message]) -> Message:
    """The mail of the event as it is."""
    return mail({})


def put(event: Any, place: tuple[str, ...], value: Any) -> Any:
    """The event with a value at a place."""
    if not place:
        return value
    copy = {**(event if isinstance(event, dict) else {})}
    copy[place[0]] = put(copy.get(place[0]), place[1:], value)
    return copy


@given(place=st.sampled_from(PLACES), value=JSON, take_over=st.booleans())
def test_any_value_in_any_place_is_a_mail_or_one_of_our_errors(
    *, place: tuple[str, ...], value: Any, take_over: bool, event: dict[str, Any], mailroom: Mailroom
) -> None:
    expected: set[type[MailroomError]] = {EventError, DecryptionError, Rejected}
    if take_over:
        event = put(event, ("triggerSource",), "CustomEmailSender_AccountTakeOverNotification")
        event = put(event, ("request", "code"), None)
        expected |= {ConfigurationError}  # the pool it names, or is made to name, is none
    with suppress(*expected):
        mailroom.handle(put(event, place, value), Deadline(30))


@given(JSON)
def test_any_json_is_no_event(value: Any) -> None:
    from cognito_mailroom.cognito.event import Request

    with pytest.raises(EventError):
        Request.parse(value)


def without_greeting(message: Message) -> tuple[str, str, Message]:
    """The text and the HTML with whoever is greeted left out, and all the rest."""
    greeting, _, text = message.text.partition("\n\n")
    assert greeting.startswith("Guten Tag")
    html, count = re.subn(r"(<p[^>]*>Guten Tag).*?(!</p>)", r"\1\2", message.html, flags=re.DOTALL)
    assert count == 1
    rest = message.evolve(text="", html="", variables={**message.variables, "name": ""})
    return text, html, rest


@pytest.fixture
def to_alex(mail: Callable[[dict[str, Any]], Message]) -> Message:
    return mail({"userAttributes": {"given_name": "Alex"}})


@given(st.text(max_size=80))
@example("Alex")
def test_a_name_changes_nothing_but_the_greeting(
    mail: Callable[[dict[str, Any]], Message], to_alex: Message, name: str
) -> None:
    assert without_greeting(mail({"userAttributes": {"given_name": name}})) == without_greeting(to_alex)


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name[:20]))
def test_a_hostile_name_is_not_even_greeted(mail: Callable[[dict[str, Any]], Message], name: str) -> None:
    nameless = mail({"userAttributes": {"given_name": ""}})
    assert mail({"userAttributes": {"given_name": name}}) == nameless


@pytest.mark.parametrize("attribute", ["family_name", "name", "nickname", "custom:x", "website", "picture"])
@pytest.mark.parametrize("value", HOSTILE[:8], ids=lambda value: ascii(value[:20]))
def test_other_attributes_change_nothing(
    mail: Callable[[dict[str, Any]], Message], attribute: str, value: str
) -> None:
    assert mail({"userAttributes": {attribute: value}}) == mail({})


KEYS = [
    "email",
    "recipient",
    "to",
    "from",
    "subject",
    "template",
    "url",
    "html",
    "code",
    "product_name",
    "name",
]


@given(st.dictionaries(st.sampled_from(KEYS) | st.text(), SCALARS | st.sampled_from(HOSTILE), max_size=6))
def test_client_metadata_changes_nothing_at_all(
    mail: Callable[[dict[str, Any]], Message], plain: Message, metadata: dict[str, Any]
) -> None:
    metadata.pop("locale", None)
    assert mail({"clientMetadata": metadata}) == plain


@pytest.mark.parametrize(
    "locale", [*HOSTILE, "../../etc/passwd", "fi", "__init__"], ids=lambda x: ascii(x[:20])
)
def test_a_claimed_locale_is_at_most_a_claim(mail: Callable[[dict[str, Any]], Message], locale: str) -> None:
    attributes = {"locale": "", "custom:locale": ""}
    plain = mail({"userAttributes": attributes})
    claimed = mail({"userAttributes": attributes, "clientMetadata": {"locale": locale}})
    assert (claimed.text, claimed.html, claimed.subject) == (plain.text, plain.html, plain.subject)
    assert re.fullmatch(r"[A-Za-z0-9-]{2,80}", claimed.variables["locale"])


def address(text: str) -> Address | None:
    try:
        return Address(text)
    except ValueError:
        return None


@given(st.one_of(st.text(), st.builds("{}@{}".format, st.text(min_size=1), st.text(min_size=1))))
@example("alex@example.com\r\nBcc: everybody@example.com")
@example("alex@example.com,everybody@example.com")
def test_a_mail_goes_to_the_very_address_or_nowhere(
    event: dict[str, Any], mailroom: Mailroom, sent: list[Message], email: str
) -> None:
    sent.clear()
    with suppress(Rejected, EventError):
        mailroom.handle(put(event, ("request", "userAttributes", "email"), email), Deadline(30))
    assert [message.recipient for message in sent] in ([], [address(email)])


@given(cut=st.integers(0, 600), inserted=st.binary(max_size=8), dropped=st.integers(0, 8))
def test_a_damaged_code_is_never_another_code(
    *, cut: int, inserted: bytes, dropped: int, event: dict[str, Any], mailroom: Mailroom, sent: list[Message]
) -> None:
    sent.clear()
    message = base64.b64decode(event["request"]["code"])
    damaged = message[:cut] + inserted + message[cut + dropped :]
    code = base64.b64encode(damaged).decode()
    with suppress(DecryptionError, ConfigurationError):
        mailroom.handle(put(event, ("request", "code"), code), Deadline(30))
    # What follows the signature is not looked at.
    assert len(sent) == damaged.startswith(message)
    assert [mail.variables["code"] for mail in sent] in ([], ["482910"])
