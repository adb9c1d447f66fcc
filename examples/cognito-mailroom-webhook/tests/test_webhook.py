from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import environ
import pytest
from attrs import evolve
from cognito_mailroom import ConfigurationError, Deadline, Secret
from cognito_mailroom.settings import Problems, read
from cognito_mailroom.testing import a_message
from cognito_mailroom_webhook import WebhookProvider
from cognito_mailroom_webhook.signature import sign
from cognito_mailroom_webhook.standin import WebhookStandIn


@pytest.fixture
def stand_in() -> Iterator[WebhookStandIn]:
    with WebhookStandIn() as stand_in:
        yield stand_in


def provider(stand_in: WebhookStandIn, **changes: str) -> WebhookProvider:
    return WebhookProvider(environ.to_config(WebhookProvider.Settings, {**stand_in.environ, **changes}))


def post(stand_in: WebhookStandIn, **changes: Any) -> Any:
    provider(stand_in).mailroom_deliver(a_message(**changes), Deadline(5))
    return stand_in.server.requests[-1]


def test_a_retry_has_the_same_id_and_another_event_another(stand_in: WebhookStandIn) -> None:
    keys = ["one", "one", "other", "", ""]

    ids = [post(stand_in, idempotency_key=key).headers["webhook-id"] for key in keys]

    assert ids[0] == ids[1]
    assert len(set(ids)) == 4
    assert not any("." in message_id for message_id in ids)


def test_the_payload_has_what_the_mail_does_not_show(stand_in: WebhookStandIn) -> None:
    message = a_message()

    sent = post(stand_in).json()

    assert sent["type"] == "mail.requested"
    assert sent["data"]["tags"] == list(message.tags)


@pytest.mark.parametrize(
    "secret",
    [
        "whsec_",
        "whsec_c2hvcnQ=",
        "whsec_!" + "A" * 32,
        base64.b64encode(bytes(32)).decode(),
        "whsec_" + base64.b64encode(bytes(65)).decode(),
    ],
    ids=["nothing", "short", "no-base64", "no-prefix", "long"],
)
def test_what_cannot_be_a_secret_is_refused_at_start(stand_in: WebhookStandIn, secret: str) -> None:
    with pytest.raises(ConfigurationError, match="WEBHOOK_SECRET is malformed") as refused:
        provider(stand_in, WEBHOOK_SECRET=secret)
    assert secret not in str(refused.value).replace("want whsec_", "")


@pytest.mark.parametrize(
    "url",
    ["http://receiver.example/mails", "https://receiver.example/?token=1", "receiver.example", "/mails"],
)
def test_a_url_that_would_give_the_mail_away_is_refused(stand_in: WebhookStandIn, url: str) -> None:
    faults = Problems()

    assert read(WebhookProvider.Settings, {**stand_in.environ, "WEBHOOK_URL": url}, faults) is None
    assert "WEBHOOK_URL is malformed" in str(faults.error())


@pytest.mark.parametrize(
    ("headers", "path", "status"),
    [
        ({"webhook-timestamp": "1700000000"}, "/mails/", 401),
        ({"webhook-id": "msg_other"}, "/mails/", 401),
        ({}, "/mails", 404),
    ],
    ids=["replay", "forgery", "no-such-path"],
)
def test_the_stand_in_is_as_strict_as_a_receiver(
    stand_in: WebhookStandIn, headers: dict[str, str], path: str, status: int
) -> None:
    request = post(stand_in)

    answer = stand_in.answer(evolve(request, headers={**request.headers, **headers}, path=path))

    assert answer.status == status
    assert len(stand_in.messages) == 1


def test_the_signature_is_the_one_of_the_reference_libraries() -> None:
    secret = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

    made = sign("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}', secret)

    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
