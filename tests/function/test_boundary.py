"""What leaves the function says what went wrong, and nothing else that anybody could keep."""

from __future__ import annotations

import asyncio
import logging
import sys
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from cognito_mailroom import (
    ConfigurationError,
    DecryptionError,
    EventError,
    MailroomError,
    RateLimited,
    Unavailable,
)
from cognito_mailroom.function.boundary import raising_anew
from cognito_mailroom.testing.leak_detection import all_that_can_be_kept

CODE = "48291037"
ACME = """
import asyncio, sys
from cognito_mailroom import ConfigurationError, RateLimited, hookimpl

class Slower(RateLimited):
    def __init__(self, mail):
        super().__init__(f"Slower with {mail}.", 70)
        self.mail = mail

def look_up(mail):
    raise {raised}

class Acme:
    @hookimpl
    def mailroom_deliver(self, message):
        code = message.variables["code"]
        try:
            look_up(f"{code} for {message.recipient}")
        except LookupError as error:
            raise ConfigurationError(f"Not {message.text}") from error

    @hookimpl
    def mailroom_failed(self, error):
        seen.append(error)

seen = []
"""


@pytest.mark.parametrize(
    ("raised", "kind", "words"),
    [
        ("KeyError(mail)", ConfigurationError, "Not "),
        ("Slower(mail)", RateLimited, "Slower with … for …."),
        ("OSError(mail)", Unavailable, "The provider 'acme' failed with OSError at "),
        ("SystemExit(mail)", Unavailable, "The provider 'acme' failed with SystemExit at "),
        ("asyncio.CancelledError(mail)", Unavailable, "The provider 'acme' failed with CancelledError at "),
        ("ExceptionGroup(mail, [KeyError(mail)])", Unavailable, "The provider 'acme' failed with Exception"),
    ],
)
def test_an_error_is_raised_anew(
    *, raised: str, kind: type[MailroomError], words: str, handler: Callable[..., Any],
    install: Callable[..., None], load: Callable[..., dict[str, Any]], encrypted: Callable[..., str],
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    install("acme", ACME.replace("{raised}", raised), providers={"acme": "Acme"})
    with pytest.raises(kind) as caught:
        handler(MAILROOM_PROVIDER="acme")(load("sign_up", encrypted(CODE)), None)
    error = caught.value
    assert type(error) is kind
    assert str(error).startswith(words)
    assert error.__cause__ is error.__context__ is None
    assert not isinstance(error, RateLimited) or error.retry_after == 70
    assert set(vars(error)) <= {"retry_after", "understood"}
    ours = traceback.walk_tb(error.__traceback__.tb_next if error.__traceback__ else None)
    told = [repr(frame.f_locals) for frame, _ in ours]
    (observed,) = sys.modules["acme"].seen
    assert (type(observed), str(observed), observed.__traceback__) == (kind, str(error), None)
    everything = f"{told}{error}{observed.args}{caplog.text}"
    assert not [private for private in (CODE, "alex", "example.com") if private in everything]
    assert [frame.name for frame in traceback.extract_tb(error.__traceback__)][1:] == ["handle"]


def test_the_log_has_the_way_to_a_plugins_mistake(
    *, handler: Callable[..., Any], install: Callable[..., None], load: Callable[..., dict[str, Any]],
    encrypted: Callable[..., str], caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    install("acme", ACME.replace("{raised}", "OSError(mail)"), providers={"acme": "Acme"})
    with pytest.raises(Unavailable):
        handler(MAILROOM_PROVIDER="acme")(load("sign_up", encrypted(CODE)), None)
    (way,) = [each.getMessage() for each in caplog.records if " from " in each.getMessage()]
    assert way.startswith("The provider 'acme' failed with OSError from ")
    first, second = way.split(" from ")[1:3]
    assert first.endswith("acme.py:11 in look_up")
    assert second.endswith("acme.py:18 in Acme.mailroom_deliver")


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ({"request": {"code": "QUFBQQ==", "userAttributes": {"email": "alex@example.com"}}}, DecryptionError),
        ({"request": {"code": ["alex@example.com"]}}, EventError),
        ({"triggerSource": "CustomSMSSender_SignUp"}, EventError),
        ({"userPoolId": "alex@example.com"}, EventError),
    ],
)
def test_an_event_that_is_not_understood_is_not_kept(
    event: dict[str, Any], kind: type[MailroomError], handler: Callable[..., Any], load: Callable[..., Any]
) -> None:
    with pytest.raises(kind) as caught:
        handler()(load("sign_up", "QUFBQQ==") | event, None)
    caught.value.__traceback__ = caught.value.__traceback__ and caught.value.__traceback__.tb_next
    kept = all_that_can_be_kept(caught.value)
    assert not [private for private in ("QUFBQQ", "alex", "example.com", "userAttributes") if private in kept]


def test_what_keeps_a_function_from_starting_tells_no_setting(handler: Callable[..., Any]) -> None:
    with pytest.raises(ConfigurationError, match="SMTP_HOST is missing") as caught:
        handler(MAILROOM_PROVIDER="smtp", SMTP_USERNAME="canary", SMTP_PASSWORD="canary-of-the-password")
    frames = [frame for frame, _ in traceback.walk_tb(caught.value.__traceback__)]
    ours = frames[[frame.f_globals["__name__"] for frame in frames].index("handler") :]
    assert "canary" not in "".join(repr(frame.f_locals) for frame in ours)
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_a_mistake_of_our_own_is_told_by_its_place(caplog: pytest.LogCaptureFixture) -> None:
    @raising_anew
    def mistaken(code: str) -> None:
        try:
            dict[str, str]()[code]
        except KeyError:
            raise ValueError(code) from None

    with pytest.raises(
        MailroomError, match=r"^The mailroom failed with ValueError at \S+test_boundary.py:\d+\.$"
    ):
        mistaken(CODE)
    assert "mistaken" in caplog.text
    assert CODE not in caplog.text


@pytest.mark.parametrize("raised", [KeyboardInterrupt(CODE), SystemExit(CODE), asyncio.CancelledError(CODE)])
def test_what_is_no_exception_is_raised_anew_as_well(raised: BaseException) -> None:
    @raising_anew
    def interrupted(_: str) -> None:
        raise raised

    kind = KeyboardInterrupt if isinstance(raised, KeyboardInterrupt) else MailroomError
    with pytest.raises(kind) as caught:
        interrupted(CODE)
    assert CODE not in str(caught.value)
    assert caught.value is not raised
