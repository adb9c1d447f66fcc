"""SES for the demo and for tests, by moto."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any

from cognito_mailroom import Address
from cognito_mailroom.testing.http import HttpStandIn, Reply, Request
from cognito_mailroom.testing.standin import ReceivedMail
from moto.moto_server.werkzeug_app import create_backend_app
from moto.sesv2.models import sesv2_backends


class SesServer(HttpStandIn):
    """SES in eu-west-1, where acme.example is verified; it knows no templates, since moto does not."""

    def __init__(self) -> None:
        super().__init__()
        self._backend = sesv2_backends["123456789012"]["eu-west-1"]  # the one account there is
        self._backend.create_email_identity("acme.example", None, None, None)
        self._moto = create_backend_app("sesv2").test_client()

    @property
    def environ(self) -> Mapping[str, str]:
        """boto3's variables and the plugin's own, which point the plugin here and no other service."""
        return {
            "AWS_ENDPOINT_URL_SESV2": self.server.url,
            "AWS_ACCESS_KEY_ID": "stand-in",
            "AWS_SECRET_ACCESS_KEY": "secret-access-key-of-the-stand-in",
            "SES_REGION": "eu-west-1",
        }

    def answer(self, request: Request) -> Reply:
        """SendEmail; whether the request is as the API describes it, boto3 has checked."""
        headers = {"Authorization": request.headers["Authorization"]}  # it names the region
        answer = self._moto.post(request.path, data=request.body, headers=headers)
        if answer.status_code == 200:
            self.messages.append(_written(request.json()))
        kind = answer.headers.get("x-amzn-errortype", "")
        return Reply(answer.status_code, answer.data, {"x-amzn-errortype": kind})


def _written(mail: dict[str, Any]) -> ReceivedMail:
    content, recipients = mail["Content"], mail["Destination"]["ToAddresses"]
    if raw := content.get("Raw"):
        sender = parseaddr(mail["FromEmailAddress"])[1]
        return ReceivedMail(sender, recipients, base64.b64decode(raw["Data"]))
    # What the plugin never asks for, but others that are tried on this stand-in do.
    body = content["Simple"]["Body"]
    return ReceivedMail.written(
        Address.parse(mail["FromEmailAddress"]),
        [Address.parse(each) for each in recipients],
        headers={"Subject": content["Simple"]["Subject"]["Data"]},
        text=body.get("Text", {}).get("Data", ""),
        html=body.get("Html", {}).get("Data", ""),
    )
