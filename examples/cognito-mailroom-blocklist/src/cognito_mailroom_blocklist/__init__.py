"""Sends no sign-up code to domains that the operator lists: the extension ``blocklist``."""

from __future__ import annotations

import environ
from cognito_mailroom import Address, Notification, Trigger, hookimpl
from cognito_mailroom.settings import names

__all__ = ["Blocklist"]

_SIGN_UPS = {Trigger.SIGN_UP, Trigger.RESEND_CODE}


def _domains(text: str) -> frozenset[str]:
    """``spam.example, bücher.example`` as recipients' domains are written; raises ValueError."""
    try:
        return frozenset(Address(f"postmaster@{name}").domain for name in names(text))
    except ValueError:
        raise ValueError("want domains such as spam.example, comma-separated") from None


@environ.config(prefix="BLOCKLIST", frozen=True)
class BlocklistSettings:
    """The environment variables of this extension."""

    domains: frozenset[str] = environ.var(
        converter=_domains, help="whose addresses get no sign-up code, comma-separated; subdomains too"
    )


class Blocklist:
    """Vetoes the mails of a sign-up; whoever has an account goes on getting all others."""

    Settings = BlocklistSettings

    def __init__(self, settings: BlocklistSettings) -> None:
        self._domains = settings.domains

    @hookimpl
    def mailroom_veto(self, notification: Notification) -> str | None:
        """Answers for sign-ups alone. The reason is logged, so it does not say who it was."""
        if notification.trigger not in _SIGN_UPS or notification.recipient is None:
            return None
        labels = notification.recipient.domain.split(".")
        parents = (".".join(labels[start:]) for start in range(len(labels)))
        return None if self._domains.isdisjoint(parents) else "BLOCKLIST_DOMAINS names the recipient's domain"
