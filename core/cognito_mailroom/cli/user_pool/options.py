"""The options that ``attach`` and ``detach`` share."""

from __future__ import annotations

import re

import click


def _pool_id(_: click.Context, __: click.Parameter, text: str) -> str:
    if not re.fullmatch(r"(?a)[a-z]{2,8}(-[a-z0-9]{1,12}){2,4}_[0-9A-Za-z]+", text):
        raise click.BadParameter("want the id of a user pool, such as eu-west-1_AbCdEfGhI")
    return text


pool = click.option(
    "--pool", "pool_id", metavar="ID", required=True, callback=_pool_id, help="The id of the user pool."
)
sms_too = click.option(
    "--sms-too", is_flag=True, help="Let the key change for the custom SMS sender as well."
)
let_reset = click.option(
    "--let-reset",
    metavar="SETTING",
    multiple=True,
    help="Go on although boto3 does not know this setting of the pool and AWS may reset it; may be repeated.",
)
yes = click.option("--yes", is_flag=True, help="Do it; without this, only show what would be done.")
