"""Processes that die at each step of the way, and processes that are at one event at the same time."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
from attrs import evolve
from cognito_mailroom import Deadline
from cognito_mailroom.testing.stand_in import ReceivedMail

from tests.faults.ledger import Note
from tests.faults.parties import postmark, smtp
from tests.faults.processes import Child
from tests.faults.world import Outcome, World

# Kills its own process at the step that DIE_AT names.
REAPER = """
import logging, os, signal
from cognito_mailroom import hookimpl

def at(step):
    if os.environ["DIE_AT"] == step:
        os.kill(os.getpid(), signal.SIGKILL)

class Log(logging.Handler):
    def emit(self, record):
        if "not a documented trigger" in record.getMessage():
            at("parsed")
        if "delivered" in record.getMessage():
            at("recorded")

logging.getLogger("cognito_mailroom").addHandler(Log())

class Reaper:
    @hookimpl(tryfirst=True)
    def mailroom_recipient(self): at("decrypted")
    @hookimpl(tryfirst=True)
    def mailroom_veto(self): at("addressed")
    @hookimpl(tryfirst=True)
    def mailroom_template_context(self): at("passed")
    @hookimpl(wrapper=True)
    def mailroom_render(self):
        message = yield
        at("rendered")
        return message
    @hookimpl(wrapper=True)
    def mailroom_deliver(self):
        at("about to deliver")
        receipt = yield
        at("accepted")
        return receipt
    @hookimpl
    def mailroom_delivered(self): at("observed")
"""
STEPS = ("parsed", "decrypted", "addressed", "passed", "rendered", "about to deliver", "accepted", "observed",
         "recorded")  # fmt: skip
THE_WINDOW = {"accepted", "observed"}


@pytest.mark.parametrize("with_table", [False, True], ids=["without a table", "with the table"])
@pytest.mark.parametrize("step", STEPS)
def test_who_dies_at_a_step_is_replayed(
    *, step: str, with_table: bool, install: Callable[..., None], table: str,
    event: Callable[[], dict[str, Any]], world: World, note: Note,
) -> None:  # fmt: skip
    install("reaper", REAPER, extensions={"reaper": "Reaper"})
    asked = event() | {"triggerSource": "CustomEmailSender_Unheard"}
    used = {"MAILROOM_IDEMPOTENCY_TABLE": table} if with_table else {}

    def die(event: Any, seconds: float, settings: dict[str, str], *, entry: str) -> Outcome:
        assert entry == "lambda_handler"
        child = Child(settings, sys.path[0], seconds=seconds)
        child.give(event)
        code, told = child.end()
        assert code == -signal.SIGKILL, told
        return Outcome()

    evolve(world, invoke=die).attempt(asked, MAILROOM_EXTENSIONS="reaper", DIE_AT=step, **used)
    died_with = world.mails
    assert died_with == int(step in {*THE_WINDOW, "recorded"})
    patience, replays = Deadline(20), 1
    while (again := world.attempt(asked, **used)).error and patience.remaining():
        assert "Another invocation" in str(again.error)  # until the record of the dead one expires
        replays += 1
    assert not again.error
    assert (replays > 1) is (with_table and step not in {"parsed", "recorded"})
    doubled = step in THE_WINDOW or (step == "recorded" and not with_table)
    row = note(
        "Killed: step, table", (step, "in use" if with_table else "none"), mails=world.mails, raised="SIGKILL"
    )
    assert (row.losses, row.doubles) == (0, int(doubled))


@pytest.mark.parametrize("turn", range(3))
def test_processes_at_one_event_send_one_mail(
    *, turn: int, required: dict[str, str], table: str, event: Callable[[], dict[str, Any]], note: Note
) -> None:
    inbox: list[ReceivedMail] = []
    with ExitStack() as parties:
        settings = {
            **required,
            **parties.enter_context(postmark("fine", inbox)),
            **parties.enter_context(smtp("fine", inbox)),
            "MAILROOM_IDEMPOTENCY_TABLE": table,
        }
        children = [Child(settings, seconds=10) for _ in range(2)]
        asked = event()
        for child in children:
            child.give(asked)
        told = [child.end()[1] for child in children]
    outcomes = sorted(
        next(word for word in ('"Delivered": 1', '"Duplicate": 1', "Another invocation") if word in each)
        for each in told
    )
    assert outcomes[0] == '"Delivered": 1'
    assert outcomes[1] != '"Delivered": 1'
    row = note(
        "Two processes at once: turn", (str(turn + 1),), mails=len(inbox), raised=outcomes[1].strip('"')
    )
    assert (row.losses, row.doubles) == (0, 0)
