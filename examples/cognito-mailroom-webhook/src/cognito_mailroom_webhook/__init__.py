"""Posts each mail to a URL, signed: the provider ``webhook`` of cognito-mailroom."""

from .provider import WebhookProvider

__all__ = ["WebhookProvider"]
