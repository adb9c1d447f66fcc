"""What our own Cognito stand-in writes is what live user pools write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cognito_mailroom.testing import cognito


@pytest.mark.parametrize("secret", ["123456", "x" * 256])
def test_a_code_is_a_message_like_those_of_live_pools(
    encrypted: Callable[..., str], read_header: Callable[[str], Any], key_arn: str, secret: str
) -> None:
    code = encrypted(secret)

    assert code.startswith("AYADe")
    header = read_header(code)
    assert (header.version, header.type, header.suite) == (1, 0x80, 0x0378)
    assert header.context.keys() == {"userpool-id", "aws-crypto-public-key"}
    assert header.context["userpool-id"] == cognito.POOL_ID
    assert header.keys == [("aws-kms", key_arn)]
    assert (header.content_type, header.frame_length, header.frames) == (2, 4096, 1)
    assert header.iv_length == 12


@pytest.mark.parametrize("pool_id", [cognito.POOL_ID, None])
def test_an_emulators_code_is_a_committing_message(
    encrypted: Callable[..., str], read_header: Callable[[str], Any], pool_id: str | None
) -> None:
    code = encrypted("123456", pool_id=pool_id, committing=True)

    assert code.startswith("Ag")
    header = read_header(code)
    assert (header.version, header.suite) == (2, 0x0578)
    assert header.context.get("userpool-id") == pool_id
    assert (header.content_type, header.frame_length, header.frames) == (2, 4096, 1)


def test_passwords_are_escaped_as_cognito_does() -> None:
    assert cognito.escape_password("""<&copy>"'&lt;""") == "&lt;&amp;copy&gt;&quot;&#39;&amp;lt;"
