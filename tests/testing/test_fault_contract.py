from __future__ import annotations

from typing import Any

import pytest

REFUSED = "        if answer.status != 200:\n"
POST = '        answer = self._client.post("/mails", body=body, headers=headers, deadline=deadline)\n'
BY_URLLIB3 = (
    "        answer = __import__('by_urllib3').post(self._settings.base_url, body, headers, deadline)\n"
)
LIMITED = 'refusal("Acme", answer.status, words, answer.headers)'
WORDS = 'words = cleaned(str(answer.json()["error"]), self._settings.api_key)'
NO_ID = 'raise Unavailable("Acme answered 200 without an id.") from None'
LOST = "but mailroom_deliver returned a Receipt: the mail would be lost."


@pytest.mark.parametrize(
    ("changes", "run", "told"),
    [
        pytest.param(
            {REFUSED: "        if answer.status == 500:\n            return Receipt()\n" + REFUSED},
            "test_fault and server_error",
            f"a 500 must raise Unavailable, {LOST}",
            id="swallows a 500",
        ),
        pytest.param(
            {LIMITED: LIMITED.replace("answer.status", "max(answer.status, 500)")},
            "test_fault and rate_limited",
            "a 429 must raise RateLimited, but mailroom_deliver raised Unavailable *: "
            "only a RateLimited says how long to wait.",
            id="takes a 429 for a 500",
        ),
        pytest.param(
            {"answer.status == 422": "answer.status in (401, 422)"},
            "test_fault and unauthorized",
            "a 401 must raise ConfigurationError, but mailroom_deliver raised Rejected *: "
            "only a ConfigurationError says that an operator must act.",
            id="takes a bad key for a bad recipient",
        ),
        pytest.param(
            {"answer.status == 422": "answer.status == 0"},
            "test_fault and bad_recipient",
            "a recipient that the provider refuses must raise Rejected, but mailroom_deliver raised "
            "ConfigurationError *: only a Rejected says that no retry can mend it.",
            id="takes a bad recipient for an operator's mistake",
        ),
        pytest.param(
            {"words, answer.headers)": "words, {})"},
            "test_fault and rate_limited_seconds",
            "a 429 with a Retry-After in seconds must set retry_after to the wait it names: "
            "30 seconds, not None.",
            id="drops Retry-After",
        ),
        pytest.param(
            {"words, answer.headers)": 'words, {"Retry-After": "60"})'},
            "test_fault and rate_limited",
            "a 429 must set retry_after to the wait it names: None, not 60 seconds.",
            id="makes up a wait",
        ),
        pytest.param(
            {NO_ID: "return Receipt()"},
            "test_fault and invalid_json",
            f"a success with invalid JSON must raise Unavailable, {LOST}",
            id="takes any 200 for a success",
        ),
        pytest.param(
            {NO_ID: "raise"},
            "test_fault and empty_body",
            "a success with an empty body must raise Unavailable, but mailroom_deliver let a "
            "JSONDecodeError escape: only an Unavailable says that a later try may succeed.",
            id="lets an exception escape",
        ),
        pytest.param(
            {"deadline=deadline)": "deadline=Deadline(60))"},
            "test_fault and stall and not kept",
            "a server that stalls before its answer must be given up at the deadline, 0.5 s from now, "
            "but mailroom_deliver took *.? s.",
            id="ignores the deadline",
        ),
        pytest.param(
            {POST: BY_URLLIB3},
            "test_fault and dripping_body and not kept",
            "a server that drips its body must be given up at the deadline, 0.5 s from now, "
            "but mailroom_deliver took *.? s.",
            id="bounds each read only",
        ),
        pytest.param(
            {POST: BY_URLLIB3},
            "test_fault and endless_body and not kept",
            "a body without an end must be given up at once, but mailroom_deliver took *.? s.",
            id="reads whatever comes",
        ),
        pytest.param(
            {"deadline=deadline)": "deadline=Deadline(60))"},
            "no_time_left",
            "A deadline that is over must raise Unavailable, but mailroom_deliver returned a Receipt.",
            id="begins without time",
        ),
        pytest.param(
            {POST: f"        try:\n    {POST}        except Unavailable:\n    {POST}"},
            "test_fault and reset_after_request",
            "a reset after the request was read was tried 2 times: "
            "a plugin tries once, and the mailroom decides on more.",
            id="tries again",
        ),
        pytest.param(
            {REFUSED: "        if answer.status == 500:\n    " + POST + REFUSED},
            "kept_connection and server_error",
            "a 500 was tried 2 times: a plugin tries once, and the mailroom decides on more.",
            id="tries a 500 again",
        ),
        pytest.param(
            {REFUSED: REFUSED + "            self._client = None\n"},
            "test_fault and server_error and not kept",
            "After a 500 the next mail must be delivered, but mailroom_deliver let a AttributeError escape.",
            id="never recovers",
        ),
        pytest.param(
            {WORDS: 'words = ""'},
            "test_fault and forbidden",
            "a 403 must show the provider's own words, but the error is: Acme answered 403.",
            id="keeps the provider's words to itself",
        ),
        pytest.param(
            {LIMITED: LIMITED.replace("words", "answer.body.decode()")},
            "test_fault and bad_gateway",
            "An error must be one sentence on one line, for an operator to read in a log.",
            id="raises a whole page",
        ),
    ],
)
def test_a_broken_promise_is_named(
    changes: dict[str, str], run: str, told: str, assert_contract_fails: Any
) -> None:
    assert_contract_fails(changes, run, told)


def test_what_has_no_meaning_at_a_provider_is_skipped_with_its_reason(run_contract: Any) -> None:
    exempt = 'exempt = {__import__("cognito_mailroom.testing").testing.Fault.TOO_LARGE: "any size will do"}'
    result = run_contract(run="too_large", harness=exempt)
    result.assert_outcomes(skipped=2)
    result.stdout.fnmatch_lines(["SKIPPED *: acme: any size will do"])


def test_what_counts_as_a_success_must_be_one(run_contract: Any) -> None:
    succeeds = (
        'succeeds = {__import__("cognito_mailroom.testing").testing.Fault.EMPTY_BODY: "no body is due"}'
    )
    told = (
        "a success with an empty body must count as a success here, but mailroom_deliver raised Unavailable *"
    )
    run_contract(run="empty_body", harness=succeeds).stdout.fnmatch_lines([told])
