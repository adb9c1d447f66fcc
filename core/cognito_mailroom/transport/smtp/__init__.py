"""SMTP as the mailroom speaks it: one session that is kept, every wait within a deadline."""

from .kept import SmtpClient
from .replies import Reply
from .session import Server

__all__ = ["Reply", "Server", "SmtpClient"]
