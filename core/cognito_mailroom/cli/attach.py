"""``cognito-mailroom attach``: the function becomes a user pool's custom e-mail sender."""

from __future__ import annotations

import click

from cognito_mailroom.cli.user_pool import options

from .key_arn import key_arns


def _one_key(context: click.Context, parameter: click.Parameter, text: str) -> str:
    arn, *others = key_arns(context, parameter, text)
    if others:
        raise click.BadParameter("want one key: a pool encrypts under no more")
    return arn


@click.command("attach")
@options.pool
@click.option(
    "--function",
    "name",
    metavar="NAME",
    required=True,
    help="The function: name or ARN, with an alias if you like.",
)
@click.option(
    "--key",
    "key_arn",
    metavar="ARN",
    required=True,
    callback=_one_key,
    help="The ARN of the key to encrypt with.",
)
@options.sms_too
@options.let_reset
@options.yes
def command(
    *, pool_id: str, name: str, key_arn: str, sms_too: bool, let_reset: tuple[str, ...], yes: bool
) -> None:
    """Make a function the custom e-mail sender of a user pool.

    Shows what that changes, and what the key still lacks; with --yes, does it. Every other setting of the
    pool is sent back as it is, since AWS resets what is left out. Cognito is permitted to invoke the
    function for this pool alone. What was the sender before is kept in tags of the function, for `detach`.
    """
    from cognito_mailroom.cli.user_pool import difference, lambda_config
    from cognito_mailroom.cli.user_pool.function import Function
    from cognito_mailroom.cli.user_pool.key import Key
    from cognito_mailroom.cli.user_pool.permission import Permission
    from cognito_mailroom.cli.user_pool.pool import Pool
    from cognito_mailroom.cli.user_pool.saved_state import SavedState

    pool = Pool(pool_id, let_reset)
    key, function = Key(key_arn, pool), Function(name, pool)
    role = function.role
    was, will = pool.lambda_config, lambda_config.attached(pool.lambda_config, function.arn, key.arn)
    lambda_config.refuse_other_key_for_sms(was, will, allowed=sms_too)
    permission, saved_state = Permission(function, pool), SavedState(function, pool)
    given, kept = permission.is_given(), saved_state.read()
    sender = lambda_config.sender(was) or ""
    # Attached as another alias of this function: what is kept is what was there before that.
    former = Permission(Function(sender, pool), pool) if function.otherwise_named(sender) else None
    realiased = former is not None and former.is_ours()
    dismiss = realiased and sender not in lambda_config.functions(will)
    attached = sender == function.arn or realiased
    before = lambda_config.detached(was, kept) if attached else was
    keep = lambda_config.worth_keeping(before, will)
    lines = [*difference.of_configs(was, will), *difference.of_configs(kept, keep, "kept")]
    if not given:
        lines.append(("+", "permission", str(permission)))
    if dismiss:
        lines.append(("-", "permission", str(former)))

    difference.show(pool, lines)
    for gap in (*(key.lacks_for_caller(role) if was != will else ()), *key.lacks_for_function(function)):
        click.secho(f"! {gap}", fg="yellow", err=True)
    if difference.is_to_be_made(lines, yes=yes):
        # Not the pool first: Cognito would call what it may not invoke, and detach could not look back.
        if not given:
            permission.give()
        if keep != kept:
            saved_state.write(keep)
        if was != will:
            pool.update(will)
        try:
            if former and dismiss:
                former.take_back()
        finally:  # whatever fails of that, what became of the pool is worth more
            pool.check()
        click.echo("Attached.")
