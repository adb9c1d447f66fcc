"""Mailgun's Messages API on the loopback interface, as strict as its reference."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cognito_mailroom import Address, InlineImage
from cognito_mailroom.testing import HttpStandIn, ReceivedMail, Reply, Request
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

_REFERENCE = Draft202012Validator(json.loads(Path(__file__).with_name("reference.json").read_text("utf-8")))
_STATUS = {"path": 404, "method": 405, "Authorization": 401, "form": 400, "files": 400}


class Mailgun(HttpStandIn):
    """Takes what the API takes, and refuses all else in the API's own format."""

    @property
    def environ(self) -> Mapping[str, str]:
        """The settings that point the plugin here."""
        account = {"MAILGUN_API_KEY": "key-of-the-stand-in", "MAILGUN_DOMAIN": "mg.example.com"}
        return account | {"MAILGUN_BASE_URL": self.server.url}

    def answer(self, request: Request) -> Reply:
        """The API."""
        login, form, files = request.headers.get("Authorization"), request.form(), request.files()
        given: dict[str, Any] = {"path": request.path, "method": request.method, "Authorization": login}
        given |= {"form": form, "files": [[field, name, kind] for field, name, kind, _ in files]}
        for fault in _REFERENCE.iter_errors(given):
            place, *field = fault.absolute_path
            words = f"{' '.join(map(str, field[:1]))} parameter: {fault.validator}: {fault.validator_value}"
            return Reply(_STATUS[place], "Forbidden" if place == "Authorization" else {"message": words})
        fields = {name: values[0] for name, values in form.items()}
        mail = ReceivedMail.written(
            Address.parse(fields["from"]),
            [Address.parse(fields["to"])],
            headers={name.removeprefix("h:"): fields[name] for name in fields if name.startswith("h:")}
            | {"Subject": fields["subject"]},
            text=fields.get("text", ""),
            html=fields.get("html", ""),
            hosted_template=fields.get("template"),
            variables=json.loads(fields.get("t:variables", "{}")),
            inline_images=[
                InlineImage(content_id=name, media_type=kind, content=content)
                for _, name, kind, content in files
            ],
        )
        self.messages += [] if "o:testmode" in fields else [mail]
        return Reply(200, {"id": f"<{len(self.messages)}@mg.example.com>", "message": "Queued. Thank you."})
