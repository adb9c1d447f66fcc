"""What our own Cognito stand-in writes is what live user pools write."""

from __future__ import annotations

import pytest

from cognito_mailroom.testing import cognito

POOL = "eu-west-1_AbCdEfGhI"


@pytest.mark.parametrize("secret", ["123456", "x" * 256])
def test_a_code_is_a_message_like_those_of_live_pools(aws, key_arn, read_header, secret):
    code = cognito.encrypt(secret, pool_id=POOL, key_arn=key_arn, client=aws.client("kms"))

    assert code.startswith("AYADe")
    header = read_header(code)
    assert (header.version, header.type, header.suite) == (1, 0x80, 0x0378)
    assert header.context.keys() == {"userpool-id", "aws-crypto-public-key"}
    assert header.context["userpool-id"] == POOL
    assert header.keys == [("aws-kms", key_arn)]
    assert (header.content_type, header.frame_length, header.frames) == (2, 4096, 1)
    assert header.iv_length == 12


@pytest.mark.parametrize("pool", [POOL, None])
def test_an_emulators_code_is_a_committing_message(aws, key_arn, read_header, pool):
    code = cognito.encrypt("123456", pool_id=pool, key_arn=key_arn, client=aws.client("kms"), committing=True)

    assert code.startswith("Ag")
    header = read_header(code)
    assert (header.version, header.suite) == (2, 0x0578)
    assert header.context.get("userpool-id") == pool
    assert (header.content_type, header.frame_length, header.frames) == (2, 4096, 1)


def test_passwords_are_escaped_the_way_the_function_undoes_it():
    assert cognito.escape_password("""<&copy>"'&lt;""") == "&lt;&amp;copy&gt;&quot;&#39;&amp;lt;"
