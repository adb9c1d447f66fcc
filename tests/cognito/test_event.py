"""An event is read with tolerance, and what is not one is refused in a sentence."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cognito_mailroom import EventError, Notification, Secret, Trigger
from cognito_mailroom.cognito.event import Request
from cognito_mailroom.testing.cognito import event

Load = Callable[..., dict[str, Any]]


@pytest.mark.parametrize("trigger", Trigger)
def test_every_documented_source_has_an_event(trigger: Trigger, load: Load) -> None:
    request = Request.parse(load(trigger.slug, "cipher"))
    assert request.trigger is trigger
    assert request.code == (None if trigger is Trigger.ACCOUNT_TAKE_OVER_NOTIFICATION else "cipher")
    assert request.pool_id == "eu-west-1_AbCdEfGhI"


@pytest.mark.parametrize("trigger", Trigger)
@pytest.mark.parametrize("change", [str.lower, str.upper, str.swapcase])
def test_the_case_of_a_source_does_not_matter(trigger: Trigger, change: Callable[[str], str]) -> None:
    assert Request.parse(event(change(trigger), "cipher")).trigger is trigger


def test_an_undocumented_source_keeps_its_name(load: Load) -> None:
    request = Request.parse(load("undocumented_source", "cipher"))
    assert request.trigger == "CustomEmailSender_PasskeyAdded"
    assert request.notification(None, "en").slug == "generic"


def test_the_name_of_an_undocumented_source_is_fit_for_a_log() -> None:
    shown = Request.parse(event("CustomEmailSender_\r\n\x1b[31m\u202e" + "x" * 500, "cipher")).trigger
    assert shown.startswith("CustomEmailSender_????31m?xxx")
    assert len(shown) == 128


@pytest.mark.parametrize("absent", [None, "", ...], ids=repr)
@pytest.mark.parametrize("slug", ["account_take_over_notification", "admin_create_user"])
def test_two_sources_may_lack_a_code(slug: str, absent: Any, load: Load) -> None:
    body = load(slug)
    if absent is ...:
        del body["request"]["code"]
    else:
        body["request"]["code"] = absent
    assert Request.parse(body).code is None


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (None, "The event has no triggerSource"),
        ([], "The event has no triggerSource"),
        ("CustomEmailSender_SignUp", "The event has no triggerSource"),
        (42, "The event has no triggerSource"),
        ({}, "The event has no triggerSource"),
        ({"triggerSource": None}, "The event has no triggerSource"),
        ({"triggerSource": ["CustomEmailSender_SignUp"]}, "The event has no triggerSource"),
        ({"Records": [{"eventSource": "aws:sqs"}]}, "The event has no triggerSource"),
        ({"triggerSource": "PreSignUp_SignUp"}, "trigger source is PreSignUp_SignUp; this function is"),
        ({"triggerSource": "Custom\nEmail"}, r"trigger source is Custom\?Email; this function is for Custom"),
        ({"triggerSource": "CustomSMSSender_SignUp"}, "is for a custom SMS sender"),
        ({"triggerSource": "customsmssender_signup"}, "is for a custom SMS sender"),
        (event(Trigger.SIGN_UP, request={"type": "customSMSSenderRequestV1"}), "is for a custom SMS sender"),
        (event(Trigger.SIGN_UP, "x", userPoolId=None), "names no user pool in userPoolId"),
        (event(Trigger.SIGN_UP, "x", userPoolId=""), "names no user pool in userPoolId"),
        (event(Trigger.SIGN_UP, "x", userPoolId={"a": 1}), "names no user pool in userPoolId"),
        (event(Trigger.SIGN_UP, "x", userPoolId="eu-west-1_a\nb"), "names no user pool in userPoolId"),
        (event(Trigger.SIGN_UP, "x", request=None), "SignUp event carries no code in request.code"),
        (event(Trigger.SIGN_UP, "x", request=["code"]), "SignUp event carries no code in request.code"),
        (event(Trigger.SIGN_UP), "CustomEmailSender_SignUp event carries no code in request.code"),
        (event(Trigger.SIGN_UP, ""), "CustomEmailSender_SignUp event carries no code in request.code"),
        (event("CustomEmailSender_New"), "CustomEmailSender_New event carries no code in request.code"),
        (event(Trigger.SIGN_UP, 482910), "request.code is not a text"),  # type: ignore[arg-type]
        (event(Trigger.SIGN_UP, ["AYAD"]), "request.code is not a text"),  # type: ignore[arg-type]
        (event(Trigger.SIGN_UP, b"AYAD"), "request.code is not a text"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_what_is_no_event_is_refused_in_a_sentence(body: object, sentence: str) -> None:
    with pytest.raises(EventError, match=sentence) as refused:
        Request.parse(body)
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["other_trigger", "sms_sibling"])
def test_the_events_of_other_triggers_are_refused(name: str, load: Load) -> None:
    with pytest.raises(EventError):
        Request.parse(load(name, "cipher"))


def test_what_is_absent_null_or_of_another_kind_is_ignored(load: Load) -> None:
    body = load("lower_case_source", "cipher")
    del body["callerContext"], body["userName"]
    body["request"]["userAttributes"] = {"email": "a@b.example", "number": 1, "nothing": None}
    body["request"]["clientMetadata"] = ["none"]
    request = Request.parse(body)
    assert request.attributes == {"email": "a@b.example"}
    assert request.client_metadata == {}
    assert (request.client_id, request.user_name) == (None, "")


@pytest.mark.parametrize(
    ("given", "known"),
    [
        ("1example23456789", "1example23456789"), (None, None), ("", None), (7, None),
        ("CLIENT_ID_NOT_APPLICABLE", None), ("id\r\nX: 1", None), ("x" * 129, None),
    ],
)  # fmt: skip
def test_the_client_is_known_where_there_is_one(given: Any, known: str | None) -> None:
    assert Request.parse(event(Trigger.SIGN_UP, "x", callerContext={"clientId": given})).client_id == known


def notification(attributes: dict[str, str], metadata: dict[str, str] | None = None) -> Notification:
    body = event(Trigger.SIGN_UP, "x", attributes=attributes, client_metadata=metadata)
    return Request.parse(body).notification(Secret("1"), "en-GB")


@pytest.mark.parametrize(
    ("attributes", "metadata", "locale"),
    [
        ({"locale": "de-CH", "custom:locale": "fr"}, {"locale": "it"}, "de-CH"),
        ({"custom:locale": "fr"}, {"locale": "it"}, "fr"),
        ({}, {"locale": "it"}, "it"),
        ({}, None, "en-GB"),
        ({"locale": "pt_BR"}, None, "pt-BR"),
        ({"locale": "", "custom:locale": "fr"}, None, "fr"),
        ({"locale": "../../etc", "custom:locale": "fr"}, None, "fr"),
        ({"locale": "de\n"}, {"locale": "{{ 7 }}"}, "en-GB"),
        ({"locale": "x" * 10_000}, None, "en-GB"),
        ({"locale": "en" + "-latn" * 2_000}, None, "en-GB"),
    ],
)
def test_the_locale_is_the_first_that_is_one(
    attributes: dict[str, str], metadata: dict[str, str] | None, locale: str
) -> None:
    assert notification(attributes, metadata).locale == locale


def test_one_send_keeps_its_key_over_every_retry_and_shares_it_with_no_other() -> None:
    first = Request.parse(event(Trigger.SIGN_UP, "cipher-1"), "request-1").idempotency_key
    assert Request.parse(event(Trigger.SIGN_UP, "cipher-1"), "request-2").idempotency_key == first
    assert Request.parse(event(Trigger.SIGN_UP, "cipher-2"), "request-1").idempotency_key != first
    assert first == hashlib.sha256(b"cipher-1").hexdigest()


@pytest.mark.parametrize(
    ("event_id", "request_id", "key"),
    [
        ("5a7c3f2e", "request-1", "5a7c3f2e"), ("", "request-1", "request-1"),
        ("\r\nX: 1", "request-1", "request-1"), ("", "\r\n", ""), ("", "", ""),
    ],
)  # fmt: skip
def test_an_event_without_a_code_has_another_key(event_id: str, request_id: str, key: str) -> None:
    body = event(Trigger.ACCOUNT_TAKE_OVER_NOTIFICATION, attributes={"EVENT_ID": event_id})
    assert Request.parse(body, request_id).idempotency_key == key


def test_a_request_shows_neither_whom_nor_what(load: Load) -> None:
    shown = repr(Request.parse(load("sign_up", "cipher")))
    assert not [word for word in ("cipher", "alex", "Alex", "spring") if word in shown]


def test_each_file_of_events_is_used() -> None:
    files = {path.stem for path in (Path(__file__).parents[1] / "events").glob("*.json")}
    others = {"take_over_without_email", "undocumented_source", "lower_case_source"}
    assert files == {*(trigger.slug for trigger in Trigger), *others, "sms_sibling", "other_trigger"}
