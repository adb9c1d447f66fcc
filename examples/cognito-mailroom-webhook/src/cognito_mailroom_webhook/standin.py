"""A receiver on the loopback interface, for the tests and for ``cognito-mailroom demo``."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from time import time
from typing import Any

from cognito_mailroom import Address, InlineImage
from cognito_mailroom.testing import HttpStandIn, ReceivedMail, Reply, Request

_KEY = b"the key of the stand-in's signature"
_TOLERANCE_SECONDS = 300


class WebhookStandIn(HttpStandIn):
    """Checks the signature as a receiver must, and keeps the mails in ``messages``."""

    key = "whsec_" + base64.b64encode(_KEY).decode()

    @property
    def environ(self) -> Mapping[str, str]:
        """The settings that point the plugin here."""
        return {"WEBHOOK_URL": f"{self.server.url}/mails/", "WEBHOOK_SECRET": self.key}

    def answer(self, request: Request) -> Reply:
        """The receiver."""
        if (request.method, request.path) != ("POST", "/mails/"):
            return refusal(404, "not_found", "There is nothing here.")
        if not _authentic(request):
            return refusal(401, "unauthorized", "The signature is wrong or too old.")
        self.messages.append(_written(request.json()["data"]))
        return Reply(202)


def refusal(status: int, error: str, message: str) -> Reply:
    """How a receiver says no."""
    return Reply(status, {"error": error, "message": message})


def _authentic(request: Request) -> bool:
    timestamp = request.headers.get("webhook-timestamp", "")
    if not timestamp.isdecimal() or abs(time() - int(timestamp)) > _TOLERANCE_SECONDS:
        return False
    content = f"{request.headers.get('webhook-id')}.{timestamp}.".encode() + request.body
    expected = base64.b64encode(hmac.new(_KEY, content, hashlib.sha256).digest())
    given = request.headers.get("webhook-signature", "").removeprefix("v1,").encode()
    return hmac.compare_digest(expected, given)


def _address(mailbox: dict[str, str]) -> Address:
    return Address(mailbox["email"], mailbox["name"])


def _written(data: dict[str, Any]) -> ReceivedMail:
    headers = {"Subject": data["subject"], **data["headers"]}
    if data["reply_to"]:
        headers["Reply-To"] = _address(data["reply_to"]).formatted
    template = data.get("template", {})
    return ReceivedMail.written(
        _address(data["from"]),
        [_address(data["to"])],
        headers=headers,
        text=data.get("text", ""),
        html=data.get("html", ""),
        hosted_template=template.get("name"),
        variables=template.get("variables", {}),
        inline_images=[
            InlineImage(
                content_id=file["content_id"],
                media_type=file["type"],
                content=base64.b64decode(file["content"], validate=True),
            )
            for file in data.get("inline_images", [])
        ],
    )
