from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping

from cognito_mailroom import Address, InlineImage
from cognito_mailroom.testing.contract.suite import ProviderContract
from cognito_mailroom.testing.exchange import Reply, Request
from cognito_mailroom.testing.http_harness import HttpHarness
from cognito_mailroom.testing.http_stand_in import HttpStandIn
from cognito_mailroom.testing.stand_in import ReceivedMail


class AcmeServer(HttpStandIn):
    @property
    def environ(self) -> Mapping[str, str]:
        return {"ACME_API_KEY": "sentinel-key", "ACME_BASE_URL": self.server.url}

    def answer(self, request: Request) -> Reply:
        if request.headers.get("Authorization") != "Bearer sentinel-key":
            return Reply(401, {"error": "no such key"})
        mail = request.json()
        self.messages.append(
            ReceivedMail.written(
                Address.parse(mail["from"]),
                [Address.parse(mail["to"])],
                headers={"Reply-To": mail["reply_to"], "Subject": mail["subject"], **mail["headers"]},
                text=mail["text"],
                html=mail["html"],
                hosted_template=mail["template"],
                variables=mail["variables"],
                inline_images=[
                    InlineImage(content_id=content_id, media_type=kind, content=b64decode(content))
                    for content_id, kind, content in mail["images"]
                ],
            )
        )
        return Reply(200, {"id": f"acme-{len(self.messages)}"})


class AcmeHarness(HttpHarness):
    provider = "acme"
    stand_in = AcmeServer

    def error(self, status: int, words: str) -> Reply:
        return Reply(status, {"error": words})

    def bad_recipient(self, words: str) -> Reply:
        return Reply(422, {"error": words})


class TestContract(ProviderContract):
    harness = AcmeHarness()
