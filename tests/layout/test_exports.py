"""The names that plugin authors import are all there, and sorted."""

from __future__ import annotations

import inspect

import cognito_mailroom
import pytest
from cognito_mailroom import errors
from cognito_mailroom.plugins import hookspecs


def test_all_names_are_there_and_sorted() -> None:
    assert sorted(cognito_mailroom.__all__) == cognito_mailroom.__all__
    for name in cognito_mailroom.__all__:
        assert getattr(cognito_mailroom, name)


def test_nothing_else_is_public() -> None:
    public = {name for name, value in vars(cognito_mailroom).items() if not inspect.ismodule(value)}
    assert {name for name in public if not name.startswith("_")} == set(cognito_mailroom.__all__)


@pytest.mark.parametrize("error", [value for value in vars(errors).values() if isinstance(value, type)])
def test_every_error_is_exported_and_is_one_of_ours(error: type[Exception]) -> None:
    assert getattr(cognito_mailroom, error.__name__) is error
    assert issubclass(error, cognito_mailroom.MailroomError)


def test_rate_limited_tells_how_long_to_wait_where_the_provider_said() -> None:
    assert cognito_mailroom.RateLimited("Slower.").retry_after is None
    assert cognito_mailroom.RateLimited("Slower.", 2.5).retry_after == 2.5
    assert str(cognito_mailroom.RateLimited("Slower.", retry_after=2.5)) == "Slower."


def test_every_hook_bears_the_prefix_and_says_what_it_is_for() -> None:
    hooks = {
        name: value for name, value in vars(hookspecs).items() if hasattr(value, "cognito_mailroom_spec")
    }
    assert set(hooks) == {
        "mailroom_recipient", "mailroom_veto", "mailroom_template_context", "mailroom_render",
        "mailroom_deliver", "mailroom_delivered", "mailroom_failed",
    }  # fmt: skip
    assert all(hook.__doc__ for hook in hooks.values())
