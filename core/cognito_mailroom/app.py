"""The whole way of one event: `Mailroom.handle` reads from top to bottom."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Literal

from attrs import evolve

from cognito_mailroom.cognito.decryption import Decryptor
from cognito_mailroom.cognito.event import Request
from cognito_mailroom.cognito.recipients import AllowedRecipients, Profiles
from cognito_mailroom.delivery.attempts import Delivery
from cognito_mailroom.mail.brand import Brand
from cognito_mailroom.mail.rendering import Renderer
from cognito_mailroom.mail.variables import in_words
from cognito_mailroom.plugins.manager import Plugins
from cognito_mailroom.settings.core import Selection, Settings
from cognito_mailroom.settings.problems import Problems
from cognito_mailroom.settings.reading import read
from cognito_mailroom.settings.secret_references import References
from cognito_mailroom.telemetry.record import EventRecord

from .address import Address
from .deadline import Deadline
from .errors import ConfigurationError, EventError, MailroomError, Unavailable
from .message import Message
from .notification import Notification

if TYPE_CHECKING:
    from cognito_mailroom.delivery.idempotency import IdempotencyTable


class Mailroom:
    """Everything that is built once: settings, plugins, templates, the KMS client."""

    def __init__(self, settings: Settings, plugins: Plugins, renderer: Renderer) -> None:
        self._settings = settings
        self._plugins = plugins
        self._renderer = renderer
        self._decryptor = Decryptor(settings.kms_key_arn)
        self._delivery = Delivery(plugins)
        # A dry run must not count as done.
        self._idempotency = None if settings.dry_run else _idempotency(settings.idempotency_table)
        plugins.register(renderer, "cognito_mailroom.mail.rendering")
        self._profiles = Profiles()
        plugins.register(self._profiles, "cognito_mailroom.cognito.recipients")
        if settings.allowed_recipients:
            plugins.register(
                AllowedRecipients(settings.allowed_recipients), "cognito_mailroom.allowed_recipients"
            )

    @classmethod
    def from_environ(
        cls,
        environment: Mapping[str, str],
        *,
        check_all: bool = False,
        references: References | None = None,
    ) -> Mailroom:
        """Reads settings and loads plugins.

        ``check_all`` loads the later providers too, and takes every variable that nobody reads for a fault.
        ``references`` is what has been looked up already, and the time that is left for it.

        Raises:
            ConfigurationError: names everything that is missing or malformed, at once.

        """
        problems = Problems()
        references = references or References()
        settings = read(Settings, environment, problems, references)
        selection = read(Selection, environment, problems, references)
        plugins = Plugins(environment, references)
        if selection:
            plugins.select(selection, problems)
        if selection and check_all:
            plugins.load_all(problems)
        plugins.check_names(problems, strict=check_all)
        renderer = Renderer.of(settings, problems) if settings else None
        if renderer and renderer.is_unchecked:
            from cognito_mailroom.mail.checking import check

            extended = plugins.implements("mailroom_template_context")
            check(renderer, problems, extended=extended, thorough=check_all)
        if settings is None or selection is None or renderer is None or problems:
            raise problems.error()
        return cls(settings, plugins, renderer)

    def handle(
        self, event: object, deadline: Deadline, record: EventRecord | None = None, age: float = 0.0
    ) -> EventRecord:
        """Sees one event through; the record says what became of it, also where this raises.

        ``age`` is for how many seconds the event has been waiting already, where that is known.

        Raises:
            EventError: not an event of this trigger, or nobody to write to.
            DecryptionError: the code is not what Cognito wrote for this pool.
            ConfigurationError: an operator must act.
            DeliveryError: no provider took the mail; Rejected where no retry can mend it.

        """
        record = record or EventRecord()
        request = Request.parse(event, record.request_id)
        record.of(request)
        if not deadline.remaining():
            raise Unavailable("No time is left to deliver the mail: raise the function's timeout.")
        if validity := self._settings.validity.outlived(request.slug, age):
            record.close("Expired", f"it waited {age:.0f} s for a code that is good for {in_words(validity)}")
        elif self._idempotency is None or not request.idempotency_key:
            self._see_through(request, deadline, record)
        elif not self._idempotency.once(
            request.idempotency_key, partial(self._see_through, request, deadline, record), deadline
        ):
            record.close("Duplicate", "the event was dealt with before")
        return record

    def _see_through(self, request: Request, deadline: Deadline, record: EventRecord) -> Literal[True]:
        with record.timing("decrypt"):
            secret = self._decryptor.decrypt(request, deadline)
        brand = self._renderer.brand(request.client_id, request.pool_id)
        notification = request.notification(secret, self._renderer.default_locale(brand))
        draft = None
        try:
            self._profiles.begin(deadline)
            recipient = self._recipient(notification)
            record.to(recipient, key=self._settings.kms_key_arn[0])
            locale = self._profiles.locale(notification) or notification.locale
            notification = evolve(notification, recipient=recipient, locale=locale)
            if reason := self._plugins.veto(notification):
                record.close("Vetoed", self._plugins.redacted(reason, notification))
                return True
            draft = self._draft(notification, recipient, brand)
            if self._settings.dry_run:
                self._plugins.render(self._plugins.providers[0], notification, draft)
                record.close("DryRun")
                return True
            receipt = self._delivery.deliver(notification, draft, deadline, record)
        except MailroomError as error:
            failure = self._plugins.cleaned(error, notification, draft)
            self._plugins.failed(notification, failure, final=True)
            raise failure from None
        record.delivered(receipt)
        self._plugins.delivered(notification, receipt)
        return True

    def _recipient(self, notification: Notification) -> Address:
        if recipient := self._plugins.recipient(notification):
            return recipient
        raise EventError(
            f"The {notification.trigger} event names nobody to write to: it has no email attribute."
        )

    def _draft(self, notification: Notification, recipient: Address, brand: Brand) -> Message:
        known = {**self._renderer.variables(notification), **self._plugins.template_context(notification)}
        subject = self._renderer.subject(notification, known)
        try:
            return Message(
                sender=brand.sender,
                recipient=recipient,
                reply_to=brand.reply_to,
                subject=subject,
                headers={"Auto-Submitted": "auto-generated"},
                tags=(notification.slug, *filter(None, [notification.client_id])),
                idempotency_key=notification.idempotency_key,
                inline_images=brand.inline_images,
                variables={**known, "subject": subject},
            )
        except ValueError as error:  # which quotes nothing
            raise ConfigurationError(f"The template {notification.slug}.subject: {error}.") from None


def _idempotency(table: str | None) -> IdempotencyTable | None:
    if table is None:
        return None
    try:
        from cognito_mailroom.delivery.idempotency import IdempotencyTable
    except ImportError:
        raise ConfigurationError(
            "MAILROOM_IDEMPOTENCY_TABLE needs a library that is not installed: "
            "pip install 'cognito-mailroom[idempotency]'."
        ) from None
    return IdempotencyTable(table)
