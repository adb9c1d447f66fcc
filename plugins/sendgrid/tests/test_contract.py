from __future__ import annotations

from cognito_mailroom.testing import Fault, HttpHarness, ProviderContract, Reply
from cognito_mailroom_sendgrid.standin import SendGrid


class SendGridHarness(HttpHarness):
    provider = "sendgrid"
    stand_in = SendGrid
    success = 202
    succeeds = dict.fromkeys((Fault.EMPTY_BODY, Fault.INVALID_JSON), "SendGrid's 202 promises no body")
    hosted_template = "d-sentinel-template"

    def error(self, status: int, words: str) -> Reply:
        return Reply(status, {"errors": [{"message": words, "field": None, "help": None}]})

    def bad_recipient(self, words: str) -> Reply:
        error = {"message": words, "field": "personalizations.0.to.0.email", "help": None}
        return Reply(400, {"errors": [error]})


class TestContract(ProviderContract):
    harness = SendGridHarness()
