"""Core's own settings, as environ-config classes."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import environ
from attrs.converters import optional

from cognito_mailroom.address import Address

from .converters import duration, locale, names, switch
from .key_arns import key_arns
from .regions import check_arn

T = TypeVar("T")


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("it contains a control character")
    return text


def _url(text: str) -> str:
    if not re.fullmatch(r"https?://[!-~]+", text):
        raise ValueError("want the URL of a queue, https://sqs.REGION.amazonaws.com/ACCOUNT/NAME")
    return text


def _patterns(text: str) -> tuple[str, ...]:
    from .recipient_patterns import recipient_patterns  # imported where one is set

    return recipient_patterns(text)


def _table(text: str) -> str:
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
    if not re.fullmatch(r"(?a)(arn:aws[a-z-]*:dynamodb:[\w-]+:\d{12}:table/)?[\w.-]{3,255}", text):
        raise ValueError("want the name of a table in DynamoDB")
    if text.startswith("arn:"):
        check_arn(text)
    return text


def _address(text: str) -> Address:
    try:
        return Address.parse(text)
    except ValueError as error:
        raise ValueError(f"{error} (want NAME <no-reply@acme.example>)") from None


def _folder(text: str) -> Path:
    try:
        os.listdir(text)  # noqa: PTH208 - whoever may not read it would get the default mails unawares
    except OSError:
        raise ValueError("want an existing folder that can be read") from None
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
        converter=key_arns, help="the ARN of the key the user pool encrypts with; several comma-separated"
    )
    sender: Address = environ.var(
        name="MAILROOM_FROM", converter=_address, help="the sender: Acme <no-reply@acme.example>"
    )
    reply_to: Address | None = environ.var(None, converter=optional(_address), help="where answers go")
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
        None, converter=optional(_patterns), help="patterns such as *@acme.example; all others get no mail"
    )
    idempotency_table: str | None = environ.var(
        None,
        converter=optional(_table),
        help="a DynamoDB table that keeps a retried event from being mailed twice",
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


CORE = (Selection, Settings, Forwarding)
"""All that core reads, whichever function it is."""
