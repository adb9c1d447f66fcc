"""An SMTP client that keeps its session between mails, every wait within a deadline."""

from .kept import SmtpClient
from .replies import SmtpReply
from .session import AccessTokens, SmtpEndpoint

__all__ = ["AccessTokens", "SmtpClient", "SmtpEndpoint", "SmtpReply"]
