from __future__ import annotations

from typing import Any

import pytest

POST = '        answer = self._client.post("/mails", body=body, headers=headers, deadline=deadline)\n'
BY_URLLIB3 = (
    "        answer = __import__('by_urllib3').post(self._settings.base_url, body, headers, deadline)\n"
)
ANEW = "        self._client = HttpClient(self._settings.base_url)\n"
PATIENT = f"        try:\n    {POST}        except Unavailable:\n    {POST}"


@pytest.mark.parametrize(
    ("changes", "run", "told"),
    [
        pytest.param(
            {POST: ANEW + POST},
            "one_connection",
            "100 mails opened 100 connections; keep one open.",
            id="opens a connection for each mail",
        ),
        pytest.param(
            {POST: BY_URLLIB3},
            "dead_connection and reset_on_use",
            "A kept connection that is reset as the next request arrives must be replaced, "
            "but mailroom_deliver raised Unavailable *",
            id="gives up with a dead connection",
        ),
        pytest.param(
            {POST: f"{POST}        if len(seen) == 1:\n    {POST}        seen.append(1)\n",
             "def payload(": "seen = []\n\n\ndef payload("},
            "dead_connection and closed_on_use",
            "After a kept connection that is closed as the next request arrives, the mail arrived 2 times.",
            id="sends again what has arrived",
        ),
    ],
)  # fmt: skip
def test_a_broken_promise_is_named(
    changes: dict[str, str], run: str, told: str, assert_contract_fails: Any
) -> None:
    assert_contract_fails(changes, run, told)
