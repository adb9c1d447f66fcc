"""Renders a notification's variables into a subject and two bodies, with Jinja2.

Each mail is three templates: ``sign_up.subject``, ``sign_up.txt`` and ``sign_up.html``. What they say comes
from the sentences of the reader's language, how they look from the brand of the app. The operator's folder
replaces all of it piece by piece. In a bundle both folders hold what is made of them ahead: to make it takes
longer than all else that the first mail does.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cognito_mailroom.message import Message
from cognito_mailroom.notification import Notification
from cognito_mailroom.plugins.hookspecs import hookimpl
from cognito_mailroom.settings.core import Settings, Validity
from cognito_mailroom.settings.problems import Problems

from .brand import Brand, Brands
from .environment import environment, naming_template
from .folder import compiled
from .languages import match
from .own_sentences import OwnSentences
from .sentences import Duration, Sentences
from .variables import largest_unit, variables

# Nobody gets in by these codes alone, so that a locked screen may show them.
_HARMLESS = frozenset({"sign_up", "resend_code", "update_user_attribute", "verify_user_attribute"})


class Renderer:
    """Loads each template when it is first needed, and never renders half a mail."""

    def __init__(
        self,
        *,
        folder: Path | None,
        made: Path | None,
        brands: Brands,
        own: OwnSentences,
        validity: Validity,
        default_locale: str,
    ) -> None:
        self.folder = folder
        self.is_unchecked = folder is not None and made is None
        """Whether there is a folder that was not checked when it was compiled ahead."""
        self.brands = brands
        self.own = own
        self._validity = validity
        self._default_locale = default_locale
        self._brands: dict[tuple[str | None, str], Brand] = {}
        self._sentences: dict[tuple[str, str | None, str], Sentences] = {}
        self.environment = environment(folder, made)

    @classmethod
    def of(cls, settings: Settings, problems: Problems) -> Renderer:
        """As the settings have it: `read` says the rest."""
        sender = settings.sender
        name = settings.product_name or sender.display_name or sender.domain
        fallback = Brand(name=name, sender=sender, reply_to=settings.reply_to)
        return cls.read(settings.templates, fallback, settings.validity, settings.default_locale, problems)

    @classmethod
    def read(
        cls, folder: Path | None, fallback: Brand, validity: Validity, default_locale: str, problems: Problems
    ) -> Renderer:
        """With the operator's brands and sentences; adds to ``problems`` what is wrong with these.

        ``fallback`` is what mails show where ``brand.toml`` says nothing.
        """
        made = compiled(folder)
        own = OwnSentences.read(folder, made, problems)
        if folder and made:
            brands = Brands.from_json((made / "brand.json").read_text("utf-8"), folder, fallback)
        else:
            brands = Brands.read(folder, fallback, problems, own.languages if folder else None)
        return cls(
            folder=folder,
            made=made,
            brands=brands,
            own=own,
            validity=validity,
            default_locale=default_locale,
        )

    def brand(self, client_id: str | None, pool_id: str) -> Brand:
        """What the mails of an app client or a pool show; nothing in an event but these two chooses it."""
        key = (
            client_id if client_id in self.brands.clients else None,
            pool_id if pool_id in self.brands.pools else "",
        )
        if key not in self._brands:
            self._brands[key] = self.brands.of(*key)
        return self._brands[key]

    def default_locale(self, brand: Brand) -> str:
        """The language of users who have none."""
        return brand.languages[0] if brand.languages else self._default_locale

    def languages(self, brand: Brand) -> tuple[str, ...]:
        """Those in which a brand's mails are written."""
        return brand.languages or self.own.languages

    def variables(self, notification: Notification) -> dict[str, str]:
        """What all templates know of one mail, hosted ones included."""
        return variables(
            notification,
            product_name=self._brand_of(notification).name,
            sentences=self._sentences_of(notification),
            good_for=self._good_for(notification),
        )

    def subject(self, notification: Notification, known: Mapping[str, str]) -> str:
        """The subject, on one line."""
        context = self._context(notification, known)
        line = " ".join(self._render(f"{notification.slug}.subject", context).split())
        sentences: Sentences = context["sentences"]
        return sentences.directed(line)

    def bodies(
        self, notification: Notification, known: Mapping[str, str], *, images: bool = True
    ) -> tuple[str, str]:
        """The plain text and the HTML; without ``images``, a name stands for a logo that is sent along."""
        context = self._context(notification, known)
        brand: Brand = context["brand"]
        context["logo"] = brand.logo if images or not brand.inline_images else ""
        sentences: Sentences = context["sentences"]
        text = self._render(f"{notification.slug}.txt", context)
        return sentences.directed(text), self._render(f"{notification.slug}.html", context)

    @hookimpl(trylast=True)
    def mailroom_render(self, notification: Notification, draft: Message) -> Message:
        """Completes the draft, unless a provider has answered with a template of its own."""
        text, html = self.bodies(notification, draft.variables, images=bool(draft.inline_images))
        return draft.evolve(text=text, html=html)

    def _context(self, notification: Notification, known: Mapping[str, str]) -> dict[str, Any]:
        brand = self._brand_of(notification)
        sentences = self._sentences_of(notification)
        code = known["code"] if notification.slug in _HARMLESS else ""
        right_to_left = sentences.direction == "rtl"
        return {
            **known,
            "trigger": notification.slug,
            "attributes": notification.attributes,
            "brand": brand,
            "sentences": sentences,
            "good_for": self._good_for(notification),
            "subject_code": code if brand.code_in_subject else "",
            "preheader_code": code if brand.code_in_preheader else "",
            "blank": sentences.blank,
            "direction": sentences.direction,
            "start": "right" if right_to_left else "left",
            "end": "left" if right_to_left else "right",
        }

    def _brand_of(self, notification: Notification) -> Brand:
        return self.brand(notification.client_id, notification.pool_id)

    def _good_for(self, notification: Notification) -> Duration | None:
        validity = self._validity.of(notification.slug) if notification.secret else None
        return largest_unit(validity) if validity else None

    def _language(self, notification: Notification) -> str:
        brand = self._brand_of(notification)
        spoken = self.languages(brand)
        wanted = (notification.locale, self.default_locale(brand), self._default_locale, "en")
        return next(filter(None, (match(tag, spoken) for tag in wanted)), spoken[0])

    def _sentences_of(self, notification: Notification) -> Sentences:
        scoped = self.own.scopes.keys()
        client_id = notification.client_id if notification.client_id in scoped else None
        pool_id = notification.pool_id if notification.pool_id in scoped else ""
        key = (self._language(notification), client_id, pool_id)
        if key not in self._sentences:
            self._sentences[key] = self.own.sentences(*key)
        return self._sentences[key]

    def _render(self, name: str, context: Mapping[str, Any]) -> str:
        with naming_template(name):
            return self.environment.get_template(name).render(context)
