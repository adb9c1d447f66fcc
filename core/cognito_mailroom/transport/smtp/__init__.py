"""SMTP as the mailroom speaks it: one session that is kept, every wait within a deadline."""

from .kept import SmtpClient
from .replies import SmtpReply
from .session import SmtpEndpoint

__all__ = ["SmtpClient", "SmtpEndpoint", "SmtpReply"]
