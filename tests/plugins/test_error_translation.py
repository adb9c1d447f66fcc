"""An exception that nobody meant to raise becomes an error that says where it came from, and nothing else."""

from __future__ import annotations

import pytest
from cognito_mailroom import ConfigurationError, MailroomError, Rejected, Unavailable
from cognito_mailroom.plugins.error_translation import describe, translating_errors


@pytest.mark.parametrize("kind", [ConfigurationError, Unavailable])
def test_the_place_and_the_kind_are_told_and_the_text_is_not(kind: type[MailroomError]) -> None:
    with pytest.raises(kind) as blamed, translating_errors("The plugin 'owl'", kind):
        raise RuntimeError("482910")
    assert str(blamed.value).startswith(f"The plugin 'owl' failed with RuntimeError at {__file__}:")
    assert "482910" not in str(blamed.value)
    assert blamed.value.__cause__ is None
    assert blamed.value.__suppress_context__


def test_an_error_that_was_meant_passes() -> None:
    with pytest.raises(Rejected, match="Refused"), translating_errors("The plugin 'owl'"):
        raise Rejected("Refused.")


def test_an_error_that_was_never_raised_has_no_place() -> None:
    assert describe(ValueError("482910")) == "ValueError"
