"""The mails that a preview shows: each from example data, with the settings that the environment has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
from attrs import evolve

from cognito_mailroom.address import Address
from cognito_mailroom.errors import ConfigurationError
from cognito_mailroom.mail.brand import Brand
from cognito_mailroom.mail.checking import check
from cognito_mailroom.mail.examples import SLUGS, example
from cognito_mailroom.mail.rendering import Renderer
from cognito_mailroom.message import Message
from cognito_mailroom.notification import Notification
from cognito_mailroom.settings.core import Settings
from cognito_mailroom.settings.problems import Problems
from cognito_mailroom.settings.reading import read

from .choice import USUAL, Choice, examples
from .extensions import Extensions
from .inbox import Mail

_DEFAULTS = {
    "MAILROOM_FROM": "Acme <no-reply@acme.example>",
    # Nothing is decrypted here; settings without a key are none.
    "MAILROOM_KMS_KEY_ARN": "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000",
}
_READ = re.compile(r"MAILROOM_(FROM|REPLY_TO|PRODUCT_NAME|DEFAULT_LOCALE|TEMPLATES|VALIDITY_\w+)")
_RECIPIENT = Address("alex@example.com")


class Mails:
    """All mails of a folder as it is at the moment; ``bytecode`` saves compiling what did not change.

    Raises:
        ConfigurationError: a setting in the environment is malformed.

    """

    def __init__(
        self,
        folder: Path | None,
        environment: Mapping[str, str],
        extensions: Extensions,
        bytecode: jinja2.BytecodeCache,
    ) -> None:
        given = {name: text for name, text in environment.items() if _READ.fullmatch(name) and text.strip()}
        if folder:
            given["MAILROOM_TEMPLATES"] = str(folder)
        settings = read(Settings, _DEFAULTS | given, wrong := Problems())
        if settings is None:
            raise wrong.error()
        self.folder = settings.templates
        self._extensions = extensions
        self._problems = Problems()
        self.renderer = Renderer.of(settings, self._problems)
        self.renderer.environment.bytecode_cache = bytecode

    @property
    def problems(self) -> list[str]:
        """What is wrong with an extension, the brand or the sentences, in a sentence each."""
        return [*_sentences(self._extensions.problems), *_sentences(self._problems)]

    def check(self) -> list[str]:
        """What is wrong with any template in any language, in a sentence each."""
        problems = Problems()
        if self.folder:
            check(self.renderer, problems, extended=self._extensions.add_variables)
        return _sentences(problems)

    def brands(self) -> Mapping[str, Brand]:
        """All brands by their labels; the first is ``default``."""
        return self.renderer.brands.all()

    def languages(self, brand: str) -> tuple[str, ...]:
        """The languages of a brand: English first, where it speaks it."""
        return tuple(
            sorted(self.renderer.languages(self.brands()[brand]), key=lambda tag: (tag != "en", tag))
        )

    def find(self, mail: str, language: str, brand: str, example: str) -> Choice:
        """The nearest that there is to what is asked for, which may be gone or never was."""
        mail = mail if mail in SLUGS else SLUGS[0]
        brand = brand if brand in self.brands() else next(iter(self.brands()))
        languages = self.languages(brand)
        language = language if language in languages else languages[0]
        return Choice(mail, language, brand, example if example in examples(mail) else USUAL)

    def draft(self, choice: Choice) -> tuple[Notification, Message]:
        """What happened, and the mail about it.

        Raises:
            ConfigurationError: a template is wrong, named with file and line.

        """
        kind, _, identity = choice.brand.partition(" ")
        whose: dict[str, Any] = {f"{kind}_id": identity} if identity else {}
        notification = example(
            choice.mail,
            locale=choice.language,
            **whose,
            **examples(choice.mail)[choice.example],
        )
        # One key, and thus one Message-ID, whenever it is shown.
        notification = evolve(notification, recipient=_RECIPIENT, idempotency_key=f"preview of {choice.mail}")
        brand = self.brands()[choice.brand]
        known = {**self.renderer.variables(notification), **self._extensions.variables(notification)}
        subject = self.renderer.subject(notification, known)
        text, html = self.renderer.bodies(notification, known | {"subject": subject})
        try:
            return notification, Message(
                sender=brand.sender,
                recipient=_RECIPIENT,
                reply_to=brand.reply_to,
                subject=subject,
                text=text,
                html=html,
                tags=(notification.slug,),
                idempotency_key=notification.idempotency_key,
                inline_images=brand.inline_images,
                variables=known | {"subject": subject},
            )
        except ValueError as error:
            raise ConfigurationError(f"The template {choice.mail}.subject: {error}.") from None

    def mail(self, choice: Choice) -> Mail:
        """One mail.

        Raises:
            ConfigurationError: a template is wrong, named with file and line.

        """
        _, message = self.draft(choice)
        return Mail.of(message)


def _sentences(problems: Problems) -> list[str]:
    clauses = [clause.removeprefix("MAILROOM_TEMPLATES: ") for clause in problems]
    return [clause if clause.endswith((".", "?")) else f"{clause}." for clause in clauses]
