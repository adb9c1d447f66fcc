"""An SMTP client that keeps its session between mails, every wait within a deadline."""

from .kept import SmtpClient
from .replies import SmtpReply
from .session import SmtpEndpoint

__all__ = ["SmtpClient", "SmtpEndpoint", "SmtpReply"]
