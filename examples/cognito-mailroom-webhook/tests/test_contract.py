from __future__ import annotations

from cognito_mailroom.testing import Fault, HttpHarness, ProviderContract, Reply
from cognito_mailroom_webhook.standin import WebhookStandIn, refusal


class Harness(HttpHarness):
    provider = "webhook"
    stand_in = WebhookStandIn
    success = 202
    succeeds = dict.fromkeys(
        (Fault.EMPTY_BODY, Fault.INVALID_JSON), "the status alone says that the receiver took the mail"
    )

    def error(self, status: int, words: str) -> Reply:
        return refusal(status, "refused", words)

    def bad_recipient(self, words: str) -> Reply:
        return refusal(400, "recipient_refused", words)


class TestContract(ProviderContract):
    harness = Harness()
