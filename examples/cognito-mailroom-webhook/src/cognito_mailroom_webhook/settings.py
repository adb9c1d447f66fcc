"""What the operator sets."""

from __future__ import annotations

import environ
from cognito_mailroom import Secret
from cognito_mailroom.settings import HostedTemplates
from cognito_mailroom.transport import base_url


def _url(text: str) -> str:
    base_url(text)
    return text  # as it is: some receivers insist on a slash at the end


@environ.config(prefix="WEBHOOK", frozen=True)
class WebhookSettings:
    """The environment variables of this plugin."""

    url: str = environ.var(converter=_url, help="where to post the mails to")
    secret: Secret = environ.var(
        converter=Secret, help="what both ends sign with: whsec_ and 24 to 64 random bytes in base64"
    )
    template: HostedTemplates = environ.group(HostedTemplates)
