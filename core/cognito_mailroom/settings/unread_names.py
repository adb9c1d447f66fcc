"""Finds variables that nobody reads: a misspelt ``MAILROOM_DRYRUN`` must not let real mail out."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping

from .problems import Problems
from .reading import declared_prefix, variables
from .suggestions import nearest_variable

_log = logging.getLogger("cognito_mailroom")
# Where these are not read, real mail goes out: whatever begins like one of them is meant to be it.
_HOLD_MAIL_BACK = {"MAILROOM_DRY": "MAILROOM_DRY_RUN", "MAILROOM_ALLOW": "MAILROOM_ALLOWED_RECIPIENTS"}
_ADVICE = "is read by nobody: unset it, or correct its name"


def check_names(
    classes: Iterable[type],
    environment: Mapping[str, str],
    problems: Problems | None,
    *,
    strict: bool = False,
    also_known: Iterable[type] = (),
) -> None:
    """Looks for variables under the prefixes of these classes of settings that none of them reads.

    One that resembles a known name is a problem; any other is one where this is ``strict``, else a warning
    in the log. Without ``problems`` all are warnings. An empty one, and one that is a setting of the classes
    in ``also_known``, is neither.
    """
    classes = list(classes)
    known = {variable.name for each in classes for variable in variables(each)}
    prefixes = tuple(dict.fromkeys(f"{prefix}_" for each in classes if (prefix := declared_prefix(each))))
    unread = [
        name
        for name, value in environment.items()
        if name not in known and name.upper().startswith(prefixes) and value.strip()
    ]
    if unread:
        others = {variable.name for each in also_known for variable in variables(each)}
        for name in unread:
            if name not in others and not (problems and name in problems):
                prefix = next(prefix for prefix in prefixes if name.upper().startswith(prefix))
                meant = nearest_variable(name, known, prefix) or _would_hold_mail_back(name)
                # Deployments keep an SMTP_PASSWORD_ARN beside the SMTP_PASSWORD that they set.
                if meant and name.startswith(f"{meant}_") and environment.get(meant, "").strip():
                    meant = None
                _tell(name, meant, problems, strict=strict)


def _would_hold_mail_back(name: str) -> str | None:
    return next((meant for begin, meant in _HOLD_MAIL_BACK.items() if name.upper().startswith(begin)), None)


def _tell(name: str, meant: str | None, problems: Problems | None, *, strict: bool) -> None:
    said = f"{name} is read by nobody, did you mean {meant}?" if meant else f"{name} {_ADVICE}"
    if problems is not None and (meant or strict):
        problems.add(said)
    else:
        _log.warning("%s", said)
