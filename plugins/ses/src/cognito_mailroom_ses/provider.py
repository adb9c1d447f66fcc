"""Amazon SES: the settings, and what its refusals mean; credentials and endpoints are boto3's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import environ
from attrs.converters import optional
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from cognito_mailroom import (
    ConfigurationError,
    Deadline,
    MailroomError,
    Message,
    Notification,
    RateLimited,
    Receipt,
    Rejected,
    Unavailable,
    hookimpl,
)
from cognito_mailroom.settings import HostedTemplates, check_arn, region
from cognito_mailroom.transport import Answer, aws_client, keep_connection, refusal_of
from urllib3 import HTTPHeaderDict

from .request import send_email

# SES does not name the field whose address is malformed; what it says is from Java's mail library.
_ABOUT_RECIPIENT = re.compile(
    r"(?i)(?!.*\b(from|reply|source|identity|arn|verified))"
    r".*\b(address|domain|local name|local part|user name|group|quote)\b"
)
_TOO_MANY = ("Throttling", "TooManyRequests", "LimitExceeded")
_ACTIONS = "ses:SendEmail, ses:SendTemplatedEmail and ses:ApplyTrackingConfigurationOverrides"

# To validate what is written here takes time in every mail: the stand-in does so in tests, SES in earnest.
_CONFIG = Config(retries={"total_max_attempts": 1, "mode": "standard"}, parameter_validation=False)


def _configuration_set(text: str) -> str:
    # https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_CreateConfigurationSet.html
    if not re.fullmatch(r"(?a)[\w-]{1,64}", text):
        raise ValueError("want the name of a configuration set: letters, digits, - and _")
    return text


def _identity_arn(text: str) -> str:
    if not re.fullmatch(r"(?a)arn:aws[a-z-]*:ses:[\w-]+:\d{12}:identity/[!-~]+", text):
        raise ValueError("want the ARN of an identity, arn:aws:ses:REGION:ACCOUNT:identity/NAME")
    check_arn(text)
    return text


@environ.config(prefix="SES", frozen=True)
class SesSettings:
    """The environment variables of this plugin."""

    region: str | None = environ.var(
        None, converter=optional(region), help="the region of SES; default: the function's own"
    )
    configuration_set: str | None = environ.var(
        None, converter=optional(_configuration_set), help="the configuration set to send with"
    )
    identity_arn: str | None = environ.var(
        None, converter=optional(_identity_arn), help="the sender's identity, if another account owns it"
    )
    template: HostedTemplates = environ.group(HostedTemplates)


class SesProvider:
    """Sends through SES by the session that KMS's client is of; connects with the first mail.

    Raises:
        ConfigurationError: boto3 cannot tell the region or the endpoint.

    """

    Settings = SesSettings

    def __init__(self, settings: SesSettings) -> None:
        self._settings = settings
        try:
            self._ses = aws_client("sesv2", settings.region, _CONFIG)
        except (BotoCoreError, ValueError) as error:
            raise _unusable(error) from None
        self._http = keep_connection(self._ses)

    @hookimpl
    def mailroom_render(self, notification: Notification, draft: Message) -> Message | None:
        """Names the template for this trigger, if there is one."""
        return self._settings.template.complete(notification, draft)

    @hookimpl
    def mailroom_deliver(self, message: Message, deadline: Deadline) -> Receipt:
        """Hands the mail to SES.

        Raises:
            DeliveryError: Rejected for a malformed recipient, RateLimited, Unavailable without an answer.
            ConfigurationError: all else that SES refuses, and a request that cannot be signed.

        """
        settings = self._settings
        parameters = send_email(message, settings.configuration_set, settings.identity_arn)
        self._http.deadline = deadline
        try:
            answer = self._ses.send_email(**parameters)
        except ClientError as error:
            raise self._refusal(error.response, message) from None
        except BotoCoreError as error:
            raise _unusable(error) from None
        if not (message_id := answer.get("MessageId")):
            raise Unavailable("SES answered 200, but not that it took the mail.")
        return Receipt(message_id=message_id)

    def _refusal(self, refused: Mapping[str, Any], message: Message) -> MailroomError:
        """The error for a refusal as botocore parsed it.

        An account or a sender that may not send, a configuration set or a template that does not exist, a
        content that SES does not like: all that is for an operator to mend, and another provider may take
        the mail. Only a malformed recipient is not.
        """
        error, meta = refused["Error"], refused["ResponseMetadata"]
        code, words = str(error["Code"]), str(error["Message"] or "")
        answer = Answer(meta["HTTPStatusCode"], HTTPHeaderDict(meta["HTTPHeaders"]), b"")
        kind: type[MailroomError] | None = RateLimited if code.startswith(_TOO_MANY) else None
        if code == "BadRequestException" and _ABOUT_RECIPIENT.match(words):
            kind = Rejected
        if code.startswith("AccessDenied"):
            words = f"the function's role needs {_ACTIONS}. {words}"
        if code != str(answer.status):
            words = f"{code}: {words}" if words else code
        return refusal_of(answer, message, self._settings, provider="SES", words=words, kind=kind)


def _unusable(error: Exception) -> ConfigurationError:
    """For what boto3 raises before it has anything to send."""
    what = "check SES_REGION, the function's role and the variables of boto3"
    return ConfigurationError(f"SES cannot be called ({type(error).__name__}): {what}.")
