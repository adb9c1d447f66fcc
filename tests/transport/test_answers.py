from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import environ
import pytest
from cognito_mailroom import (
    ConfigurationError,
    CredentialsRefused,
    MailroomError,
    RateLimited,
    Rejected,
    Secret,
    Unavailable,
)
from cognito_mailroom.testing import CODE, RECIPIENT, a_message
from cognito_mailroom.transport.answers import (
    Answer,
    cleaned,
    refusal,
    refusal_of,
    retry_after,
    unreachable,
)
from hypothesis import example, given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("The key is wrong.", "The key is wrong."),
        ("The key\r\n\tSG.secret  is wrong", "The key … is wrong"),
        ("SG.secret SG.secret", "… …"),
        ("to alex@example.com, please", "to …, please"),
        ("<alex+tag@mail.example.com>: unknown", "<…>: unknown"),
        ('"to":["alex@example.com","bo@example.com"]', '"to":["…","…"]'),
        ("zoë@bücher.example is suppressed", "… is suppressed"),
        ("a\x00b\x1b[31mc\u202ed\u2028e", "ab[31mcd e"),
        ("", ""),
        ("yes " * 49 + "sure", "yes " * 49 + "sure"),
        ("yes " * 49 + "sure.", "yes " * 49 + "sur…"),
    ],
)
def test_words_are_shown_without_what_is_private(words: str, shown: str) -> None:
    assert cleaned(words, Secret("SG.secret"), Secret("")) == shown


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, ConfigurationError),
        (400, ConfigurationError),
        (401, CredentialsRefused),
        (403, ConfigurationError),
        (404, ConfigurationError),
        (413, ConfigurationError),
        (422, ConfigurationError),
        (408, Unavailable),
        (429, RateLimited),
        (500, Unavailable),
        (502, Unavailable),
        (503, Unavailable),
        (599, Unavailable),
    ],
)
def test_a_status_has_a_meaning(status: int, error: type[MailroomError]) -> None:
    refused = refusal("Acme", status, "Go away.", {})
    assert type(refused) is error
    assert str(refused) == f"Acme answered {status}: Go away."


@environ.config
class Login:
    password: Secret = environ.var(converter=Secret)


@environ.config(prefix="ACME")
class AcmeSettings:
    api_key: Secret = environ.var(converter=Secret)
    region: str = environ.var("eu")
    login: Login = environ.group(Login)


SETTINGS = environ.to_config(AcmeSettings, {"ACME_API_KEY": "SG.secret", "ACME_LOGIN_PASSWORD": "pass word"})


def test_a_refusal_quotes_nothing_private(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "session-token")
    words = f"no {CODE} for {RECIPIENT} by SG.secret, pass word or session-token in eu"
    error = refusal_of(Answer(400, {}, b""), a_message(), SETTINGS, provider="Acme", words=words)
    assert type(error) is ConfigurationError
    assert str(error) == "Acme answered 400: no … for … by …, … or … in eu."


def test_nothing_that_the_mail_tells_is_quoted() -> None:
    told = {
        "ip_address": "10.5.1.1",
        "city": "Bern",
        "ticket": "Qz83-hfJw",
        "way": "https://a.example/Wb7Gy52",
    }
    message = a_message().evolve(variables={**told, "product_name": "Acme", "validity": "24 hours"})
    words = f"550 5.1.1 Acme took 24 hours over {', '.join(told.values())}"
    assert cleaned(words, message=message) == "550 5.1.1 Acme took 24 hours over …, …, …, …"


