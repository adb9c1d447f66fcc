"""``cognito-mailroom detach``: the way back from ``attach``."""

from __future__ import annotations

import click

from cognito_mailroom.cli.user_pool import options


@click.command("detach")
@options.pool
@click.option(
    "--function",
    "name",
    metavar="NAME",
    help="The sender to take off; needed where it was not `attach` that set it, or where it is gone already.",
)
@options.sms_too
@options.let_reset
@options.yes
def command(*, pool_id: str, name: str | None, sms_too: bool, let_reset: tuple[str, ...], yes: bool) -> None:
    """Take the custom e-mail sender off a user pool, and put back the one that `attach` replaced.

    Shows what that changes; with --yes, does it. Where there was no sender before, Cognito sends its
    mails itself again. The key stays while a custom SMS sender needs it. Every other setting of the pool
    is sent back as it is.
    """
    from cognito_mailroom.cli.user_pool import difference, lambda_config
    from cognito_mailroom.cli.user_pool.function import Function
    from cognito_mailroom.cli.user_pool.permission import Permission
    from cognito_mailroom.cli.user_pool.pool import Pool
    from cognito_mailroom.cli.user_pool.saved_state import SavedState

    pool = Pool(pool_id, let_reset)
    was = pool.lambda_config
    sender = lambda_config.sender(was)
    if not (name or sender):
        click.echo(f"User pool {pool.id} has no custom e-mail sender: nothing to do.")
        return
    function = Function(name or str(sender), pool)
    if sender not in {None, function.arn}:
        raise click.UsageError(f"The pool's custom e-mail sender is another function, {sender}.")
    permission, saved_state = Permission(function, pool), SavedState(function, pool)
    if not (name or permission.is_ours()):
        raise click.UsageError(
            f"The pool's custom e-mail sender, {sender}, is not known to be attached by this command: name "
            "it with --function to take it off all the same."
        )
    kept = saved_state.read()
    will = lambda_config.detached(was, kept) if sender else was
    lambda_config.refuse_other_key_for_sms(was, will, allowed=sms_too)
    dismiss = permission.is_ours() and function.arn not in lambda_config.functions(will)
    lines = [*difference.of_configs(was, will), *difference.of_configs(kept, {}, "kept")]
    if dismiss:
        lines.append(("-", "permission", str(permission)))

    difference.show(pool, lines)
    if difference.is_to_be_made(lines, yes=yes):
        # The pool first: until then Cognito calls the function.
        if was != will:
            pool.update(will)
        try:
            if kept:
                saved_state.write({})
            if dismiss:
                permission.take_back()
        finally:  # whatever fails of these, what became of the pool is worth more
            pool.check()
        click.echo("Detached.")
