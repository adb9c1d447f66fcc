"""A canary: whatever goes wrong, what error trackers, logs and metrics get of it has nothing private."""

from __future__ import annotations

import html
import json
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
import sentry_sdk
from cognito_mailroom import MailroomError
from cognito_mailroom.testing import Reply, Silence, SmtpServer, Stall
from cognito_mailroom.testing.leak_detection import all_that_can_be_kept, capturing_output
from cognito_mailroom_mailgun.standin import Mailgun
from cognito_mailroom_postmark.standin import PostmarkServer
from cognito_mailroom_sendgrid.standin import SendGrid
from cognito_mailroom_ses.standin import SesServer

CODE, PASSWORD, ADDRESS = "73105928", "Kz<7!&pQ'2w\"ü", "canary.bird@nest.example"
AWS = {
    "AWS_SECRET_ACCESS_KEY": "canary/of+the/access=key",
    "AWS_SESSION_TOKEN": "canary-of-the-session-token",
}
STAND_INS: dict[str, Any] = {
    "sendgrid": SendGrid, "mailgun": Mailgun, "postmark": PostmarkServer, "ses": SesServer,
}  # fmt: skip
REFUSED: dict[str, Callable[[str], Reply]] = {
    "sendgrid": lambda words: Reply(403, {"errors": [{"message": words, "field": None}]}),
    "mailgun": lambda words: Reply(403, {"message": words}),
    "postmark": lambda words: Reply(422, {"ErrorCode": 400, "Message": words}),
    "ses": lambda words: Reply(403, {"message": words}, {"x-amzn-errortype": "AccessDeniedException"}),
}


