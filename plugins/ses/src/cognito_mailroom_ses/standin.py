"""SES for the demo and for tests, by moto."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from email.header import decode_header, make_header
from email.utils import parseaddr
from functools import cache
from typing import Any

from botocore.session import get_session
from botocore.validate import ParamValidator
from cognito_mailroom import Address, InlineImage
from cognito_mailroom.testing import HttpStandIn, ReceivedMail, Reply, Request
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
        """SendEmail, for a request that is as the API describes it."""
        if wrong := _wrong(request.json()):
            return Reply(400, {"message": wrong}, {"x-amzn-errortype": "BadRequestException"})
        headers = {"Authorization": request.headers["Authorization"]}  # it names the region
        answer = self._moto.post(request.path, data=request.body, headers=headers)
        if answer.status_code == 200:
            self.messages.append(_written(request.json()))
        kind = answer.headers.get("x-amzn-errortype", "")
        return Reply(answer.status_code, answer.data, {"x-amzn-errortype": kind})


def _wrong(mail: dict[str, Any]) -> str:
    """What botocore's description of the API says against a request; it tells each kind of content alike."""
    report = ParamValidator().validate(mail, _model().operation_model("SendEmail").input_shape)
    said: str = report.generate_report() if report.has_errors() else ""
    return said


@cache
def _model() -> Any:
    return get_session().get_service_model("sesv2")


def _written(mail: dict[str, Any]) -> ReceivedMail:
    content = mail["Content"]["Simple"]
    headers = {each["Name"]: each["Value"] for each in content.get("Headers", [])}
    if replies := mail.get("ReplyToAddresses"):
        headers["Reply-To"] = ", ".join(replies)
    name, sender = parseaddr(mail["FromEmailAddress"])
    return ReceivedMail.written(
        Address(sender, str(make_header(decode_header(name)))),
        [Address.parse(each) for each in mail["Destination"]["ToAddresses"]],
        headers={"Subject": content["Subject"]["Data"], **headers},
        text=content["Body"].get("Text", {}).get("Data", ""),
        html=content["Body"].get("Html", {}).get("Data", ""),
        inline_images=[
            InlineImage(
                content_id=each["ContentId"],
                media_type=each["ContentType"],
                content=b64decode(each["RawContent"], validate=True),
            )
            for each in content.get("Attachments", [])
            if each["ContentDisposition"] == "INLINE"
        ],
    )
