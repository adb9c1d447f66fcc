"""What a server's refusal means: whose problem it is decides which error it becomes.

Nothing is Rejected by default, since that gives the mail up: a refusal that is not understood is for an
operator. Sources: RFC 3463, 5248 and 7505; https://support.google.com/a/answer/3726730;
https://learn.microsoft.com/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online
"""

from __future__ import annotations

import smtplib
import ssl

from cognito_mailroom import (
    ConfigurationError,
    CredentialsRefused,
    Deadline,
    MailroomError,
    Message,
    RateLimited,
    Rejected,
    Unavailable,
    Unsupported,
)
from cognito_mailroom.transport import SmtpReply

from . import words

_ACCOUNT = "check MAILROOM_FROM and what the account may send"
_LOGIN = "check SMTP_USERNAME and SMTP_PASSWORD"
_LOGINS = {
    "AUTH": _LOGIN,
    "AUTH XOAUTH2": "check SMTP_USERNAME, SMTP_OAUTH_SCOPE and what the OAuth client may do in that mailbox",
}
_LATER = "a later try may succeed"
_SERVER = "check SMTP_HOST, SMTP_PORT and SMTP_SECURITY"
_SLOWER = "send more slowly, or have the limit raised"

# No such mailbox, a malformed one, a domain that takes no mail (null MX), a mailbox that has moved.
_NO_MAILBOX = {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"}
# What Exchange Online says of a user it does not know, and of nothing else.
_NO_MAILBOX_AT_EXCHANGE = {"5.4.1", "5.7.504"}
# Servers that have no status for it.
_NO_STATUS = {"", "5.0.0", "5.3.0", "5.5.0"}
# RFC 5321, 4.2.2: a command that is not known, or not at its place.
_DIALOGUE = {"502", "503", "504"}
# A full mailbox passes; at Exchange Online the same means the sender's own quota, as the others do.
_LIMITED = {"5.2.2", "5.2.121", "5.2.122", "5.1.90", "5.4.5"}
_NEEDS_SMTPUTF8 = {"5.6.7", "5.6.9"}


def refusal(command: str, reply: SmtpReply, message: Message | None = None) -> MailroomError:
    """What it means that a command was answered like this; DATA stands for the mail itself too."""
    said = f"The SMTP server answered {command} with {str(reply).rstrip('. ')}"
    if reply.code.startswith("4"):
        limited = reply.status.startswith("4.7.") or words.speak_of_rate(reply.text)
        return RateLimited(f"{said}: {_when(reply)}.") if limited else Unavailable(f"{said}: {_LATER}.")
    if not reply.code.startswith("5"):
        return Unavailable(f"{said}: no such reply was to be expected, {_SERVER}.")
    if _passes(command, reply):
        return RateLimited(f"{said}: {_when(reply)}.")
    if reply.status in _NEEDS_SMTPUTF8 and message and message.recipient.needs_smtputf8:
        return Unsupported(f"{said}: another provider may take an address outside ASCII.")
    if command in {"RCPT", "DATA"} and _is_about_the_mailbox(command, reply):
        return Rejected(f"{said}: no retry can mend it.")
    return _for_an_operator(command, reply, said)


def _passes(command: str, reply: SmtpReply) -> bool:
    """Whether a 5xx is said of something that passes: a full mailbox, or a limit of what may be sent."""
    if reply.status == "5.2.1" and words.speak_of_rate(reply.text):
        return True
    full = command in {"RCPT", "DATA"} and words.say_that_it_passes(reply.text)
    return reply.status in _LIMITED or (full and not words.speak_of_us(reply.text))


def _when(reply: SmtpReply) -> str:
    """What to do: nothing about a full mailbox or greylisting, something about a rate."""
    of_rate = words.speak_of_rate(reply.text) and not words.say_that_it_passes(reply.text)
    return _SLOWER if of_rate else _LATER


def _for_an_operator(command: str, reply: SmtpReply, said: str) -> ConfigurationError:
    login = _LOGINS.get(command)
    if login and reply.code in {"534", "535"}:
        return CredentialsRefused(f"{said}: {login}.")
    if login or reply.code == "530":
        return ConfigurationError(f"{said}: {login or _LOGIN}.")
    if command not in {"MAIL", "RCPT", "DATA"}:
        return ConfigurationError(f"{said}: {_SERVER}.")
    understood = reply.status.startswith("5.7.") or words.speak_of_us(reply.text)
    return ConfigurationError(f"{said}: {_ACCOUNT}.", understood=understood)


def _is_about_the_mailbox(command: str, reply: SmtpReply) -> bool:
    if words.speak_of_us(reply.text):
        return False
    if reply.status in _NO_MAILBOX_AT_EXCHANGE:
        return "recipient address rejected: access denied" in reply.text.lower()
    if reply.status in _NO_STATUS:
        at_place = command == "RCPT" and reply.code not in _DIALOGUE
        return at_place and words.name_the_mailbox(reply.text)
    return reply.status in _NO_MAILBOX or reply.status == "5.2.1"


def unavailable(host: str, error: OSError, deadline: Deadline) -> Unavailable:
    """For a server that was not reached, broke off or fell silent."""
    if isinstance(error, ssl.SSLCertVerificationError):
        what = (
            f"shows a certificate that cannot be verified ({error.verify_message.rstrip('.')}): "
            "check SMTP_HOST, or name the file of its private authority in SMTP_CA_FILE"
        )
    elif not deadline.remaining():
        what = "did not answer in time"
    elif isinstance(error, ssl.SSLError):
        what = f"failed to set up TLS ({error.reason}): check SMTP_PORT and SMTP_SECURITY"
    elif isinstance(error, smtplib.SMTPException):
        what = "broke off the connection or the protocol"
    else:
        what = f"cannot be reached ({error.strerror or type(error).__name__}): check SMTP_HOST and SMTP_PORT"
    return Unavailable(f"The SMTP server {host} {what}.")
