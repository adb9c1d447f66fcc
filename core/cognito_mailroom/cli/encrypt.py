"""``cognito-mailroom encrypt``: the code of a test event, as Cognito makes it."""

from __future__ import annotations

import codecs
import json
import sys

import click

from cognito_mailroom.notification import Trigger
from cognito_mailroom.settings.suggestions import did_you_mean

from .key_arn import key_arns

_TRIGGERS = {trigger.removeprefix("CustomEmailSender_"): trigger for trigger in Trigger}


def _trigger(_: click.Context, __: click.Parameter, name: str | None) -> Trigger | None:
    """``SignUp``, ``sign_up`` or ``CustomEmailSender_SignUp``, in any case."""
    if name is None:
        return None
    folded = {known.lower(): trigger for known, trigger in _TRIGGERS.items()}
    wanted = name.lower().removeprefix("customemailsender_").replace("_", "")
    if wanted not in folded:
        near = did_you_mean(wanted, folded) or f" (there are {', '.join(_TRIGGERS)})"
        raise click.BadParameter(f"{name!r} is no trigger{near}")
    return folded[wanted]


def _attributes(_: click.Context, __: click.Parameter, pairs: tuple[str, ...]) -> dict[str, str]:
    split = [pair.partition("=") for pair in pairs]
    if not all(name and equals for name, equals, _ in split):
        raise click.BadParameter("want NAME=VALUE")
    return {name: value for name, _, value in split}


@click.command("encrypt")
@click.argument("text", required=False)
@click.option("--pool-id", required=True, help="The user pool that the event names in userPoolId.")
@click.option(
    "--key-arn",
    "key_arns",
    required=True,
    envvar="MAILROOM_KMS_KEY_ARN",
    show_envvar=True,
    callback=key_arns,
    help="The ARN of the key the pool encrypts with; the first, if there are several.",
)
@click.option("--password", is_flag=True, help="Escape TEXT as Cognito does with temporary passwords.")
@click.option(
    "--event",
    "trigger",
    metavar="TRIGGER",
    callback=_trigger,
    help="Print a whole event, ready for `invoke`: SignUp, AdminCreateUser (implies --password) and so on.",
)
@click.option("--email", metavar="ADDRESS", help="Who gets the mail of the event.")
@click.option(
    "--attribute",
    "attributes",
    metavar="NAME=VALUE",
    multiple=True,
    callback=_attributes,
    help="An attribute of the event's user, such as given_name=Alex; may be repeated.",
)
def command(
    *,
    text: str | None,
    pool_id: str,
    key_arns: tuple[str, ...],
    password: bool,
    trigger: Trigger | None,
    email: str | None,
    attributes: dict[str, str],
) -> None:
    """Encrypt TEXT as Cognito encrypts a code, and print what the event carries in request.code.

    Without TEXT, or with -, it is asked for or read from standard input: what stands on a command line
    is seen by other users of the machine.

    The key is found by AWS's usual variables; AWS_ENDPOINT_URL leads to a local one.
    """
    if trigger is Trigger.ACCOUNT_TAKE_OVER_NOTIFICATION:
        if text is not None:
            raise click.UsageError("A take-over notice carries no code: leave TEXT out.")
        code = None
    else:
        escape = password or trigger is Trigger.ADMIN_CREATE_USER
        code = _encrypt(_secret(text), pool_id, key_arns[0], escape=escape)
    if trigger is None:
        click.echo(code)
        return
    from cognito_mailroom.testing.cognito import event

    if email is not None:
        attributes["email"] = email
    region = pool_id.partition("_")[0]
    whole = event(trigger, code=code, attributes=attributes, userPoolId=pool_id, region=region)
    click.echo(json.dumps(whole, indent=2))


def _secret(text: str | None) -> str:
    if text is None and sys.stdin.isatty():
        text = click.prompt("Code or password", hide_input=True)
    elif text is None or text == "-":
        text = _decoded(sys.stdin.buffer.read()).removesuffix("\n").removesuffix("\r")
    if not text:
        raise click.UsageError("There is no TEXT to encrypt.")
    if any("\ud800" <= each <= "\udfff" for each in text):  # how Python keeps what is not UTF-8
        raise click.UsageError("TEXT is not in UTF-8.")
    return text


def _decoded(content: bytes) -> str:
    """What a shell wrote; PowerShell begins with a byte order mark."""
    utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if utf_16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise click.UsageError("Standard input is neither UTF-8 nor UTF-16.") from None


def _encrypt(secret: str, pool_id: str, key_arn: str, *, escape: bool) -> str:
    import boto3
    from aws_encryption_sdk.exceptions import AWSEncryptionSDKClientError

    from cognito_mailroom.telemetry.third_party_logs import restrict_third_party_logs
    from cognito_mailroom.testing.cognito import encrypt

    restrict_third_party_logs()
    client = boto3.client("kms", region_name=key_arn.split(":")[3])
    try:
        return encrypt(secret, pool_id=pool_id, key_arn=key_arn, client=client, escape=escape)
    except AWSEncryptionSDKClientError as error:  # which hides what KMS said
        raise click.ClickException(f"KMS gives no data key: {error.__cause__ or error}") from None
