"""Delivers through Mailgun's Messages API: the provider ``mailgun`` of cognito-mailroom."""

from .provider import MailgunProvider

__all__ = ["MailgunProvider"]
