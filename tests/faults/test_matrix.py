"""KMS and two providers, each fine or broken in every way: the mail arrives, or the event comes back."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from tests.faults.ledger import Note
from tests.faults.parties import FAULTS, PROVIDER_FAULTS
from tests.faults.world import SECONDS, World

COMBINATIONS = list(
    dict.fromkeys(
        [
            *product(FAULTS, FAULTS, FAULTS),
            *product(["fine"], PROVIDER_FAULTS, PROVIDER_FAULTS),
            ("unreachable", "fine", "fine"),
        ]
    )
)
# By the table of outcomes: what is raised where this party has the last word.
ERRORS = {"fine": "", "rejected": "", "throttled": "RateLimited", "refused": "CredentialsRefused"}


def expected(kms: str, first: str, second: str) -> tuple[int, int, str]:
    """How many mails each provider takes, and what is raised."""
    if kms != "fine":
        return 0, 0, "ConfigurationError" if kms == "refused" else "Unavailable"
    mails = [int(each in {"fine", "dead half way"}) for each in (first, second)]
    if first in {"fine", "rejected"}:
        return mails[0], 0, ""
    return mails[0], mails[1], ERRORS.get(second, "Unavailable")


@pytest.mark.parametrize(("kms", "first", "second"), COMBINATIONS, ids=map("-".join, COMBINATIONS))
def test_the_table_of_outcomes(
    *, kms: str, first: str, second: str, event: Callable[[], dict[str, Any]], world: World, note: Note
) -> None:
    asked = event()
    outcome = world.attempt(asked, kms=kms, first=first, second=second)
    assert (len(world.first), len(world.second), outcome.raised) == expected(kms, first, second)
    assert outcome.seconds < SECONDS  # or Lambda would have ended it
    if outcome.error:
        assert not world.attempt(asked).error  # as Lambda, or the dead-letter queue, has it again
    rejected = '"Rejected": 1' in outcome.told
    assert rejected == (kms == "fine" and (first == "rejected" or (second == "rejected" and first != "fine")))
    row = note(
        "Every combination: KMS, first provider, second provider",
        (kms, first, second), mails=world.mails, rejected=int(rejected), raised=outcome.raised,
    )  # fmt: skip
    assert row.losses == 0
    if "dead half way" not in {first, second}:  # which nobody can tell from one that took nothing
        assert row.doubles == 0
