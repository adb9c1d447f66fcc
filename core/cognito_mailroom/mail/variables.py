"""The variables of templates, filled from a notification with hostile input filtered out.

All are texts, and all are always there; what is not known is an empty text. What a user or a device
wrote about itself is let in only where it can do no more than greet; `attributes` alone is as users wrote it.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta
from urllib.parse import urlsplit

from cognito_mailroom.notification import Notification, Trigger

from .sentences import Duration, Sentences

_MAX_NAME, _MAX_FACT = 64, 120  # characters
_NAME_EXTRAS = frozenset(" .,'\u2019-·\u200c\u200d")  # the last two join letters in Persian and Hindi
# A full stop before a letter and another is what mail clients turn into a link; 126.04 and 192.0.2.7 are not.
_LINKABLE = re.compile(r"\.[^\W\d]\w|://|www\.", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

NAMES = (
    "product_name", "trigger", "subject", "locale", "language", "name", "email", "user_name", "account_name",
    "sub", "client_id", "code", "validity", "login_time", "ip_address", "city", "country", "device_name",
    "account_take_over_action", "one_click_link_valid", "one_click_link_invalid",
)  # fmt: skip
"""What hosted templates know, too."""
# AccountTakeoverActionType in Cognito's API reference, and what the event's documentation adds.
ACTIONS = ("BLOCK", "NO_ACTION", "MFA", "MFA_IF_CONFIGURED", "MFA_REQUIRED")
"""What Cognito does about a take-over, as ``account_take_over_action`` tells it."""


def greeting_name(raw: str) -> str:
    """A given name as it may stand in a greeting, or an empty text.

    Anybody can sign up with a stranger's address and a "name" that is an advertisement. So a name is
    letters and a few joiners, short, and nothing that a mail client would turn into a link.
    """
    name = unicodedata.normalize("NFC", raw).strip()
    plain = all(
        char.isalpha() or unicodedata.category(char).startswith("M") or char in _NAME_EXTRAS for char in name
    )
    # Joiners and marks may be dropped by whoever looks for links.
    bare = "".join(char for char in name if not unicodedata.category(char).startswith(("C", "M")))
    return name if plain and len(name) <= _MAX_NAME and not _LINKABLE.search(bare) else ""


def fact(raw: str) -> str:
    """A city, a device, a time as Cognito reports it, or an empty text where it looks like a lure."""
    text = unicodedata.normalize("NFKC", raw).replace("。", ".").strip()
    shown = text.isprintable() and len(text) <= _MAX_FACT and not _LINKABLE.search(text)
    return text if shown else ""


def _link(raw: str) -> str:
    try:
        parts = urlsplit(raw)
    except ValueError:
        return ""
    return raw if parts.scheme == "https" and parts.netloc and raw.isprintable() and " " not in raw else ""


def _login(notification: Notification) -> str:
    """What the person signs in with: Cognito's user name unless it is a UUID that nobody knows."""
    name = notification.user_name
    # In a sign-up the person chose the name, and may have chosen a link; an administrator has not.
    trusted = notification.trigger is Trigger.ADMIN_CREATE_USER and name.isprintable()
    known = not _UUID.fullmatch(name) and (name.strip() if trusted else fact(name))
    return known or str(notification.recipient)


def largest_unit(duration: timedelta) -> Duration | None:
    """``24 hours``, ``90 minutes``, ``7 days``: the largest unit that divides it evenly."""
    seconds = int(duration.total_seconds())
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1)):
        count, rest = divmod(seconds, length)
        # People say "24 hours" of a code, and "1 hour" rather than "60 minutes".
        if count and not rest and not (unit == "days" and count == 1):
            return Duration(unit, count)
    return None


def in_words(duration: timedelta) -> str:
    """The largest unit that divides it evenly, in English: what logs and commands say."""
    found = largest_unit(duration)
    return f"{found.number} {found.unit if found.number != 1 else found.unit[:-1]}" if found else ""


def variables(
    notification: Notification,
    *,
    product_name: str,
    sentences: Sentences,
    good_for: Duration | None,
) -> dict[str, str]:
    """All of `NAMES` but the subject, filled from a notification whose recipient is known."""
    attributes, email = notification.attributes, str(notification.recipient)
    # An operator's sentence may name these two anywhere.
    anywhere = {"product_name": product_name, "email": email}
    facts = ("ip_address", "city", "country", "device_name", "account_take_over_action")
    links = ("one_click_link_valid", "one_click_link_invalid")
    return {
        **anywhere,
        "trigger": notification.slug,
        "locale": notification.locale,
        "language": sentences.language,
        "name": greeting_name(attributes.get("given_name", "")),
        "user_name": _login(notification),
        "account_name": fact(notification.user_name),
        "sub": fact(attributes.get("sub", "")),
        "client_id": notification.client_id or "",
        "code": notification.secret.reveal() if notification.secret else "",
        "validity": sentences.text("duration", anywhere.__getitem__, good_for) if good_for else "",
        "login_time": _login_time(attributes.get("LOGIN_TIME", ""), sentences),
        **{name: fact(attributes.get(name.upper(), "")) for name in facts},
        **{name: _link(attributes.get(name.upper(), "")) for name in links},
    }


def _login_time(raw: str, sentences: Sentences) -> str:
    """The time in the reader's language; as Cognito wrote it where that is not the form it is known for."""
    if not raw:
        return ""
    from .dates import in_words, parse  # only a take-over notice has one

    when = parse(raw)
    return f"{in_words(when, sentences.catalogue)} UTC" if when else fact(raw)
