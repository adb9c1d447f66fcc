"""The whole way of one event, from the top of `Mailroom.handle` to its end."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Literal

from attrs import evolve

from .address import Address
from .deadline import Deadline
from .decryption import Decryptor
from .delivery import Delivery
from .errors import ConfigurationError, EventError, MailroomError, Unavailable
from .event import Request
from .faults import Faults
from .journal import Entry
from .message import Message
from .notification import Notification
from .plugins import Plugins
from .recipients import AllowedRecipients, CognitoRecipient
from .rendering import Renderer
from .settings import Selection, Settings, read
from .variables import NAMES, in_words, variables

if TYPE_CHECKING:
    from .idempotency import Once


class Mailroom:
    """Everything that is built once: settings, plugins, templates, the KMS client."""

    def __init__(self, settings: Settings, plugins: Plugins, renderer: Renderer) -> None:
        self._settings = settings
        self._plugins = plugins
        self._renderer = renderer
        self._decryptor = Decryptor(settings.kms_key_arn)
        self._delivery = Delivery(plugins)
        # A dry run must not count as done.
        self._once = None if settings.dry_run else _once(settings.idempotency_table)
        plugins.register(renderer, "cognito_mailroom.rendering")
        plugins.register(CognitoRecipient(), "cognito_mailroom.recipients")
        if settings.allowed_recipients:
            plugins.register(
                AllowedRecipients(settings.allowed_recipients), "cognito_mailroom.allowed_recipients"
            )

    @classmethod
    def from_environ(cls, environment: Mapping[str, str], *, check_all: bool = False) -> Mailroom:
        """Reads settings and loads plugins; ``check_all`` loads the later providers too.

        Raises:
            ConfigurationError: names everything that is missing or malformed, at once.

        """
        faults = Faults()
        settings = read(Settings, environment, faults)
        selection = read(Selection, environment, faults)
        plugins = Plugins(environment)
        if selection:
            plugins.select(selection, faults)
        if selection and check_all:
            plugins.load_all(faults)
        renderer = Renderer(settings.templates if settings else None)
        # What an extension adds to the context is known only when there is an event.
        extended = plugins.implements("mailroom_template_context")
        renderer.check(None if extended else frozenset(NAMES), faults)
        if settings is None or selection is None or faults:
            raise faults.error()
        return cls(settings, plugins, renderer)

    def handle(
        self, event: object, deadline: Deadline, entry: Entry | None = None, age: float = 0.0
    ) -> Entry:
        """Sees one event through; the entry says what became of it, also where this raises.

        ``age`` is for how many seconds the event has been waiting already, where that is known.

        Raises:
            EventError: not an event of this trigger, or nobody to write to.
            DecryptionError: the code is not what Cognito wrote for this pool.
            ConfigurationError: an operator must act.
            DeliveryError: no provider took the mail; Rejected where no retry can mend it.

        """
        entry = entry or Entry()
        request = Request.parse(event, entry.request_id)
        entry.of(request)
        if not deadline.remaining():
            raise Unavailable("No time is left to deliver the mail: raise the function's timeout.")
        if validity := self._settings.validity.outlived(request.slug, age):
            entry.close("Expired", f"it waited {age:.0f} s for a code that is good for {in_words(validity)}")
        elif self._once is None or not request.idempotency_key:
            self._see_through(request, deadline, entry)
        elif not self._once.do(
            request.idempotency_key, partial(self._see_through, request, deadline, entry), deadline
        ):
            entry.close("Duplicate", "the event was dealt with before")
        return entry

    def _see_through(self, request: Request, deadline: Deadline, entry: Entry) -> Literal[True]:
        with entry.timing("decrypt"):
            secret = self._decryptor.decrypt(request, deadline)
        notification = request.notification(secret, self._settings.default_locale)
        try:
            recipient = self._recipient(notification)
            entry.to(recipient, key=self._settings.kms_key_arn[0])
            notification = evolve(notification, recipient=recipient)
            if reason := self._plugins.veto(notification):
                entry.close("Vetoed", reason)
                return True
            draft = self._draft(notification, recipient)
            if self._settings.dry_run:
                self._plugins.render(self._plugins.providers[0], notification, draft)
                entry.close("DryRun")
                return True
            receipt = self._delivery.deliver(notification, draft, deadline, entry)
        except MailroomError as error:
            self._plugins.failed(notification, error, final=True)
            raise
        entry.delivered(receipt)
        self._plugins.delivered(notification, receipt)
        return True

    def _recipient(self, notification: Notification) -> Address:
        if recipient := self._plugins.recipient(notification):
            return recipient
        raise EventError(
            f"The {notification.trigger} event names nobody to write to: it has no email attribute."
        )

    def _draft(self, notification: Notification, recipient: Address) -> Message:
        settings = self._settings
        known = variables(
            notification,
            product_name=settings.product_name or settings.sender.display_name or settings.sender.domain,
            validity=settings.validity.of(notification.slug),
        )
        known |= self._plugins.template_context(notification)
        subject = self._renderer.subject(notification.slug, known)
        try:
            return Message(
                sender=settings.sender,
                recipient=recipient,
                reply_to=settings.reply_to,
                subject=subject,
                headers={"Auto-Submitted": "auto-generated"},
                tags=(notification.slug, *filter(None, [notification.client_id])),
                idempotency_key=notification.idempotency_key,
                variables={**known, "subject": subject},
            )
        except ValueError as error:  # which quotes nothing
            raise ConfigurationError(f"The template {notification.slug}.subject: {error}.") from None


def _once(table: str | None) -> Once | None:
    if table is None:
        return None
    try:
        from .idempotency import Once
    except ImportError:
        raise ConfigurationError(
            "MAILROOM_IDEMPOTENCY_TABLE needs a library that is not installed: "
            "pip install 'cognito-mailroom[idempotency]'."
        ) from None
    return Once(table)
