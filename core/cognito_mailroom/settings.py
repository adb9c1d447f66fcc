"""Core's settings, and how any class of settings is read from the environment.

A class of settings is an environ-config class; plugins declare theirs the same way. Values are
converted one by one, so that one error can name every variable that is missing or malformed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import attrs
import environ
from attrs.converters import optional
from environ import _environ_config

from .address import Address
from .faults import Faults
from .message import Message
from .notification import Notification, Secret
from .references import References

T = TypeVar("T")

_DURATION = re.compile(r"(?ai)\s*(\d{1,6})\s*(s|m|h|d|(?:second|minute|hour|day)s?|min)\s*")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_KEY_ARN = re.compile(r"(?a)arn:aws[a-z-]*:kms:[a-z]{2,8}(-[a-z0-9]{1,12}){2,4}:\d{12}:key/[\w-]+")
_LOCALE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,8}")


def names(text: str) -> tuple[str, ...]:
    """``sendgrid, ses`` as a tuple of names; raises ValueError for an empty or a doubled one."""
    found = tuple(name.strip() for name in text.split(","))
    if not all(found):
        raise ValueError("a name between two commas is empty")
    if len(set(found)) < len(found):
        raise ValueError("a name occurs twice")
    return found


def duration(text: str) -> timedelta:
    """``24 hours``, ``15 min`` or ``7d``; raises ValueError for anything else, a bare number included."""
    if not (match := _DURATION.fullmatch(text)) or not int(match[1]):
        raise ValueError("want a number and its unit, such as 15 minutes, 24 hours or 7 days")
    return timedelta(**{_UNITS[match[2][0].lower()]: int(match[1])})


def switch(text: str) -> bool:
    """``true`` or ``false``, as people write them; raises ValueError for anything else."""
    word = text.strip().lower()
    if word in {"1", "true", "yes", "on"}:
        return True
    if word in {"0", "false", "no", "off"}:
        return False
    raise ValueError("want true or false")


def locale(text: str) -> str:
    """A language tag such as ``de-CH``, with hyphens; raises ValueError for anything else."""
    if not _LOCALE.fullmatch(text):
        raise ValueError("want a language tag such as en or de-CH")
    return text.replace("_", "-")


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("it contains a control character")
    return text


def _key_arns(text: str) -> tuple[str, ...]:
    arns = names(text)
    if not all(_KEY_ARN.fullmatch(arn) for arn in arns):
        raise ValueError(
            "want the ARN of the key, arn:aws:kms:REGION:ACCOUNT:key/ID; "
            "a key id, an alias or the ARN of an alias cannot decrypt what Cognito encrypts"
        )
    if len({arn.split(":")[3] for arn in arns}) > 1:
        raise ValueError("the keys are in several regions, but a user pool's key is in the pool's own region")
    return arns


def _url(text: str) -> str:
    if not re.fullmatch(r"https?://[!-~]+", text):
        raise ValueError("want the URL of a queue, https://sqs.REGION.amazonaws.com/ACCOUNT/NAME")
    return text


def _folder(text: str) -> Path:
    if not os.path.isdir(text):  # noqa: PTH112 - Path.is_dir raises where the path is too long
        raise ValueError("want an existing folder")
    return Path(text)


@environ.config(frozen=True)
class Validity:
    """How long each code is good for, as the mail tells it. The defaults are Cognito's own."""

    sign_up: timedelta = environ.var("24 hours", converter=duration)
    resend_code: timedelta = environ.var("24 hours", converter=duration)
    forgot_password: timedelta = environ.var("1 hour", converter=duration)
    update_user_attribute: timedelta = environ.var("24 hours", converter=duration)
    verify_user_attribute: timedelta = environ.var("24 hours", converter=duration)
    authentication: timedelta = environ.var("3 minutes", converter=duration)
    admin_create_user: timedelta = environ.var("7 days", converter=duration)

    def of(self, slug: str) -> timedelta | None:
        """How long the code of a trigger is good for; None where it carries none, or nobody knows."""
        found: timedelta | None = getattr(self, slug, None)
        return found

    def outlived(self, slug: str, age: float) -> timedelta | None:
        """The validity that an event of this age, in seconds, has outlived; None if it is still good."""
        validity = self.of(slug)
        return validity if validity and age > validity.total_seconds() else None


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


