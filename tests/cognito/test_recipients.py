"""Who gets a mail: the email of the event, whom an extension names, whom the user pool knows; or nobody."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any

import pytest
from cognito_mailroom import ConfigurationError, EventError, MailroomError, Message, Rejected, Unavailable
from cognito_mailroom.telemetry.record import EventRecord
from cognito_mailroom.testing.exchange import Reply
from cognito_mailroom.testing.http_server import HttpServer
from cognito_mailroom.testing.server_faults import Behaviour, Drip, Stall
from cognito_mailroom.transport.aws import aws_session

Load = Callable[..., dict[str, Any]]
Send = Callable[..., EventRecord]


@pytest.fixture
def take_over(load: Load, pool_id: str) -> dict[str, Any]:
    """A take-over notice about the user who has an address, which it does not tell."""
    event = load("take_over_without_email")
    event["userPoolId"] = pool_id
    event["request"]["userAttributes"]["USER_NAME"] = "alex"
    return event


def test_the_mail_goes_to_the_email_of_the_event_and_to_nothing_else_in_it(
    load: Load, encrypted: Callable[..., str], send: Send, sent: list[Message]
) -> None:
    event = load("forgot_password", encrypted("482910"))
    assert event["request"]["userAttributes"]["cognito:email_alias"] == "old-login@example.com"
    event["userName"] = "user-name@example.com"
    event["request"]["clientMetadata"] = {"email": "evil@example.com", "recipient": "evil@example.com"}
    send(event)
    assert [str(message.recipient) for message in sent] == ["alex@example.com"]


@pytest.mark.parametrize("email", [None, "", 7, ["alex@example.com"]], ids=repr)
def test_where_no_address_is_known_nobody_is_written_to(
    email: Any, load: Load, encrypted: Callable[..., str], send: Send, sent: list[Message]
) -> None:
    event = load("sign_up", encrypted("482910"))
    event["request"]["userAttributes"] |= {"email": email, "cognito:email_alias": "old@example.com"}
    with pytest.raises(EventError, match=r"^The CustomEmailSender_SignUp event names nobody to write to"):
        send(event)
    assert sent == []


@pytest.mark.parametrize(
    "email",
    ["alex@example.com\r\nBcc: evil@example.com", "alex@example.com, evil@example.com", "Alex <a@b.example>",
     "alex", "=?utf-8?q?alex=40evil.example=3e?=@example.com", "alex@", "\u202ealex@example.com",
     "x" * 10_000 + "@example.com"],
    ids=lambda email: ascii(email[:20]),
)  # fmt: skip
def test_a_malformed_address_is_rejected_without_being_repeated(
    email: str, load: Load, encrypted: Callable[..., str], send: Send, sent: list[Message]
) -> None:
    event = load("sign_up", encrypted("482910"))
    event["request"]["userAttributes"]["email"] = email
    with pytest.raises(Rejected, match=r"^The recipient cannot be written to: the .*\.$") as rejected:
        send(event)
    assert email not in str(rejected.value)
    assert sent == []


def test_a_take_over_notice_is_sent_to_the_address_that_the_pool_knows(
    take_over: dict[str, Any], send: Send, sent: list[Message]
) -> None:
    assert send(take_over).receipt
    assert [str(message.recipient) for message in sent] == ["looked-up@example.com"]


def test_the_user_name_of_the_event_will_do(
    take_over: dict[str, Any], send: Send, sent: list[Message]
) -> None:
    del take_over["request"]["userAttributes"]["USER_NAME"]
    send(take_over | {"userName": "alex"})
    assert [str(message.recipient) for message in sent] == ["looked-up@example.com"]


@pytest.mark.usefixtures("nowhere")
def test_a_pool_is_asked_only_where_the_event_does_not_tell(
    take_over: dict[str, Any], send: Send, sent: list[Message]
) -> None:
    take_over["request"]["userAttributes"]["email"] = "told@example.com"
    send(take_over)
    assert [str(message.recipient) for message in sent] == ["told@example.com"]


@pytest.mark.usefixtures("nowhere")
@pytest.mark.parametrize("slug", ["sign_up", "admin_create_user"])
def test_a_pool_is_asked_for_take_over_notices_alone(
    slug: str, load: Load, encrypted: Callable[..., str], send: Send
) -> None:
    event = load(slug, encrypted("482910"))
    del event["request"]["userAttributes"]["email"]
    with pytest.raises(EventError):
        send(event)


@pytest.fixture
def nowhere(unreachable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cognito cannot be reached."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", unreachable)


@pytest.mark.parametrize(
    ("user_name", "sentence"),
    [("stranger", "names a user that the pool does not have"), ("nobody", "names nobody to write to")],
)
def test_a_user_without_an_address_is_told_apart(
    user_name: str, sentence: str, take_over: dict[str, Any], send: Send, sent: list[Message]
) -> None:
    take_over["request"]["userAttributes"]["USER_NAME"] = user_name
    with pytest.raises(EventError, match=sentence):
        send(take_over)
    assert sent == []


@pytest.mark.usefixtures("nowhere")
def test_a_notice_about_nobody_names_nobody(
    take_over: dict[str, Any], send: Send, sent: list[Message]
) -> None:
    del take_over["request"]["userAttributes"]["USER_NAME"], take_over["userName"]
    with pytest.raises(EventError, match="names nobody to write to"):
        send(take_over)
    assert sent == []


@pytest.mark.usefixtures("nowhere")
def test_a_pool_out_of_reach_is_unavailable(take_over: dict[str, Any], send: Send) -> None:
    with pytest.raises(Unavailable, match=r"^127\.0\.0\.1 cannot be reached"):
        send(take_over)


@pytest.mark.parametrize("fault", [Stall(), Drip()])
def test_a_pool_that_stalls_or_drips_is_unavailable(
    *, fault: Behaviour, answering: Callable[..., HttpServer], monkeypatch: pytest.MonkeyPatch,
    take_over: dict[str, Any], send: Send,
) -> None:  # fmt: skip
    monkeypatch.setenv("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", answering(fault).url)
    started = monotonic()
    with pytest.raises(Unavailable, match=r"^127\.0\.0\.1 did not answer in time"):
        send(take_over, deadline=0.5)
    assert monotonic() - started < 3  # seconds that a call may take at most


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "TooManyRequestsException", Unavailable),
        (400, "ThrottlingException", Unavailable),
        (500, "InternalErrorException", Unavailable),
        (400, "NotAuthorizedException", ConfigurationError),
        (400, "AccessDeniedException", ConfigurationError),
        (400, "ResourceNotFoundException", ConfigurationError),
        (400, "UserNotFoundException", EventError),
    ],
)
def test_what_cognito_says_decides_the_error(
    *, status: int, code: str, kind: type[MailroomError], answering: Callable[..., HttpServer],
    monkeypatch: pytest.MonkeyPatch, take_over: dict[str, Any], send: Send, sent: list[Message],
) -> None:  # fmt: skip
    server = answering(Reply(status, {"__type": code, "message": "looked-up@example.com s3cret"}))
    monkeypatch.setenv("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", server.url)
    with pytest.raises(MailroomError) as refused:
        send(take_over)
    assert type(refused.value) is kind
    assert "s3cret" not in str(refused.value)
    assert "@" not in str(refused.value)
    assert sent == []


@pytest.mark.parametrize(("own", "asked"), [("eu-west-1", "eu-west-1"), ("", "us-east-1")])
def test_a_pool_is_asked_in_the_functions_own_region(
    *, own: str, asked: str, take_over: dict[str, Any], send: Send, answering: Callable[..., HttpServer],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    server = answering(Reply(400, {"__type": "NotAuthorizedException"}))
    monkeypatch.setenv("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", server.url)
    monkeypatch.setenv("AWS_REGION", own)
    with pytest.raises(ConfigurationError):
        send(take_over | {"userPoolId": "us-east-1_AbCdEfGhI"})
    assert f"/{asked}/cognito-idp/" in server.requests[0].headers["Authorization"]


@pytest.mark.parametrize("pool_id", ["-_x", ".:_x"])
def test_a_pool_of_no_region_is_an_error_like_any_other(
    pool_id: str, take_over: dict[str, Any], send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_REGION")  # as outside Lambda
    with pytest.raises(ConfigurationError, match="InvalidRegionError"):
        send(take_over | {"userPoolId": pool_id})


def test_a_role_without_credentials_is_misconfigured(
    take_over: dict[str, Any], send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws_session.cache_clear()  # which remembers its credentials
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(ConfigurationError, match="NoCredentialsError"):
        send(take_over)


EXTENSION = """
from cognito_mailroom import Address, hookimpl

