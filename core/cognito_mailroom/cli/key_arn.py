"""The ``--key`` option, checked by the rule of MAILROOM_KMS_KEY_ARN."""

from __future__ import annotations

import click


def key_arns(_: click.Context, __: click.Parameter, text: str) -> tuple[str, ...]:
    """The ARNs in an option's value; raises BadParameter in the words that the setting has for it."""
    from cognito_mailroom.settings.core import Settings
    from cognito_mailroom.settings.reading import variables

    convert = next(known.convert for known in variables(Settings) if known.name == "MAILROOM_KMS_KEY_ARN")
    try:
        arns: tuple[str, ...] = convert(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    return arns
