from acme_server import AcmeServer

from cognito_mailroom.testing.contract import HttpHarness, ProviderContract
from cognito_mailroom.testing.http import Reply


class AcmeHarness(HttpHarness):
    provider = "acme"
    stand_in = AcmeServer

    def error(self, status: int, words: str) -> Reply:
        return Reply(status, {"error": words})

    def bad_recipient(self, words: str) -> Reply:
        return Reply(422, {"error": words})


class TestContract(ProviderContract):
    harness = AcmeHarness()
