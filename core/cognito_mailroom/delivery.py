"""Which provider is tried, and what happens when one fails."""

from __future__ import annotations

from attrs import evolve

from .deadline import Deadline
from .errors import ConfigurationError, DeliveryError, Rejected
from .message import Message, Receipt
from .notification import Notification
from .plugins import Plugins


def deliver(plugins: Plugins, notification: Notification, draft: Message, deadline: Deadline) -> Receipt:
    """Tries the providers in their order until one takes the mail.

    Raises:
        Rejected: a provider refused the recipient; no other would do better.
        DeliveryError: the last provider's, or the one at which the time ran out.
        ConfigurationError: likewise.

    """
    *earlier, last = plugins.providers
    for provider in earlier:
        try:
            return _attempt(plugins, provider, notification, draft, deadline)
        except Rejected:
            raise
        except (DeliveryError, ConfigurationError) as error:
            if not deadline.remaining():
                raise
            plugins.failed(notification, error, final=False)
    return _attempt(plugins, last, notification, draft, deadline)


def _attempt(
    plugins: Plugins, provider: str, notification: Notification, draft: Message, deadline: Deadline
) -> Receipt:
    message = plugins.render(provider, notification, draft)
    receipt = plugins.deliver(provider, message, deadline)
    return receipt if receipt.provider else evolve(receipt, provider=provider)
