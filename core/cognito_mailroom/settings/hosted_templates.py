"""Settings that name templates hosted at a provider, by trigger."""

from __future__ import annotations

import environ

from cognito_mailroom.message import Message
from cognito_mailroom.notification import Notification


@environ.config(frozen=True)
class HostedTemplates:
    """A group for a provider's settings: its own templates by trigger, ``<PROVIDER>_TEMPLATE_<TRIGGER>``.

    Declare it as ``template: HostedTemplates = environ.group(HostedTemplates)``.
    """

    sign_up: str | None = environ.var(None)
    resend_code: str | None = environ.var(None)
    forgot_password: str | None = environ.var(None)
    update_user_attribute: str | None = environ.var(None)
    verify_user_attribute: str | None = environ.var(None)
    authentication: str | None = environ.var(None)
    admin_create_user: str | None = environ.var(None)
    account_take_over_notification: str | None = environ.var(None)

    def complete(self, notification: Notification, draft: Message) -> Message | None:
        """The draft with the template for this trigger, or None to leave it to core: ``mailroom_render``."""
        hosted = getattr(self, notification.slug, None)
        return draft.evolve(hosted_template=hosted) if hosted else None
