"""The kit: what plugins are proven with, and stand-ins for all that the Lambda function talks to.

- `ProviderContract`: every provider's promises as tests; a `Harness` says how to stand in for the provider
- `a_message`, `a_notification`: with something private in them that is easy to search for
- `HttpServer`, scriptable, and `HttpStandIn` on top of it; `SmtpServer`, by aiosmtpd
- `ConnectProxy`, for tunnels to any of them
- `AwsServer`: KMS and Cognito's user pools, by moto
- the module `cognito`: events and codes as Cognito makes them
- `Mailroom`: sees one event through; `LambdaFunction`: the same under AWS's own runtime

All servers listen on free ports of the loopback interface. A name is imported when it is asked for: the
contract wants ``cognito-mailroom[testing]``, the servers ``cognito-mailroom[local]``, the events neither.
"""

from typing import TYPE_CHECKING

from cognito_mailroom.lazy_imports import lazy_attributes

if TYPE_CHECKING:
    from cognito_mailroom.app import Mailroom
    from cognito_mailroom.plugins.manager import Plugins
    from cognito_mailroom.telemetry.record import EventRecord

    from .aws_server import AwsServer
    from .builders import CODE, IDEMPOTENCY_KEY, RECIPIENT, a_message, a_notification
    from .connect_proxy import ConnectProxy
    from .contract.suite import ProviderContract
    from .exchange import Exchange, Reply, Request
    from .faults import Death, Fault
    from .harness import Counterpart, Harness
    from .http_harness import HttpHarness
    from .http_server import HttpServer
    from .http_stand_in import HttpStandIn
    from .lambda_runtime import LambdaFunction
    from .server_faults import (
        Behaviour,
        CloseAfterAnswer,
        CloseBeforeAnswer,
        CloseWithinAnswer,
        Drip,
        EndlessBody,
        Garbage,
        LoseAnswer,
        ResetBeforeAnswer,
        ResetBeforeRequest,
        Stall,
    )
    from .smtp_server import PASSWORD, Silence, SmtpAnswer, SmtpServer
    from .stand_in import ReceivedMail, StandIn

__all__ = [
    "CODE",
    "IDEMPOTENCY_KEY",
    "PASSWORD",
    "RECIPIENT",
    "AwsServer",
    "Behaviour",
    "CloseAfterAnswer",
    "CloseBeforeAnswer",
    "CloseWithinAnswer",
    "ConnectProxy",
    "Counterpart",
    "Death",
    "Drip",
    "EndlessBody",
    "EventRecord",
    "Exchange",
    "Fault",
    "Garbage",
    "Harness",
    "HttpHarness",
    "HttpServer",
    "HttpStandIn",
    "LambdaFunction",
    "LoseAnswer",
    "Mailroom",
    "Plugins",
    "ProviderContract",
    "ReceivedMail",
    "Reply",
    "Request",
    "ResetBeforeAnswer",
    "ResetBeforeRequest",
    "Silence",
    "SmtpAnswer",
    "SmtpServer",
    "Stall",
    "StandIn",
    "a_message",
    "a_notification",
]

if not TYPE_CHECKING:
    __getattr__ = lazy_attributes(
        __name__,
        {
            "..app": ("Mailroom",),
            "..plugins.manager": ("Plugins",),
            "..telemetry.record": ("EventRecord",),
            ".aws_server": ("AwsServer",),
            ".builders": ("CODE", "IDEMPOTENCY_KEY", "RECIPIENT", "a_message", "a_notification"),
            ".connect_proxy": ("ConnectProxy",),
            ".contract.suite": ("ProviderContract",),
            ".exchange": ("Exchange", "Reply", "Request"),
            ".faults": ("Death", "Fault"),
            ".harness": ("Counterpart", "Harness"),
            ".http_harness": ("HttpHarness",),
            ".http_server": ("HttpServer",),
            ".http_stand_in": ("HttpStandIn",),
            ".lambda_runtime": ("LambdaFunction",),
            ".server_faults": (
                "Behaviour",
                "CloseAfterAnswer",
                "CloseBeforeAnswer",
                "CloseWithinAnswer",
                "Drip",
                "EndlessBody",
                "Garbage",
                "LoseAnswer",
                "ResetBeforeAnswer",
                "ResetBeforeRequest",
                "Stall",
            ),
            ".smtp_server": ("PASSWORD", "Silence", "SmtpAnswer", "SmtpServer"),
            ".stand_in": ("ReceivedMail", "StandIn"),
        },
    )
