"""Delivers through SendGrid's v3 Mail Send API: the provider ``sendgrid`` of cognito-mailroom."""

from .provider import SendGridProvider

__all__ = ["SendGridProvider"]
