from __future__ import annotations

from cognito_mailroom.testing import HttpHarness, ProviderContract, Reply
from cognito_mailroom_postmark.standin import PostmarkServer


class PostmarkHarness(HttpHarness):
    provider = "postmark"
    stand_in = PostmarkServer

    def error(self, status: int, words: str) -> Reply:
        return Reply(status, {"ErrorCode": {401: 10, 429: 429}.get(status, 400), "Message": words})

    def bad_recipient(self, words: str) -> Reply:
        return Reply(422, {"ErrorCode": 300, "Message": f"Error parsing 'To': {words}"})


class TestContract(ProviderContract):
    harness = PostmarkHarness()
