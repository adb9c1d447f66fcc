from __future__ import annotations

import environ
import pytest
from cognito_mailroom import Address, Trigger
from cognito_mailroom.settings import Problems, read
from cognito_mailroom.testing import a_notification
from cognito_mailroom_blocklist import Blocklist


def veto(domains: str, recipient: str, trigger: Trigger = Trigger.SIGN_UP) -> str | None:
    blocklist = Blocklist(environ.to_config(Blocklist.Settings, {"BLOCKLIST_DOMAINS": domains}))
    return blocklist.mailroom_veto(a_notification(trigger=trigger, recipient=Address(recipient)))


@pytest.mark.parametrize(
    ("domains", "recipient"),
    [
        ("spam.example", "eve@spam.example"),
        ("acme.example, spam.example", "eve@spam.example"),
        ("Spam.Example", "eve@SPAM.example"),
        ("spam.example", "eve@mail.spam.example"),
        ("bücher.example", "eve@bücher.example"),
        ("bücher.example", "eve@xn--bcher-kva.example"),
        ("example", "eve@spam.example"),
    ],
)
def test_a_listed_domain_is_vetoed(domains: str, recipient: str) -> None:
    reason = veto(domains, recipient)

    assert reason == "BLOCKLIST_DOMAINS names the recipient's domain"


@pytest.mark.parametrize(
    "recipient", ["alex@acme.example", "alex@notspam.example", "spam.example@acme.example", "alex@example"]
)
def test_all_others_pass(recipient: str) -> None:
    assert veto("spam.example", recipient) is None


@pytest.mark.parametrize("trigger", Trigger)
def test_who_has_an_account_gets_every_other_mail(trigger: Trigger) -> None:
    vetoed = veto("spam.example", "eve@spam.example", trigger) is not None

    assert vetoed == (trigger in {Trigger.SIGN_UP, Trigger.RESEND_CODE})


@pytest.mark.parametrize(
    ("domains", "fault"),
    [
        ("", "BLOCKLIST_DOMAINS is missing"),
        ("spam.example,", "BLOCKLIST_DOMAINS is malformed: want domains"),
        ("eve@spam.example", "BLOCKLIST_DOMAINS is malformed: want domains"),
        ("*.spam.example", "BLOCKLIST_DOMAINS is malformed: want domains"),
    ],
)
def test_what_is_no_list_of_domains_is_said_at_start(domains: str, fault: str) -> None:
    faults = Problems()

    assert read(Blocklist.Settings, {"BLOCKLIST_DOMAINS": domains}, faults) is None
    assert str(faults.error()).startswith(fault)
