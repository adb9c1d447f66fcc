from __future__ import annotations

from cognito_mailroom.testing import HttpHarness, ProviderContract, Reply
from cognito_mailroom_mailgun.standin import Mailgun


class MailgunHarness(HttpHarness):
    provider = "mailgun"
    stand_in = Mailgun

    def error(self, status: int, words: str) -> Reply:
        # Mailgun says Forbidden in plain text.
        return Reply(status, words if status == 401 else {"message": words})

    def bad_recipient(self, words: str) -> Reply:
        return Reply(400, {"message": f"'to' parameter is not a valid address. {words}"})


class TestContract(ProviderContract):
    harness = MailgunHarness()
