"""The language of a take-over notice: its event has none, so that the user pool is asked for the profile."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from cognito_mailroom import Message, Unavailable
from cognito_mailroom.telemetry.record import EventRecord
from cognito_mailroom.testing.aws_server import AwsServer
from cognito_mailroom.testing.exchange import Reply
from cognito_mailroom.testing.http_server import HttpServer
from cognito_mailroom.testing.server_faults import Behaviour, Drip, Stall

Load = Callable[..., dict[str, Any]]
Send = Callable[..., EventRecord]

GERMAN, ENGLISH, FRENCH = "Ungewöhnliche Anmeldung", "Unusual sign-in", "Connexion inhabituelle"
ADDRESS = "told@example.com"


@pytest.fixture
def take_over(load: Load, pool_id: str) -> dict[str, Any]:
    """A notice with an address, about a user whose profile is not in it."""
    event = load("take_over_without_email")
    event["userPoolId"] = pool_id
    event["request"]["userAttributes"] |= {"USER_NAME": "alex", "email": ADDRESS}
    return event


@pytest.fixture
def reader(aws: AwsServer, pool_id: str, take_over: dict[str, Any]) -> Callable[..., dict[str, Any]]:
    """``reader(locale="de")``: the notice about a user who has these attributes."""

    def reader(**attributes: str) -> dict[str, Any]:
        name = "-".join(["reader", *attributes.values()])
        aws.client("cognito-idp").admin_create_user(
            UserPoolId=pool_id,
            Username=name,
            UserAttributes=[
                {"Name": each, "Value": value}
                for each, value in {"email": "known@example.com", **attributes}.items()
            ],
        )
        take_over["request"]["userAttributes"]["USER_NAME"] = name
        return take_over

    return reader


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize(
    ("locale", "heading"), [("de-CH", GERMAN), ("fr", FRENCH), ("xx", ENGLISH), ("<b>", ENGLISH)]
)
def test_it_is_the_profiles_with_and_without_an_address_in_the_event(
    *, told: bool, locale: str, heading: str, send: Send, sent: list[Message],
    answering: Callable[..., HttpServer], monkeypatch: pytest.MonkeyPatch, take_over: dict[str, Any],
) -> None:  # fmt: skip
    attributes = [{"Name": "email", "Value": "known@example.com"}, {"Name": "locale", "Value": locale}]
    server = answering(Reply(200, {"Username": "alex", "UserAttributes": attributes}))
    monkeypatch.setenv("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", server.url)
    if not told:
        del take_over["request"]["userAttributes"]["email"]
    send(take_over)
    (message,) = sent
    assert heading in message.html
    assert str(message.recipient) == (ADDRESS if told else "known@example.com")
    assert len(server.requests) == 1, "asked once"


def test_the_next_notice_is_asked_for_anew(
    reader: Callable[..., dict[str, Any]], send: Send, sent: list[Message]
) -> None:
    for locale in ("de", "fr"):
        send(reader(locale=locale))
    assert [GERMAN in sent[0].html, FRENCH in sent[1].html] == [True, True]


def test_events_that_bring_a_profile_ask_nobody(
    *, load: Load, encrypted: Callable[..., str], send: Send, sent: list[Message],
    answering: Callable[..., HttpServer], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    server = answering(Reply(500))
    monkeypatch.setenv("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", server.url)
    send(load("sign_up", encrypted("482910")))
    assert len(sent) == 1
    assert server.requests == []


@pytest.mark.parametrize(
    "behaviour",
    [
        Reply(400, {"__type": "NotAuthorizedException"}),
        Reply(400, {"__type": "UserNotFoundException"}),
        Reply(400, {"__type": "TooManyRequestsException"}),
        Reply(200, {}),
        Reply(200, {"Username": "alex", "UserAttributes": []}),
        Reply(500),
        Stall(),
        Drip(),
    ],
    ids=repr,
)
def test_without_a_profile_the_notice_is_delivered_in_the_default_language(
    *, behaviour: Behaviour, answering: Callable[..., HttpServer], monkeypatch: pytest.MonkeyPatch,
    take_over: dict[str, Any], send: Send, sent: list[Message], caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.setenv("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", answering(behaviour).url)
    with caplog.at_level(logging.WARNING, "cognito_mailroom"):
        record = send(take_over, deadline=4.0, MAILROOM_DEFAULT_LOCALE="de")
    assert record.outcome == "Delivered"
    (message,) = sent
    assert str(message.recipient) == ADDRESS
    assert GERMAN in message.html
    assert not [word for word in ("alex", ADDRESS) if word in caplog.text]


def test_an_endpoint_that_is_no_url_costs_no_more_than_the_language(
    *, monkeypatch: pytest.MonkeyPatch, take_over: dict[str, Any], send: Send, sent: list[Message]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", "no url")
    assert send(take_over, MAILROOM_DEFAULT_LOCALE="de").outcome == "Delivered"
    assert GERMAN in sent[0].html


def test_where_the_address_is_not_known_either_a_failure_is_one(
    *, answering: Callable[..., HttpServer], monkeypatch: pytest.MonkeyPatch, take_over: dict[str, Any],
    send: Send, sent: list[Message],
) -> None:  # fmt: skip
    del take_over["request"]["userAttributes"]["email"]
    monkeypatch.setenv("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", answering(Reply(500)).url)
    with pytest.raises(Unavailable):
        send(take_over)
    assert sent == []


def test_an_extension_that_knows_the_address_leaves_the_language_to_the_profile(
    *, install: Callable[..., None], reader: Callable[..., dict[str, Any]], send: Send, sent: list[Message]
) -> None:
    source = "from cognito_mailroom import hookimpl\nclass Recipient:\n    @hookimpl\n"
    source += "    def mailroom_recipient(self, notification):\n        return 'crm@example.com'\n"
    install("acme-crm", source, extensions={"crm": "Recipient"})
    event = reader(locale="fr-CA")
    del event["request"]["userAttributes"]["email"]
    send(event)
    assert FRENCH in sent[0].html
    assert str(sent[0].recipient) == "crm@example.com"
