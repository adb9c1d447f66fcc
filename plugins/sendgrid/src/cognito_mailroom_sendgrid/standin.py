"""SendGrid's Mail Send API on the loopback interface, as strict as its reference."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cognito_mailroom import Address, InlineImage
from cognito_mailroom.testing import HttpStandIn, ReceivedMail, Reply, Request
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

_REFERENCE = Draft202012Validator(json.loads(Path(__file__).with_name("reference.json").read_text("utf-8")))
_STATUS = {"path": 404, "method": 405, "Authorization": 401, "Accept": 406, "Content-Type": 415, "body": 400}


class SendGrid(HttpStandIn):
    """Takes what the API takes, and refuses all else in the API's own format."""

    @property
    def environ(self) -> Mapping[str, str]:
        """The settings that point the plugin here."""
        return {"SENDGRID_API_KEY": "SG.stand-in.key-of-the-stand-in", "SENDGRID_BASE_URL": self.server.url}

    def answer(self, request: Request) -> Reply:
        """The API."""
        headers = {name: request.headers.get(name) for name in ("Authorization", "Accept", "Content-Type")}
        mail = request.json()
        given = {"path": request.path, "method": request.method, **headers, "body": mail}
        for fault in _REFERENCE.iter_errors(given):
            place, *field = fault.absolute_path
            words = f"{fault.validator}: {fault.validator_value}"
            error = {"field": ".".join(map(str, field)), "message": words, "help": None}
            return Reply(_STATUS[place], {"errors": [error]})
        if mail.get("mail_settings", {}).get("sandbox_mode", {}).get("enable"):
            return Reply(200)
        self.messages.append(_written(mail))
        return Reply(202, headers={"X-Message-Id": f"stand-in-{len(self.messages)}"})


def _written(mail: dict[str, Any]) -> ReceivedMail:
    person = mail["personalizations"][0]
    reply_to = {"Reply-To": _address(mail["reply_to"]).formatted} if "reply_to" in mail else {}
    bodies = {content["type"]: content["value"] for content in mail.get("content", [])}
    return ReceivedMail.written(
        _address(mail["from"]),
        [_address(to) for to in person["to"]],
        headers={"Subject": mail.get("subject", ""), **reply_to, **mail.get("headers", {})},
        text=bodies.get("text/plain", ""),
        html=bodies.get("text/html", ""),
        hosted_template=mail.get("template_id"),
        variables=person.get("dynamic_template_data", {}),
        inline_images=[
            InlineImage(
                content_id=each["content_id"], media_type=each["type"], content=b64decode(each["content"])
            )
            for each in mail.get("attachments", [])
            if each.get("disposition") == "inline"
        ],
    )


def _address(person: Mapping[str, str]) -> Address:
    return Address(person["email"], person.get("name", ""))
