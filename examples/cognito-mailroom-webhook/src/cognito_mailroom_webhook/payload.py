"""What is posted: the mail as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cognito_mailroom import Address, Message


def payload(message: Message) -> dict[str, Any]:
    """The three members that Standard Webhooks recommends; the README lists what ``data`` holds."""
    data: dict[str, Any] = {
        "from": _mailbox(message.sender),
        "to": _mailbox(message.recipient),
        "reply_to": _mailbox(message.reply_to) if message.reply_to else None,
        "subject": message.subject,
        "headers": dict(message.headers),
        "tags": list(message.tags),
    }
    if message.hosted_template:
        data["template"] = {"name": message.hosted_template, "variables": dict(message.variables)}
    else:
        data |= {"text": message.text, "html": message.html}
    return {"type": "mail.requested", "timestamp": datetime.now(UTC).isoformat(), "data": data}


def _mailbox(address: Address) -> dict[str, str]:
    return {"email": str(address), "name": address.display_name}
