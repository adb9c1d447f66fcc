"""Delivers through Postmark: the provider ``postmark`` of cognito-mailroom."""

from .provider import PostmarkProvider

__all__ = ["PostmarkProvider"]
