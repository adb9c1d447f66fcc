from __future__ import annotations

import json

from cognito_mailroom import Address
from cognito_mailroom.testing import HttpHarness, ProviderContract, ReceivedMail, Reply, Request
from cognito_mailroom_ses.standin import SesServer

_ERRORS = {
    400: "BadRequestException",
    401: "UnrecognizedClientException",
    403: "AccessDeniedException",
    413: "RequestEntityTooLargeException",
    429: "TooManyRequestsException",
    500: "InternalServiceErrorException",
}


class WithTemplates(SesServer):
    """moto knows no templates when a mail is sent."""

    def answer(self, request: Request) -> Reply:
        sent = request.json()
        if not (template := sent["Content"].get("Template")):
            return super().answer(request)
        headers = {header["Name"]: header["Value"] for header in template["Headers"]}
        mail = ReceivedMail.written(
            Address.parse(sent["FromEmailAddress"]),
            [Address(to) for to in sent["Destination"]["ToAddresses"]],
            headers={"Reply-To": ", ".join(sent["ReplyToAddresses"]), **headers},
            hosted_template=template["TemplateName"],
            variables=json.loads(template["TemplateData"])["text"],
        )
        self.messages.append(mail)
        return Reply(200, {"MessageId": "a-template"})


class SesHarness(HttpHarness):
    provider = "ses"
    stand_in = WithTemplates

    def error(self, status: int, words: str) -> Reply:
        return Reply(status, {"message": words}, {"x-amzn-errortype": _ERRORS[status]})

    def bad_recipient(self, words: str) -> Reply:
        return self.error(400, f"Domain contains illegal character: {words}")


class TestContract(ProviderContract):
    harness = SesHarness()
