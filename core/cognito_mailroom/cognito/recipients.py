"""Core's own recipient and veto hooks, asked after those of all extensions; and a profile's language."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from cognito_mailroom.deadline import Deadline
from cognito_mailroom.errors import EventError, MailroomError
from cognito_mailroom.notification import Notification, Trigger
from cognito_mailroom.plugins.hookspecs import hookimpl

from .event import known_locale

_log = logging.getLogger("cognito_mailroom")


class Profiles:
    """The mail goes to the user's ``email``, and to nothing else in the event.

    A take-over notice carries no profile: there, Cognito is asked for the user's address and language, once
    an event; `begin` each.
    """

    def __init__(self) -> None:
        self._deadline = Deadline(0)
        self._found: Mapping[str, str] | None = None

    def begin(self, deadline: Deadline) -> None:
        """Forgets the former event's profile."""
        self._deadline, self._found = deadline, None

    @hookimpl(trylast=True)
    def mailroom_recipient(self, notification: Notification) -> str | None:
        """Answers with ``email`` from the event, or from the user pool for a take-over notice."""
        if email := notification.attributes.get("email"):
            return email
        if notification.trigger is Trigger.ACCOUNT_TAKE_OVER_NOTIFICATION:
            self._found = self._look_up(notification, self._deadline)
            return self._found.get("email")
        return None

    def locale(self, notification: Notification) -> str:
        """The language in the profile behind a take-over notice, or an empty text.

        Where the address is known without it, a look-up that fails costs no more than that.
        """
        if notification.trigger is not Trigger.ACCOUNT_TAKE_OVER_NOTIFICATION:
            return ""
        if self._found is None:
            try:
                self._found = self._look_up(
                    notification, self._deadline.within(self._deadline.remaining() / 4)
                )
            except Exception as error:  # noqa: BLE001 - whatever it is, it costs no mail
                why = error if isinstance(error, MailroomError) else f"{type(error).__name__}."
                _log.warning("The language of a take-over notice is not known: %s", why)
                return ""
        return next(filter(None, map(known_locale, map(self._found.get, ("locale", "custom:locale")))), "")

    def _look_up(self, notification: Notification, deadline: Deadline) -> Mapping[str, str]:
        user_name = notification.attributes.get("USER_NAME") or notification.user_name
        return _look_up(notification.pool_id, user_name, deadline)


def _look_up(pool_id: str, user_name: str, deadline: Deadline) -> Mapping[str, str]:
    # Built only here: other events must not pay for the client.
    from cognito_mailroom.transport.aws import brief_client
    from cognito_mailroom.transport.aws_errors import aws_errors

    if not user_name:
        return {}
    # Not the pool's, which a pool that is kept in several regions has the id of the first from.
    region = os.environ.get("AWS_REGION") or pool_id.partition("_")[0]
    doing, permission = (
        "look up the recipient of a take-over notice",
        "cognito-idp:AdminGetUser on the user pool",
    )
    with aws_errors(doing, permission):
        cognito = brief_client("cognito-idp", region, deadline)
        try:
            user = cognito.admin_get_user(UserPoolId=pool_id, Username=user_name)
        except cognito.exceptions.UserNotFoundException:
            raise EventError("The take-over notice names a user that the pool does not have.") from None
    return {entry["Name"]: entry.get("Value", "") for entry in user.get("UserAttributes", ())}


class AllowedRecipients:
    """For test stages: whoever matches none of the patterns gets no mail."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = [pattern.lower() for pattern in patterns]

    @hookimpl
    def mailroom_veto(self, notification: Notification) -> str | None:
        """Vetoes a recipient that ``MAILROOM_ALLOWED_RECIPIENTS`` does not name."""
        recipient = str(notification.recipient).lower()
        # Dots in a row or at an end need quotes, which patterns leave off as the user's profile does.
        forms = (recipient, re.sub(r'^"([^"@\\ ]+)"@', r"\1@", recipient))
        allowed = any(fnmatchcase(form, pattern) for form in forms for pattern in self._patterns)
        return None if allowed else "the recipient matches no pattern of MAILROOM_ALLOWED_RECIPIENTS"
