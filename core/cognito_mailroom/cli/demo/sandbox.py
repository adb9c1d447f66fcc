"""Stand-ins of Cognito, KMS and a provider, with the real function between them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from cognito_mailroom.cli.group import describe
from cognito_mailroom.cli.lambda_context import LambdaContext
from cognito_mailroom.errors import MailroomError
from cognito_mailroom.notification import Trigger

from .received import Received
from .verification import fault

if TYPE_CHECKING:
    from cognito_mailroom.testing.aws_server import AwsServer
    from cognito_mailroom.testing.stand_in import StandIn

_TIMEOUT = 30.0  # seconds, for each event
# The user's own settings that mails show; all others might let the demo reach what is real.
_SHOWN = (
    "MAILROOM_TEMPLATES", "MAILROOM_FROM", "MAILROOM_REPLY_TO", "MAILROOM_PRODUCT_NAME",
    "MAILROOM_DEFAULT_LOCALE", "MAILROOM_VALIDITY_", "MAILROOM_EXTENSIONS",
)  # fmt: skip


class Stage:
    """One user pool with one user, and the function with all it talks to."""

    def __init__(self, aws: AwsServer, key_arn: str, stand_in: StandIn, handler: Callable[..., Any]) -> None:
        self.description = (
            f"KMS and Cognito: moto on {aws.endpoint_url.removeprefix('http://')}",
            f"Provider: {type(stand_in).__qualname__} of {type(stand_in).__module__}",
        )
        self._kms = aws.client("kms")
        self._key_arn = key_arn
        self._pool_id = _pool(aws.client("cognito-idp"))
        self._stand_in = stand_in
        self._handler = handler

    def send(self, trigger: Trigger) -> Received:
        """Has the function handle one event, and looks at what it put into the inbox."""
        secret, recipient = _secret(trigger), _recipient(trigger)
        event = self._event(trigger, secret, recipient)
        expected = secret or event["request"]["userAttributes"]["ONE_CLICK_LINK_INVALID"]
        already = len(self._stand_in.messages)
        started = monotonic()
        try:
            self._handler(event, LambdaContext(_TIMEOUT))
        except MailroomError as error:
            return Received(trigger, recipient, None, None, describe(error))
        mails = self._stand_in.messages[already:]
        if not mails:
            return Received(trigger, recipient, None, None, "no mail arrived")
        seconds = mails[0].received_at - started
        return Received(trigger, recipient, mails[0], seconds, fault(mails, recipient, expected))

    def _event(self, trigger: Trigger, secret: str | None, recipient: str) -> dict[str, Any]:
        from cognito_mailroom.testing import cognito

        if secret is None:
            # No address: the function has to ask the pool for it.
            return cognito.event(trigger, attributes={"USER_NAME": "alex"}, userPoolId=self._pool_id)
        code = cognito.encrypt(
            secret,
            pool_id=self._pool_id,
            key_arn=self._key_arn,
            client=self._kms,
            escape=trigger is Trigger.ADMIN_CREATE_USER,
        )
        return cognito.event(trigger, code, attributes={"email": recipient}, userPoolId=self._pool_id)


@contextmanager
def sandbox(provider: str) -> Iterator[Stage]:
    """Everything up and running, on free ports of the loopback interface.

    Raises:
        click.ClickException: the plugin, its stand-in or what that needs is not installed.

    """
    try:
        from cognito_mailroom.testing.aws_server import AwsServer

        from .stand_ins import build

        stand_in = build(provider)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        raise click.ClickException(
            f"The demo needs {package}: pip install 'cognito-mailroom[local]'"
        ) from None
    own = ("AWS_", "BOTO_", "MAILROOM_", provider.upper().replace("-", "_") + "_")
    with _own_environment(own) as hidden, AwsServer() as aws, stand_in:
        key_arn = aws.create_key()
        os.environ.update(aws.environ)
        os.environ.update(stand_in.environ)
        os.environ.update(_settings(provider, key_arn))
        os.environ.update({name: value for name, value in hidden.items() if name.startswith(_SHOWN)})
        # Builds the mailroom from the environment, so not before that is complete.
        from cognito_mailroom.function.trigger import lambda_handler

        yield Stage(aws, key_arn, stand_in, lambda_handler)


@contextmanager
def _own_environment(prefixes: tuple[str, ...]) -> Iterator[Mapping[str, str]]:
    """Hides the user's own settings, which it yields, and puts everything back at the end."""
    before = dict(os.environ)
    hidden = {name: os.environ.pop(name) for name in before if name.startswith(prefixes)}
    try:
        yield hidden
    finally:
        os.environ.clear()
        os.environ.update(before)


def _settings(provider: str, key_arn: str) -> Mapping[str, str]:
    return {
        "MAILROOM_PROVIDER": provider,
        "MAILROOM_KMS_KEY_ARN": key_arn,
        "MAILROOM_FROM": "Acme <no-reply@acme.example>",
        "MAILROOM_EXTENSIONS": "none",
    }


def _pool(client: Any) -> str:
    """A new user pool with one user."""
    pool_id: str = client.create_user_pool(PoolName="demo")["UserPool"]["Id"]
    email = _recipient(Trigger.ACCOUNT_TAKE_OVER_NOTIFICATION)
    attributes = [{"Name": "email", "Value": email}]
    client.admin_create_user(UserPoolId=pool_id, Username="alex", UserAttributes=attributes)
    return pool_id


def _recipient(trigger: Trigger) -> str:
    return f"alex{list(Trigger).index(trigger) + 1}@example.com"


def _secret(trigger: Trigger) -> str | None:
    """What Cognito would make up: six digits, eight, a password, or nothing."""
    if trigger is Trigger.ACCOUNT_TAKE_OVER_NOTIFICATION:
        return None
    if trigger is Trigger.ADMIN_CREATE_USER:
        return secrets.token_urlsafe(6) + "<&copy>\"'"
    digits = 8 if trigger is Trigger.AUTHENTICATION else 6
    return "".join(secrets.choice("0123456789") for _ in range(digits))
