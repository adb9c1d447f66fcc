"""Sends what is shown through the provider that the environment names, to an address typed in."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock

from attrs import evolve

from cognito_mailroom.address import Address
from cognito_mailroom.deadline import Deadline
from cognito_mailroom.errors import MailroomError
from cognito_mailroom.plugins.manager import Plugins
from cognito_mailroom.settings.core import Selection
from cognito_mailroom.settings.problems import Problems
from cognito_mailroom.settings.reading import read

from .choice import Choice
from .mails import Mails

_TIME = 30.0  # seconds


class Sender:
    """Loads the provider when the first mail is sent."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._plugins: Plugins | None = None
        self._one_at_a_time = Lock()

    @property
    def is_configured(self) -> bool:
        """Whether a provider is named."""
        return bool(self._environment.get("MAILROOM_PROVIDER", "").strip())

    def send(self, mails: Mails, choice: Choice, address: str) -> dict[str, str]:
        """Tells in a sentence who took it, as ``sent``, or what is the matter, as ``fault``."""
        try:
            recipient = Address.parse(address)
        except ValueError as error:
            return {"fault": f"{str(error).capitalize()}."}
        try:
            with self._one_at_a_time:
                return {"sent": self._send(mails, choice, recipient)}
        except MailroomError as error:
            return {"fault": str(error)}

    def _send(self, mails: Mails, choice: Choice, recipient: Address) -> str:
        plugins = self._loaded()
        notification, message = mails.draft(choice)
        # A provider that knows a key would take the second mail for the first, and send none.
        notification = evolve(notification, recipient=recipient, idempotency_key="")
        message = message.evolve(recipient=recipient, idempotency_key="")
        provider = plugins.providers[0]
        try:
            receipt = plugins.deliver(provider, message, Deadline(_TIME))
        except MailroomError as error:
            raise plugins.cleaned(error, notification, message) from None
        return f"Sent by {provider}" + (f" as {receipt.message_id}." if receipt.message_id else ".")

    def _loaded(self) -> Plugins:
        if self._plugins is None:
            problems = Problems()
            plugins = Plugins(self._environment)
            # Extensions may veto, watch and count: this is none of their business.
            selection = read(Selection, {**self._environment, "MAILROOM_EXTENSIONS": "none"}, problems)
            if selection:
                plugins.select(selection, problems)
            if problems:
                raise problems.error()
            self._plugins = plugins
        return self._plugins
