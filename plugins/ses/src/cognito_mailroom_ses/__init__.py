"""Delivers through Amazon SES: the provider ``ses`` of cognito-mailroom."""

from .provider import SesProvider

__all__ = ["SesProvider"]
