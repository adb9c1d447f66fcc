"""A pool's LambdaConfig with and without the custom e-mail sender."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

SENDER, KEY, SMS = "CustomEmailSender", "KMSKeyID", "CustomSMSSender"
Config = dict[str, Any]


def sender(config: Config) -> str | None:
    """The ARN of the custom e-mail sender, if there is one."""
    arn: str | None = config.get(SENDER, {}).get("LambdaArn")
    return arn


def attached(config: Config, function_arn: str, key_arn: str) -> Config:
    """The configuration with the function as the custom e-mail sender; V1_0 is the only version there is.

    https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CustomEmailLambdaVersionConfigType.html
    """
    return config | {SENDER: {"LambdaVersion": "V1_0", "LambdaArn": function_arn}, KEY: key_arn}


def detached(config: Config, before: Config) -> Config:
    """The configuration without a custom e-mail sender, but for the one that was there before.

    The key stays where the SMS sender needs it.
    """
    ours = {SENDER} if SMS in config else {SENDER, KEY}
    return {name: value for name, value in config.items() if name not in ours} | before


def worth_keeping(before: Config, now: Config) -> Config:
    """What `detached` must be told of a former configuration to come back to it."""
    of_sender = {name: before[name] for name in (SENDER, KEY) if name in before}
    alone = detached(now, {})
    return {} if of_sender == {name: alone[name] for name in (SENDER, KEY) if name in alone} else of_sender


def refuse_other_key_for_sms(was: Config, will: Config, *, allowed: bool) -> None:
    """Raises UsageError where the SMS sender, which has the same key, would get another one unasked."""
    if SMS in was and was.get(KEY) != will.get(KEY) and not allowed:
        raise click.UsageError(
            "The pool's custom SMS sender has the same KMSKeyID and would get the other key too: if its "
            "function can decrypt with that, add --sms-too."
        )


def in_words(value: Any) -> str:
    """One part of a configuration on one line: an ARN as it is, a sender as its version and its ARN."""
    return value if isinstance(value, str) else "{LambdaVersion} {LambdaArn}".format_map(value)


def functions(config: Config) -> Iterator[str]:
    """The ARN of every function that Cognito calls by a configuration."""
    for name, value in config.items():
        if name != KEY:
            yield value["LambdaArn"] if isinstance(value, dict) else value
