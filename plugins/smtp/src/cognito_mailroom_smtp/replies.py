"""What a server's reply means, or its silence: replies become errors by one table."""

from __future__ import annotations

import smtplib
import ssl
from fnmatch import fnmatchcase

from cognito_mailroom import ConfigurationError, Deadline, MailroomError, RateLimited, Rejected, Unavailable
from cognito_mailroom.transport import SmtpReply

_ACCOUNT = "check MAILROOM_FROM and what the account may send"
_LOGIN = "check SMTP_USERNAME and SMTP_PASSWORD"
_LATER = "a later try may succeed"
_NEVER = "no retry can mend it"
_SERVER = "check SMTP_HOST, SMTP_PORT and SMTP_SECURITY"
_SLOWER = "send more slowly, or have the limit raised"

# The first row that matches decides. RFC 3463 says what a status means: x.1 is about addresses (x.1.7
# and x.1.8 about the sender's), x.2 about mailboxes, x.6 about content, x.7 about policy and security.
Rule = tuple[str, str, str, type[MailroomError], str]
RULES: tuple[Rule, ...] = (
    # command, code, status, error, what to do
    ("*", "*", "4.7.*", RateLimited, _SLOWER),
    ("AUTH", "*", "?.7.*", ConfigurationError, _LOGIN),
    ("*", "*", "?.7.*", ConfigurationError, _ACCOUNT),
    ("*", "*", "?.1.[78]", ConfigurationError, _ACCOUNT),
    ("*", "*", "?.[12].*", Rejected, _NEVER),
    ("DATA", "55[24]", "*", Rejected, _NEVER),
    ("*", "4??", "*", Unavailable, _LATER),
    ("*", "5??", "?.6.*", Rejected, _NEVER),
    # What no row above knows counts as an operator's matter: then the mail is kept, not given up.
    ("*", "5??", "?*", ConfigurationError, _ACCOUNT),
    ("*", "530", "", ConfigurationError, _LOGIN),
    ("*", "50?", "", ConfigurationError, _SERVER),
    ("RCPT", "5??", "", Rejected, _NEVER),
    ("DATA", "5??", "", Rejected, _NEVER),
    ("AUTH", "5??", "", ConfigurationError, _LOGIN),
    ("MAIL", "5??", "", ConfigurationError, _ACCOUNT),
    ("*", "5??", "", ConfigurationError, _SERVER),
    ("*", "*", "*", Unavailable, f"no such reply was to be expected, {_SERVER}"),
)


def rule(command: str, reply: SmtpReply) -> Rule:
    """The row of the table for an answer to a command."""
    given = (command, reply.code, reply.status)
    return next(row for row in RULES if all(map(fnmatchcase, given, row[:3])))


def refusal(command: str, reply: SmtpReply) -> MailroomError:
    """What it means that a command was answered like this."""
    *_, kind, advice = rule(command, reply)
    return kind(f"The SMTP server answered {command} with {str(reply).rstrip('. ')}: {advice}.")


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
