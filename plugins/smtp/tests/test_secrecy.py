"""A server may repeat all it was told: neither error nor log passes it on."""

from __future__ import annotations

import base64
import logging
import traceback
from collections.abc import Callable

import pytest
from cognito_mailroom import Deadline, MailroomError, Message
from cognito_mailroom.testing import PASSWORD, Silence, SmtpServer
from cognito_mailroom_smtp import SmtpProvider

Provide = Callable[..., SmtpProvider]

USERNAME = "AKIA-the-user-name"
CREDENTIALS = {
    "PLAIN": [f"\0{USERNAME}\0{PASSWORD}"],
    "LOGIN": [USERNAME, PASSWORD],
}
PRIVATE = ["jane.doe@example.com", "JANE.DOE@Example.com", "jane.doe", "no-reply@acme.example", "271828"]


def told(method: str, command: str) -> list[str]:
    """What the server has heard by the time it answers a command."""
    tokens = [base64.b64encode(text.encode()).decode() for text in CREDENTIALS[method]]
    return [USERNAME, PASSWORD, PASSWORD.upper(), *tokens, *(PRIVATE if command != "AUTH" else [])]


def everything_about(error: BaseException) -> str:
    seen: list[BaseException] = []
    queue: list[BaseException | None] = [error]
    while queue:
        current = queue.pop()
        if current and current not in seen:
            seen.append(current)
            queue += [current.__cause__, current.__context__]
    said = [f"{each}{each!r}{each.args}{vars(each)}" for each in seen]
    return "".join(said + traceback.format_exception(error))


@pytest.mark.parametrize("method", ["PLAIN", "LOGIN"])
@pytest.mark.parametrize("reply", ["550 5.1.1 ", "535 ", "450 4.7.1 ", "451 ", "354 ", "", Silence.HANG_UP])
@pytest.mark.parametrize("command", ["AUTH", "MAIL", "RCPT", "DATA"])
def test_nothing_leaks(
    command: str,
    reply: str | Silence,
    method: str,
    *,
    provide: Provide,
    message: Message,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    script: dict[str, str | Silence] = {"EHLO": f"250-mail.example\n250 AUTH {method}"}
    heard = told(method, command)
    if isinstance(reply, str):
        reply += ", ".join(f"<{text}>: '{text}'" for text in heard)
    script[command] = reply
    with SmtpServer(security="tls", username=USERNAME, replies=script) as server:
        provider = provide(server)
        with pytest.raises(MailroomError) as caught:
            provider.mailroom_deliver(message, Deadline(10))
    said = everything_about(caught.value) + repr(vars(provider)) + caplog.text + "".join(capfd.readouterr())
    assert not [text for text in heard if text.lower() in said.lower()]


def test_nothing_leaks_into_the_receipt(provide: Provide, message: Message) -> None:
    heard = told("PLAIN", "DATA")
    reply = "250 2.0.0 " + ", ".join(f"<{text}>" for text in heard)
    with SmtpServer(username=USERNAME, replies={"DATA": reply}) as server:
        receipt = provide(server).mailroom_deliver(message, Deadline(10))
    assert not [text for text in heard if text in receipt.detail]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("OK 271828 for Jane.Doe <1@mail.example>", "OK … for … <…>"),
        ("OK 2718", "OK …"),
        (f"OK {PASSWORD[3:]}", "OK …"),
        ("OK %32%37%31%38%32%38 &#50;&#55; =32=37=31 \\u0032", "OK … … … …"),
        (f"OK {base64.b64encode(bytes(30) + b'271828').decode()}", "OK …"),
        ("Queued\tmail for delivery [Id=1234]", "Queued mail for delivery [Id=1234]"),
        ("OK " + "long " * 50 + "271828", "OK " + "long " * 39 + "l…"),
    ],
)
def test_a_receipt_shows_the_rest(said: str, shown: str, provide: Provide, message: Message) -> None:
    with SmtpServer(replies={"DATA": f"250 2.0.0 {said}"}) as server:
        assert provide(server).mailroom_deliver(message, Deadline(10)).detail == f"250 2.0.0 {shown}"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("user jane.doe is unknown", "user … is unknown"),
        ("<jane.doe@example.com>: unknown", "<…>: unknown"),
        ("Jane.Doe@Example.Com unknown", "… unknown"),
        ("jane.doesn't matter", "jane.doesn't matter"),
        ("maryjane.doe stays", "maryjane.doe stays"),
        ("sorry, 271828 looks like spam", "sorry, … looks like spam"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_the_rest_of_a_reply_stays(said: str, shown: str, provide: Provide, message: Message) -> None:
    with SmtpServer(security="none", replies={"RCPT": f"550 5.1.1 {said}"}) as server:
        provider = provide(server)
        with pytest.raises(MailroomError) as caught:
            provider.mailroom_deliver(message, Deadline(10))
    assert f"550 5.1.1 {shown}:" in str(caught.value)