@pytest.mark.parametrize(
    ("status", "kind", "error", "text"),
    [
        (400, None, ConfigurationError, "Acme answered 400: No."),
        (400, Rejected, Rejected, "Acme refused the recipient: No."),
        (401, None, CredentialsRefused, "Acme answered 401: No: check the key."),
        (420, RateLimited, RateLimited, "Acme answered 420: No."),
        (422, Unavailable, Unavailable, "Acme answered 422: No."),
        (503, None, Unavailable, "Acme answered 503: No."),
    ],
)
def test_a_plugin_may_know_better_than_the_status(
    status: int, kind: type[MailroomError] | None, error: type[MailroomError], text: str
) -> None:
    answer, advice = Answer(status, {"Retry-After": "7"}, b""), {401: "check the key"}
    found = refusal_of(answer, a_message(), SETTINGS, provider="Acme", words="No. ", kind=kind, advice=advice)
    assert type(found) is error
    assert str(found) == text
    assert not isinstance(found, RateLimited) or found.retry_after == 7


def test_a_refusal_without_words_is_a_sentence_all_the_same() -> None:
    error = refusal_of(Answer(422, {}, b""), a_message(), SETTINGS, provider="Acme", kind=Rejected)
    assert str(error) == "Acme refused the recipient."


@pytest.mark.parametrize(
    ("body", "fields"), [(b'{"id": 1}', {"id": 1}), (b"[]", {}), (b"<html>", {}), (b"", {}), (b"\xff", {})]
)
def test_the_fields_of_an_answer(body: bytes, fields: dict[str, object]) -> None:
    assert Answer(200, {}, body).fields == fields


@pytest.mark.parametrize("words", ["a" * 1_000_000, "a " * 500_000, "@" * 1_000_000])
def test_endless_words_are_cut_before_they_are_searched(words: str) -> None:
    assert 0 < len(cleaned(words, Secret("SG.secret"))) <= 200


def test_no_half_of_an_address_is_shown_where_words_are_cut() -> None:
    words = f"{'x' * 1_990}@example.com {'y' * 30} to alex@example.com"
    assert "alex" not in cleaned(words)


def test_words_may_be_missing() -> None:
    assert str(refusal("Acme", 500, "", {})) == "Acme answered 500."


def test_a_wait_goes_along() -> None:
    refused = refusal("Acme", 429, "", {"Retry-After": "7"})
    assert isinstance(refused, RateLimited)
    assert refused.retry_after == 7.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("Mon, 99 Nov 2094 08:49:37 GMT", None),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0.0),
        ("Sun, 06 Nov 1994 08:49:37", 0.0),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 0.0),
        ("Sun Nov  6 08:49:37 1994", 0.0),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": value}) == seconds


@pytest.mark.parametrize("zone", [UTC, None])
def test_retry_after_a_date_to_come(zone: object) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    value = date if zone else date.replace("GMT", "-0000")
    wait = retry_after({"Retry-After": value})
    assert wait is not None
    assert 60 < wait <= 90


def test_there_may_be_no_retry_after() -> None:
    assert retry_after({}) is None


@given(st.text(max_size=40))
@example("Mon, 01 Jan 0001 00:00:00 +2359")
@example("Fri, 31 Dec 9999 23:59:59 -2359")
@example("Mon, 01 Jan 2024 00:00:00 +99999999")
@example("9" * 400)
@example("²")
def test_no_retry_after_does_harm(value: str) -> None:
    wait = retry_after({"Retry-After": value})
    assert wait is None or 0 <= wait < float("inf")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ConnectionRefusedError(111, "alex@example.com"), "cannot be reached (ConnectionRefusedError)."),
        (OSError("x", TimeoutError()), "did not answer in time."),
        (ValueError(ValueError(TimeoutError())), "did not answer in time."),
    ],
)
def test_why_there_was_no_answer(error: Exception, told: str) -> None:
    unavailable = unreachable("acme.example", error)
    assert isinstance(unavailable, Unavailable)
    assert str(unavailable) == f"acme.example {told}"


def test_a_certificate_is_named_as_the_reason() -> None:
    told = str(unreachable("acme.example", OSError(ssl.SSLCertVerificationError())))
    assert told.startswith("The certificate of acme.example cannot be verified: ")


def test_an_error_that_holds_itself_is_no_trap() -> None:
    error = OSError("reset")
    error.args = (error,)
    error.__context__ = error
    assert "cannot be reached (OSError)" in str(unreachable("acme.example", error))
