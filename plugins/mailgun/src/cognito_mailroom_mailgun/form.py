"""The fields of a request, within what the API takes.

Of tags, Mailgun publishes two limits, 3 and 10 for a mail; 3 surely holds:
https://documentation.mailgun.com/docs/mailgun/user-manual/tracking-messages/track-tagging
"""

from __future__ import annotations

import json
from typing import Any

from cognito_mailroom import Message

Part = tuple[str, tuple[None, str]]
"""A field of a form, as requests takes a file that has no name."""


def form(message: Message, *, test_mode: bool) -> list[Part]:
    """What to post to ``/v3/DOMAIN/messages``: as parts, which need no quoting as other forms do."""
    own = {"from", "to", "subject", *(["reply-to"] if message.reply_to else [])}
    tags = [tag.encode("ascii", "ignore").decode()[:128] for tag in message.tags]
    fields: dict[str, Any] = {
        "from": message.sender.formatted,
        "to": message.recipient.formatted,
        "subject": message.subject,
        "text": message.text,
        "html": message.html,
        "h:Reply-To": message.reply_to and message.reply_to.formatted,
        **{f"h:{name}": value for name, value in message.headers.items() if name.lower() not in own},
        "v:idempotency_key": message.idempotency_key,
        "o:tag": [tag for tag in dict.fromkeys(tags) if tag][:3],
        "o:testmode": "yes" if test_mode else None,
        # A rewritten link takes a one-time link's only use, and looks like phishing.
        "o:tracking": "no",
        "o:tracking-clicks": "no",
        "o:tracking-opens": "no",
    }
    if message.hosted_template:
        # Not as v: fields, which show in the mail's headers, in Mailgun's log and in its webhooks.
        variables = json.dumps(dict(message.variables))
        fields |= {"template": message.hosted_template, "t:text": "yes", "t:variables": variables}
    listed = [(name, values if isinstance(values, list) else [values]) for name, values in fields.items()]
    return [(name, (None, value)) for name, values in listed for value in values if value]
