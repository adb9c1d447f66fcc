"""Delivers through any SMTP server: the provider ``smtp`` of cognito-mailroom."""

from .provider import SmtpProvider

__all__ = ["SmtpProvider"]