def _base64(before: int, text: str) -> str:
    """Those characters that say nothing of what stands before the text and behind it."""
    encoded = b64encode(b" " * before + text.encode()).decode()
    return encoded[(0, 2, 3)[before] : (before + len(text.encode())) * 8 // 6]


SPELLINGS: list[Callable[[str], str]] = [
    str,
    str.upper,
    html.escape,
    quote,
    quote_plus,
    lambda text: quote(text, safe=""),
    lambda text: json.dumps(text)[1:-1],
    lambda text: json.dumps(json.dumps(text))[3:-3],
    lambda text: "".join(f"\\u{ord(char):04x}" for char in text),
    lambda text: "".join(f"&#{ord(char)};" for char in text),
    lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    lambda text: "".join(f"={byte:02X}" for byte in text.encode()),
    *(partial(_base64, before) for before in range(3)),
    lambda text: repr(text)[1:-1],
    lambda text: text[:-2],
    lambda text: text[2:],
]
BROKEN: list[Callable[[str], str]] = [
    lambda text: f"{text[:4]} {text[4:]}",
    lambda text: f"{text[:5]}\r\n {text[5:]}",
    lambda text: f"{text[:3]}=\r\n{text[3:]}",
]
# The provider's own hook fails like this, and so do those of an extension.
SPY = """
from cognito_mailroom import hookimpl

class Spy:
    @hookimpl(tryfirst=True)
    def mailroom_deliver(self, message):
        if "forgot_password" in message.tags:
            code, whom = message.variables["code"], str(message.recipient)
            raise KeyError(f"{code} for {whom}", message.text)

    @hookimpl
    def mailroom_failed(self, error):
        raise error
"""


class Tracker(sentry_sdk.Transport):
    """What Sentry would get."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Any] = []

    def capture_envelope(self, envelope: sentry_sdk.envelope.Envelope) -> None:
        self.events += [item.payload.json for item in envelope.items]


@pytest.fixture
def tracker() -> Iterator[Tracker]:
    hook, tracker = sys.excepthook, Tracker()
    sentry_sdk.init(
        "http://key@127.0.0.1/1", transport=tracker, auto_enabling_integrations=False, max_breadcrumbs=1000
    )
    yield tracker
    sentry_sdk.get_client().close(timeout=0)
    sentry_sdk.get_global_scope().set_client(None)
    sys.excepthook = hook


@pytest.fixture
def provider(
    request: pytest.FixtureRequest, environ: dict[str, str]
) -> Iterator[Callable[[str | None], None]]:
    """``provider(words)``: the next mail is refused with these words; with None, it gets no answer."""
    with ExitStack() as stack:
        environ["MAILROOM_PROVIDER"] = request.param
        if request.param == "smtp":
            server = stack.enter_context(SmtpServer(username="canary-of-the-login"))
            environ |= server.environ

            def smtp(words: str | None) -> None:
                lines = (words or "").splitlines()
                reply = "\n".join([*(f"554-5.7.1 {line}" for line in lines), "554 5.7.1 That was it"])
                server.replies["DATA"] = Silence.STALL if words is None else reply

            yield smtp
        else:
            stand_in = stack.enter_context(STAND_INS[request.param]())
            environ |= stand_in.environ
            refused = REFUSED[request.param]
            yield lambda words: stand_in.server.next(Stall() if words is None else refused(words))


@pytest.mark.parametrize("provider", [*STAND_INS, "smtp"], indirect=True)
def test_nothing_private_is_kept_of_what_goes_wrong(
    *, provider: Callable[[str | None], None], tracker: Tracker, environ: dict[str, str], tmp_path: Path,
    handler: Callable[..., Any], install: Callable[..., None], load: Callable[..., dict[str, Any]],
    encrypted: Callable[..., str], caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    install("spy", SPY, extensions={"spy": "Spy"})
    (templates := tmp_path / "templates").mkdir()
    # The example that is rendered at start begins with another digit.
    (templates / "authentication.txt").write_text("{{ code / 0 if code[0] == '7' else code }}")
    environ |= {**AWS, "MAILROOM_TEMPLATES": str(templates), "AWS_LAMBDA_FUNCTION_NAME": "canary"}
    lambda_handler = handler()
    keys = [environ[name] for name in environ if name.endswith(("_KEY", "TOKEN", "_PASSWORD", "_USERNAME"))]
    private = [CODE, PASSWORD, ADDRESS, ADDRESS.partition("@")[0], *keys]
    kept, errors = StringIO(), list[str]()

    def fail(trigger: str, *, secret: str = CODE, seconds: float = 30) -> None:
        """Has one event fail, and keeps all that anybody may keep of that."""
        event = load(trigger, encrypted(secret, escape=trigger == "admin_create_user"))
        event["request"]["userAttributes"]["email"] = event["userName"] = ADDRESS
        context = SimpleNamespace(get_remaining_time_in_millis=lambda: seconds * 1000, aws_request_id="1")
        with pytest.raises(MailroomError) as caught:
            lambda_handler(event, context)
        error = caught.value
        error.__traceback__ = (
            error.__traceback__ and error.__traceback__.tb_next
        )  # what called it has the event
        sentry_sdk.capture_exception(error)
        kept.write(all_that_can_be_kept(error))
        errors.append(f"{type(error).__name__}: {error}")

    with capturing_output("werkzeug", "mail.log", "asyncio") as captured:
        for text in private:
            provider(", ".join({f"<{spell(text)}>" for spell in (*SPELLINGS, *BROKEN)}))
            if text == PASSWORD:
                fail("admin_create_user", secret=PASSWORD)
            else:
                fail("sign_up")
        fail("authentication")
        fail("forgot_password")
        provider(None)
        fail("sign_up", seconds=1.5)

    kept.write(
        json.dumps(captured.records) + captured.output.getvalue() + json.dumps(tracker.events, default=str)
    )
    kept.write("".join(f"{vars(record)}" for record in caplog.records))
    # It did go wrong, and was told of.
    assert [error.partition(":")[0] for error in errors[-3:]] == [
        "ConfigurationError",
        "Unavailable",
        "Unavailable",
    ]
    assert "did not answer in time" in errors[-1]
    assert sum("exception" in event for event in tracker.events) >= len(errors)
    assert '"CloudWatchMetrics"' in captured.output.getvalue()
    logged = {name.partition(".")[0] for name, _ in captured.records}
    assert {"cognito_mailroom", "botocore", "urllib3"} <= logged
    told = kept.getvalue().lower()
    squeezed = "".join(told.split())
    for text in private:
        for spelling in {spell(text).lower() for spell in SPELLINGS}:
            assert spelling not in told, told[max(0, told.find(spelling) - 500) :][:800]
            assert spelling not in squeezed, f"{spelling!r} is told, broken by blanks"
