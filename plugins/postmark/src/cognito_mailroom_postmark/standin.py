"""Postmark's sending API on the loopback interface, as strict as its reference."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path

from cognito_mailroom import Address, InlineImage
from cognito_mailroom.testing import HttpStandIn, ReceivedMail, Reply, Request
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

_REFERENCE = Draft202012Validator(json.loads(Path(__file__).with_name("reference.json").read_text("utf-8")))
_HEADERS = ("X-Postmark-Server-Token", "Accept", "Content-Type")
# The HTTP status and the ErrorCode, by what is wrong.
_CODES = {
    "path": (404, 0), "method": (405, 0), "X-Postmark-Server-Token": (401, 10), "Accept": (422, 409),
    "Content-Type": (422, 409), "body": (422, 300),
}  # fmt: skip


class PostmarkServer(HttpStandIn):
    """Takes what the API takes, and refuses all else in the API's own format."""

    @property
    def environ(self) -> Mapping[str, str]:
        """The settings that point the plugin here."""
        return {"POSTMARK_SERVER_TOKEN": "server-token-of-the-stand-in", "POSTMARK_BASE_URL": self.server.url}

    def answer(self, request: Request) -> Reply:
        """The API."""
        headers = {name: request.headers.get(name) for name in _HEADERS}
        mail = {name: value for name, value in request.json().items() if value is not None}
        given = {"path": request.path, "method": request.method, **headers, "body": mail}
        for fault in _REFERENCE.iter_errors(given):
            place, *field = fault.absolute_path
            status, code = _CODES[place]
            words = f"Invalid '{' '.join(map(str, field))}': {fault.validator}: {fault.validator_value}"
            return Reply(status, {"ErrorCode": code, "Message": words})
        reply_to = {"Reply-To": mail["ReplyTo"]} if "ReplyTo" in mail else {}
        self.messages.append(
            ReceivedMail.written(
                Address.parse(mail["From"]),
                [Address.parse(mail["To"])],
                headers={"Subject": mail.get("Subject", ""), **reply_to}
                | {header["Name"]: header["Value"] for header in mail["Headers"]},
                text=mail.get("TextBody", ""),
                html=mail.get("HtmlBody", ""),
                hosted_template=mail.get("TemplateAlias") or str(mail.get("TemplateId", "")),
                variables=mail.get("TemplateModel", {}),
                inline_images=[
                    InlineImage(
                        content_id=each["ContentID"].removeprefix("cid:"),
                        media_type=each["ContentType"],
                        content=b64decode(each["Content"]),
                    )
                    for each in mail.get("Attachments", [])
                ],
            )
        )
        message_id = f"stand-in-{len(self.messages)}"
        return Reply(200, {"To": mail["To"], "MessageID": message_id, "ErrorCode": 0, "Message": "OK"})
