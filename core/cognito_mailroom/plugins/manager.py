"""Loads plugins and calls their hooks, with one typed method for each; nobody else speaks to pluggy."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

import pluggy

from cognito_mailroom.address import Address
from cognito_mailroom.deadline import Deadline
from cognito_mailroom.errors import ConfigurationError, DeliveryError, MailroomError, Rejected, Unavailable
from cognito_mailroom.message import Message, Receipt
from cognito_mailroom.notification import Notification
from cognito_mailroom.settings.core import CORE, Selection
from cognito_mailroom.settings.problems import Problems
from cognito_mailroom.settings.secret_references import References
from cognito_mailroom.settings.suggestions import did_you_mean
from cognito_mailroom.settings.unread_names import check_names

from . import hookspecs
from .discovery import EXTENSIONS, PROVIDERS
from .error_translation import anew, frames_of, translating_errors
from .loading import Loader

_log = logging.getLogger("cognito_mailroom")
_MAX_WORDS = 4_096  # characters of an error: more are not looked at


class Plugins:
    """All extensions and the first provider are loaded at once; a later provider when it is needed."""

    def __init__(self, environment: Mapping[str, str], references: References | None = None) -> None:
        self.providers: tuple[str, ...] = ()
        self._loader = Loader(environment, references or References())
        self._loaded_providers: dict[str, object] = {}
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)

    def select(self, selection: Selection, problems: Problems) -> None:
        """Loads what the settings name; appends to ``problems`` whatever is wrong with any of it."""
        for name in self._extension_names(selection):
            # None is skipped when it is broken: a veto must never vanish silently.
            with problems.collecting("MAILROOM_EXTENSIONS"):
                if plugin := self._loader.build(EXTENSIONS, name, problems):
                    self.register(plugin, name)
        self.providers = selection.provider
        for name in self.providers[1:]:
            with problems.collecting("MAILROOM_PROVIDER"):
                self._loader.installed.find(PROVIDERS, name)
        with problems.collecting("MAILROOM_PROVIDER"):
            self._load_provider(self.providers[0], problems)

    def load_all(self, problems: Problems) -> None:
        """Loads the later providers too, for a check ahead of time."""
        for name in self.providers[1:]:
            with problems.collecting("MAILROOM_PROVIDER"):
                self._load_provider(name, problems)

    def check_names(self, problems: Problems, *, strict: bool = False) -> None:
        """Appends to ``problems`` the variables that neither core nor a loaded plugin reads.

        Those that resemble no setting are in the log instead, unless this is ``strict``; then only what an
        installed plugin reads that was not chosen is passed over.
        """
        loader = self._loader
        kinds = [*CORE, *loader.settings_classes.values()]
        others = loader.installed_settings() if strict else ()
        check_names(kinds, loader.environment, problems, strict=strict, also_known=others)

    def is_outdated(self, provider: str, deadline: Deadline) -> bool:
        """Whether what the settings of a provider refer to, looked up again, has changed."""
        return self._loader.is_outdated(PROVIDERS, provider, deadline)

    def ensure_loaded(self, provider: str, deadline: Deadline, *, anew: bool = False) -> None:
        """Loads a later provider, when its turn has come; ``anew`` replaces one that is outdated.

        Raises:
            ConfigurationError: names everything that keeps it from being loaded.

        """
        if anew or provider not in self._loaded_providers:
            self._loader.references.deadline = deadline
            problems = Problems()
            with problems.collecting("MAILROOM_PROVIDER"):
                self._load_provider(provider, problems)
            if problems:
                raise problems.error()
            known = self._loader.settings_classes
            if kind := known.get((PROVIDERS, provider)):
                check_names([kind], self._loader.environment, None, also_known=known.values())

    def register(self, plugin: object, name: str) -> None:
        """Adds an object with hook implementations.

        Raises:
            ConfigurationError: it implements a hook that does not exist, or with other arguments.

        """
        try:
            hash(plugin)
        except TypeError:
            raise ConfigurationError(
                f"the plugin {name!r} is not hashable: declare its class with eq=False"
            ) from None
        try:
            self._manager.register(plugin, name)
            self._manager.check_pending()
        except ValueError:
            raise ConfigurationError(f"the name {name!r} is taken by another plugin") from None
        except pluggy.PluginValidationError as error:
            if self._manager.is_registered(plugin):
                self._manager.unregister(plugin)
            hooks = [hook for hook in vars(hookspecs) if hook.startswith("mailroom_")]
            reason = " ".join(str(error).split())
            # What pluggy says of an unknown hook ends in the plugin's repr, which may show its settings.
            if misspelt := re.match(r"unknown hook '(\w+)'", reason):
                reason = misspelt[0] + did_you_mean(misspelt[1], hooks)
            raise ConfigurationError(f"the plugin {name!r} is not valid: {reason}") from None

    def implements(self, hook: str) -> bool:
        """Whether any loaded plugin implements a hook."""
        return bool(getattr(self._manager.hook, hook).get_hookimpls())

    def recipient(self, notification: Notification) -> Address | None:
        """Who gets the mail, or None if nobody knows; raises Rejected for a malformed address."""
        with translating_errors("A plugin's mailroom_recipient"):
            found: Address | str | None = self._manager.hook.mailroom_recipient(notification=notification)
        if found is None or isinstance(found, Address):
            return found
        if not isinstance(found, str):
            raise ConfigurationError("A plugin's mailroom_recipient returned something else than an address.")
        try:
            return Address(found)
        except ValueError as error:
            raise Rejected(f"The recipient cannot be written to: {error}.") from None

    def veto(self, notification: Notification) -> str | None:
        """Why nothing is to be sent, or None."""
        with translating_errors("A plugin's mailroom_veto"):
            reason: str | None = self._manager.hook.mailroom_veto(notification=notification)
        # An empty answer has kept the plugins after it from being asked: better no mail than a lost veto.
        if reason is not None and (not isinstance(reason, str) or not reason):
            raise ConfigurationError("A plugin's mailroom_veto returned neither a reason nor None.")
        return reason

    def template_context(self, notification: Notification) -> Mapping[str, str]:
        """What all plugins add to the template's variables; the last one registered wins."""
        with translating_errors("A plugin's mailroom_template_context"):
            answers = self._manager.hook.mailroom_template_context(notification=notification)
            return {str(key): str(value) for answer in reversed(answers) for key, value in answer.items()}

    def render(self, provider: str, notification: Notification, draft: Message) -> Message:
        """The draft completed for one provider; with the inline images that it carries and the HTML shows."""
        if draft.inline_images and not getattr(self._loaded_providers[provider], "inline_images", True):
            draft = draft.evolve(inline_images=())
        with translating_errors("A plugin's mailroom_render"):
            message = self._hook("mailroom_render", provider)(notification=notification, draft=draft)
        if not isinstance(message, Message):
            raise ConfigurationError("A plugin's mailroom_render did not return a Message.")
        # What no body shows, that of a hosted template included, mail programs would list as a file.
        shown = [image for image in message.inline_images if f"cid:{image.content_id}" in message.html]
        return message.evolve(inline_images=shown) if len(shown) < len(message.inline_images) else message

    def deliver(self, provider: str, message: Message, deadline: Deadline) -> Receipt:
        """Hands the message to one provider; raises a DeliveryError or a ConfigurationError."""
        with translating_errors(
            f"The provider {provider!r}", Unavailable, (DeliveryError, ConfigurationError)
        ):
            receipt = self._hook("mailroom_deliver", provider)(message=message, deadline=deadline)
        if not isinstance(receipt, Receipt):
            raise ConfigurationError(f"The provider {provider!r} did not return a Receipt.")
        return receipt

    def delivered(self, notification: Notification, receipt: Receipt) -> None:
        """Tells every observer."""
        self._observe("mailroom_delivered", notification=notification, receipt=receipt)

    def failed(self, notification: Notification, error: MailroomError, *, final: bool) -> None:
        """Tells every observer, of an error that is `cleaned`."""
        error = anew(error, str(error))
        self._observe("mailroom_failed", notification=notification, error=error, final=final)

    def cleaned(
        self, error: MailroomError, notification: Notification, draft: Message | None = None
    ) -> MailroomError:
        """The same error anew, and its words `redacted`."""
        return anew(error, self.redacted(str(error), notification, draft))

    def redacted(self, words: str, notification: Notification, draft: Message | None = None) -> str:
        """A plugin's words without whom and what, and without the secrets of any plugin's settings."""
        from cognito_mailroom.transport.answers import secrets_of
        from cognito_mailroom.transport.redaction import private_words, redacted

        if len(words) > _MAX_WORDS:
            words = words[:_MAX_WORDS].rpartition(" ")[0] + "…"
        secrets, names = private_words(notification, draft.variables if draft else {})
        secrets += [secret.reveal() for secret in secrets_of(*self._loader.settings)]
        return redacted(words, secrets, names)

    def _extension_names(self, selection: Selection) -> tuple[str, ...]:
        if selection.extensions is None:
            return self._loader.installed.names(EXTENSIONS)
        return () if selection.extensions == ("none",) else selection.extensions

    def _load_provider(self, name: str, problems: Problems) -> None:
        """Loads a provider, in place of the one of this name that is loaded already."""
        plugin = self._loader.build(PROVIDERS, name, problems)
        if plugin is None:
            return
        if former := self._loaded_providers.pop(name, None):
            self._manager.unregister(former)
        self.register(plugin, name)
        if "mailroom_deliver" not in [hook.name for hook in self._manager.get_hookcallers(plugin) or ()]:
            self._manager.unregister(plugin)
            raise ConfigurationError(f"the provider {name!r} implements no mailroom_deliver")
        self._loaded_providers[name] = plugin
        try:
            getattr(former, "close", lambda: None)()
        except Exception as error:  # noqa: BLE001 - it is gone, however it went
            _log.warning("The former provider %s could not be closed: %s", name, frames_of(error))

    def _hook(self, hook: str, provider: str) -> pluggy.HookCaller:
        """The hook as this provider and all extensions implement it."""
        others = [plugin for name, plugin in self._loaded_providers.items() if name != provider]
        return self._manager.subset_hook_caller(hook, others)

    def _observe(self, hook: str, **facts: Any) -> None:
        """Calls observers one by one: pluggy alone would stop at the first that raises."""
        plugins = self._manager.get_plugins()
        for plugin in [each.plugin for each in getattr(self._manager.hook, hook).get_hookimpls()]:
            try:
                self._manager.subset_hook_caller(hook, plugins - {plugin})(**facts)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001 - an observer must cost nothing
                name = self._manager.get_name(plugin)
                _log.error("The observer %s of %s failed with %s", hook, name, frames_of(error))
