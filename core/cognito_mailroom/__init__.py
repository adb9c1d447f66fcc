"""cognito-mailroom: Amazon Cognito's e-mails, decrypted, written and handed to the provider you choose.

All that a plugin author needs is here.
"""

from cognito_mailroom.plugins.hookspecs import hookimpl

from .address import Address
from .deadline import Deadline
from .errors import (
    ConfigurationError,
    CredentialsRefused,
    DecryptionError,
    DeliveryError,
    EventError,
    MailroomError,
    RateLimited,
    Rejected,
    Suppressed,
    Unavailable,
    Unsupported,
)
from .message import InlineImage, Message, Receipt
from .notification import Notification, Secret, Trigger

__all__ = [
    "Address",
    "ConfigurationError",
    "CredentialsRefused",
    "Deadline",
    "DecryptionError",
    "DeliveryError",
    "EventError",
    "InlineImage",
    "MailroomError",
    "Message",
    "Notification",
    "RateLimited",
    "Receipt",
    "Rejected",
    "Secret",
    "Suppressed",
    "Trigger",
    "Unavailable",
    "Unsupported",
    "hookimpl",
]