@environ.config(prefix="MAILROOM", frozen=True)
class Selection:
    """Which plugins take part."""

    provider: tuple[str, ...] = environ.var(
        converter=names, help="the providers' names, first choice first, comma-separated, such as smtp"
    )
    extensions: tuple[str, ...] | None = environ.var(
        None, converter=optional(names), help="the extensions to load, comma-separated, or none; default: all"
    )


@environ.config(prefix="MAILROOM", frozen=True)
class Settings:
    """What core itself needs to know."""

    kms_key_arn: tuple[str, ...] = environ.var(
        converter=_key_arns, help="the ARN of the key the user pool encrypts with; several comma-separated"
    )
    sender: Address = environ.var(
        name="MAILROOM_FROM", converter=Address.parse, help="the sender: Acme <no-reply@acme.example>"
    )
    reply_to: Address | None = environ.var(None, converter=optional(Address.parse), help="where answers go")
    product_name: str | None = environ.var(
        None,
        converter=optional(_one_line),
        help="the name the mails speak of; default: the sender's display name, else its domain",
    )
    default_locale: str = environ.var("en", converter=locale, help="the language where a user has none")
    validity: Validity = environ.group(Validity)
    templates: Path | None = environ.var(
        None, converter=optional(_folder), help="a folder whose files replace default templates one by one"
    )
    allowed_recipients: tuple[str, ...] | None = environ.var(
        None, converter=optional(names), help="patterns such as *@acme.example; all others get no mail"
    )
    idempotency_table: str | None = environ.var(
        None, help="a DynamoDB table that keeps a retried event from being mailed twice"
    )
    dry_run: bool = environ.var("false", converter=switch, help="true for everything but the delivery")


@environ.config(prefix="MAILROOM", frozen=True)
class Forwarding:
    """Whether the function behind the trigger only forwards."""

    queue_url: str | None = environ.var(
        None,
        converter=optional(_url),
        help="an SQS queue that the trigger's function only forwards to; another works it off",
    )


@attrs.frozen
class Variable:
    """One environment variable that a class of settings reads."""

    name: str
    required: bool
    default: Any
    help: str
    convert: Any

    @property
    def is_secret(self) -> bool:
        """Whether its value must never be shown."""
        return self.convert is Secret


def variables(settings_class: type, prefix: str | None = None) -> Iterator[Variable]:
    """Every variable of a class of settings, its groups' included, in order of declaration."""
    if prefix is None:
        prefix = str(_environ_config._get_prefix(settings_class))  # type: ignore[no-untyped-call]  # noqa: SLF001
    for field in attrs.fields(settings_class):
        entry = field.metadata["environ_config"]
        own_name = (entry.sub_cls and entry.sub_cls._prefix) or field.name  # noqa: SLF001
        name = entry.name or "_".join(filter(None, (prefix, own_name))).upper()
        if entry.sub_cls is not None:
            yield from variables(entry.sub_cls, name)
        else:
            required = isinstance(entry.default, _environ_config.Raise)
            default = None if required else entry.default
            yield Variable(name, required, default, entry.help or "", field.converter)


def read(settings_class: type[T], environment: Mapping[str, str], faults: Faults) -> T | None:
    """The settings from the environment, where an empty variable counts as missing.

    Adds a clause to ``faults`` for every variable that is missing, malformed or refers to what cannot be
    had, and returns None if there is any. No clause repeats a value.
    """
    found, given = len(faults), {}
    references = References()
    for variable in variables(settings_class):
        value = environment.get(variable.name, "")
        if value.strip():
            try:
                given[variable.name] = resolved = references.resolve(value)
                if variable.convert is not None:
                    variable.convert(resolved)
            except ValueError as error:
                faults.add(f"{variable.name} is malformed" + _reason(error, given.get(variable.name, value)))
        elif variable.required:
            faults.add(f"{variable.name} is missing" + (f" ({variable.help})" if variable.help else ""))
    return None if len(faults) > found else environ.to_config(settings_class, given)


def _reason(error: ValueError, value: str) -> str:
    """What a converter says, unless it quotes any of the value, as ``int`` does."""
    said = str(error)
    quoted = re.findall(r"""['"](.*?)['"]""", said)
    return "" if repr(value)[:20] in said or any(part and part in value for part in quoted) else f": {said}"