class Recipient:
    @hookimpl
    def mailroom_recipient(self, notification):
        return {answer}
"""


@pytest.mark.parametrize(
    ("answer", "recipient"),
    [
        ("'other@example.com'", "other@example.com"), ("Address('other@example.com')", "other@example.com"),
        ("None", "alex@example.com"),
    ],
)  # fmt: skip
def test_an_extension_may_override_the_recipient(
    answer: str, recipient: str, install: Callable[..., None], send: Send, sent: list[Message]
) -> None:
    install("acme-crm", EXTENSION.format(answer=answer), extensions={"crm": "Recipient"})
    send("sign_up")
    assert [str(message.recipient) for message in sent] == [recipient]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("'nobody'", Rejected), ("''", Rejected), ("42", ConfigurationError),
        ("b'a@b.example'", ConfigurationError), ("1 / 0", ConfigurationError),
    ],
)  # fmt: skip
def test_an_extension_that_answers_with_something_else_is_refused(
    answer: str, kind: type[MailroomError], install: Callable[..., None], send: Send, sent: list[Message]
) -> None:
    install("acme-crm", EXTENSION.format(answer=answer), extensions={"crm": "Recipient"})
    with pytest.raises(kind):
        send("sign_up")
    assert sent == []


@pytest.mark.parametrize(
    ("patterns", "allowed"),
    [
        ("*@example.com", True), ("ALEX@EXAMPLE.COM", True), ("other@example.com, alex@*", True),
        ("[ab]lex@example.com", True), ("*@acme.example", False),
        ("alex@example.co", False), ("*.example.com", False),
    ],
)  # fmt: skip
def test_on_a_test_stage_all_others_get_no_mail(
    patterns: str, allowed: object, send: Send, sent: list[Message]
) -> None:
    outcome = send("sign_up", MAILROOM_ALLOWED_RECIPIENTS=patterns)
    assert len(sent) == bool(allowed)
    assert (outcome.outcome, outcome.reason) == (
        ("Delivered", "")
        if allowed
        else ("Vetoed", "the recipient matches no pattern of MAILROOM_ALLOWED_RECIPIENTS")
    )


@pytest.mark.parametrize(
    ("email", "pattern", "allowed"),
    [
        ("jane..doe@docomo.ne.jp", "jane..doe@docomo.ne.jp", True),
        ("Jane.@docomo.ne.jp", "*.@docomo.ne.jp", True),
        ('"jane..doe"@docomo.ne.jp', "jane..doe@*", True),
        ("jane..doe@docomo.ne.jp", '"jane..doe"@docomo.ne.jp', True),
        ("jane..doe@docomo.ne.jp", "jane.doe@docomo.ne.jp", False),
        ('"jane@acme.example"@evil.example', "jane@*", False),
    ],
)
def test_a_pattern_needs_no_quotes_where_an_address_does(
    *, email: str, pattern: str, allowed: bool, load: Load, encrypted: Callable[..., str], send: Send
) -> None:
    event = load("sign_up", encrypted("482910"))
    event["request"]["userAttributes"]["email"] = email
    outcome = send(event, MAILROOM_ALLOWED_RECIPIENTS=pattern).outcome
    assert outcome == ("Delivered" if allowed else "Vetoed")
