"""The fields of a request, within what the API takes.

Of tags, Mailgun publishes two limits, 3 and 10 for a mail; 3 surely holds:
https://documentation.mailgun.com/docs/mailgun/user-manual/tracking-messages/track-tagging
"""

from __future__ import annotations

import json
from typing import Any

from cognito_mailroom import Message


def form(message: Message, *, test_mode: bool) -> dict[str, Any]:
    """What to post to ``/v3/DOMAIN/messages``; what is None is left out by requests."""
    own = {"from", "to", "subject", *(["reply-to"] if message.reply_to else [])}
    tags = [tag.encode("ascii", "ignore").decode()[:128] for tag in message.tags]
    fields = {
        "from": message.sender.formatted,
        "to": message.recipient.formatted,
        "subject": message.subject,
        "text": message.text or None,
        "html": message.html or None,
        "h:Reply-To": message.reply_to and message.reply_to.formatted,
        **{f"h:{name}": value for name, value in message.headers.items() if name.lower() not in own},
        "v:idempotency_key": message.idempotency_key or None,
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
    return fields
