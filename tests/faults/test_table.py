"""The idempotency table beside each other party: no fault costs the mail, and hardly one doubles it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cognito_mailroom import Deadline

from tests.faults.ledger import Note
from tests.faults.parties import LOST_ANSWERS
from tests.faults.world import Outcome, World

TABLE_FAULTS = ("fine", "slow", "throttled", "refused", "unreachable", "reset", *LOST_ANSWERS)
OTHERS = ("slow", "throttled", "refused", "dead half way")
PAIRS: list[dict[str, str]] = [
    {},
    *({"kms": fault} for fault in OTHERS),
    *({"first": fault} for fault in OTHERS),
    *({"first": "refused", "second": fault} for fault in OTHERS),
    {"first": "rejected"},
]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: "-".join(f"{n}-{f}" for n, f in pair.items()) or "-")
@pytest.mark.parametrize("fault", TABLE_FAULTS)
def test_the_table_and_one_other(
    *, fault: str, pair: dict[str, str], table: str, event: Callable[[], dict[str, Any]], world: World,
    note: Note,
) -> None:  # fmt: skip
    asked, patience = event(), Deadline(20)
    seconds = 4.5 if fault in {"slow", "throttled", "late"} else 2.0  # their second tries come off it

    def replay() -> Outcome:
        return world.attempt(asked, MAILROOM_IDEMPOTENCY_TABLE=table)

    outcome = world.attempt(asked, seconds, dynamodb=fault, MAILROOM_IDEMPOTENCY_TABLE=table, **pair)
    assert outcome.seconds < seconds
    rejected = '"Rejected": 1' in outcome.told
    assert ("idempotency table failed" in outcome.told) is (
        fault not in {"fine", "dead half way", "500 when done"}
    )
    assert "Another invocation" not in str(outcome.error)
    if outcome.error:
        while (again := replay()).error and patience.remaining():
            assert "Another invocation" in str(again.error)
    assert world.mails + rejected >= 1
    if fault in {"fine", *LOST_ANSWERS} and not rejected:  # the table knows that it was sent
        before = world.mails
        assert '"Duplicate": 1' in replay().told
        assert world.mails == before
    row = note(
        "The idempotency table: table, other party",
        (fault, " ".join(f"{name}: {how}" for name, how in pair.items()) or "all fine"),
        mails=world.mails, rejected=int(rejected), raised=outcome.raised,
    )  # fmt: skip
    assert row.losses == 0
    if "dead half way" not in pair.values():
        assert row.doubles == 0
