"""The provider itself, and what the operator sets; credentials and endpoints are boto3's own business."""

from __future__ import annotations

import environ
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from cognito_mailroom import Deadline, Message, Notification, Receipt, Unavailable, hookimpl
from cognito_mailroom.settings import HostedTemplates
from cognito_mailroom.transport import aws_client, keep_connection

from .refusals import refused, unusable
from .request import send_email

# To validate what is written here takes time in every mail: the stand-in does so in tests, SES in earnest.
_CONFIG = Config(retries={"total_max_attempts": 1, "mode": "standard"}, parameter_validation=False)


@environ.config(prefix="SES", frozen=True)
class SesSettings:
    """The environment variables of this plugin."""

    region: str | None = environ.var(None, help="the region of SES; default: the function's own")
    configuration_set: str | None = environ.var(None, help="the configuration set to send with")
    identity_arn: str | None = environ.var(None, help="the sender's identity, if another account owns it")
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
            raise unusable(error) from None
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
            raise refused(error.response) from None
        except BotoCoreError as error:
            raise unusable(error) from None
        if not (message_id := answer.get("MessageId")):
            raise Unavailable("SES answered 200, but not that it took the mail.")
        return Receipt(message_id=message_id)
