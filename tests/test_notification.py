"""What plugins see of an event, and what a secret shows of itself: nothing."""

from __future__ import annotations

import copy
import json
import logging
import pickle
from typing import Any

import pytest
from attrs.exceptions import FrozenInstanceError
from cognito_mailroom import Address, Notification, Secret, Trigger

SECRET = Secret("s3cret")


@pytest.mark.parametrize(
    "show", [str, repr, ascii, "{}".format, "{!r}".format, "{!s}".format, "%s".__mod__, lambda s: f"{s}"]
)
def test_a_secret_shows_asterisks(show: Any) -> None:
    assert "********" in show(SECRET)
    assert "s3cret" not in show(SECRET)
    assert "s3cret" not in show([SECRET])


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_secret_is_never_pickled(protocol: int) -> None:
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(SECRET, protocol)


def test_a_secret_does_not_slip_into_json_or_a_longer_text() -> None:
    with pytest.raises(TypeError):
        json.dumps({"code": SECRET})
    with pytest.raises(TypeError):
        "code: " + SECRET  # type: ignore[operator]
    with pytest.raises(TypeError):
        vars(SECRET)


def test_a_logged_secret_is_asterisks(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("anybody").warning("%s %r %s", SECRET, SECRET, {"code": SECRET})
    assert "s3cret" not in caplog.text


def test_a_secret_is_revealed_to_who_asks() -> None:
    assert SECRET.reveal() == "s3cret"
    assert copy.copy(SECRET).reveal() == copy.deepcopy(SECRET).reveal() == "s3cret"


def test_secrets_compare_by_what_they_hide_and_with_nothing_else() -> None:
    assert Secret("s3cret") == SECRET
    assert hash(SECRET) == hash(Secret("s3cret"))
    assert Secret("other") != SECRET
    assert SECRET != "s3cret"
    assert Secret("\udcff") != Secret("ÿ")  # an environment variable may hold bytes that are no text
    assert SECRET
    assert not Secret("")


def test_a_trigger_is_what_cognito_calls_it_and_has_a_short_name() -> None:
    assert Trigger("CustomEmailSender_AdminCreateUser") is Trigger.ADMIN_CREATE_USER
    assert [trigger.slug for trigger in Trigger] == [
        "sign_up", "resend_code", "forgot_password", "update_user_attribute", "verify_user_attribute",
        "authentication", "admin_create_user", "account_take_over_notification",
    ]  # fmt: skip


def test_a_notification_of_an_undocumented_source_is_generic() -> None:
    assert Notification(trigger="CustomEmailSender_New").slug == "generic"
    assert Notification(trigger=Trigger.SIGN_UP).slug == "sign_up"


def test_a_notification_shows_neither_whom_nor_what() -> None:
    shown = repr(
        Notification(
            trigger=Trigger.SIGN_UP, recipient=Address("alex@example.com"), secret=SECRET,
            attributes={"email": "alex@example.com", "given_name": "Alex"}, client_metadata={"note": "Alex"},
            user_name="Alex", client_id="client-1",
        )
    )  # fmt: skip
    assert "client-1" in shown
    assert not [word for word in ("s3cret", "alex", "Alex") if word in shown]


def test_a_notification_copies_what_it_is_given_and_can_not_be_changed() -> None:
    attributes = {"email": "alex@example.com"}
    notification = Notification(trigger=Trigger.SIGN_UP, attributes=attributes, client_metadata=attributes)
    attributes["email"] = "other@example.com"
    assert notification.attributes == notification.client_metadata == {"email": "alex@example.com"}
    for mapping in (notification.attributes, notification.client_metadata):
        with pytest.raises(TypeError):
            mapping["email"] = "other@example.com"  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        notification.recipient = None  # type: ignore[misc]
