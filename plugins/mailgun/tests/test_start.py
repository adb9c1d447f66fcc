"""What the SDK brings along for its asynchronous client does not slow a function down."""

from __future__ import annotations

import subprocess
import sys

import pytest

ASYNCHRONOUS = {"asyncio", "httpx2"}
FIRST = "import sys, cognito_mailroom_mailgun; "


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        (f"print({ASYNCHRONOUS} & set(sys.modules))", "set()"),
        ("import mailgun.client, httpx2; print(mailgun.client.httpx2.Limits is httpx2.Limits)", "True"),
        ("import mailgun; print(mailgun.AsyncClient(auth=('api', 'key')).messages is not None)", "True"),
    ],
    ids=["it is not loaded", "who asks gets it", "the SDK can use it"],
)
def test_the_asynchronous_half_of_the_sdk_waits_until_somebody_asks(code: str, printed: str) -> None:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", FIRST + code], check=True, text=True, stdout=subprocess.PIPE
    )
    assert done.stdout.strip() == printed
