"""A provider that keeps the contract passes; each that breaks a promise fails, and is told which."""

from __future__ import annotations

from typing import Any

import pytest

JUDGED = "        answer = self._client.post("
REFUSED = "        if answer.status != 200:\n"
POST = '        answer = self._client.post("/mails", body=body, headers=headers, deadline=deadline)\n'
LIMITED = '        return refusal("Acme", answer.status, words, answer.headers)\n'
WORDS = 'words = cleaned(str(answer.json()["error"]), self._settings.api_key)'
NO_ID = 'raise Unavailable("Acme answered 200 without an id.") from None'
CLIENT = "        self._client = HttpClient(settings.base_url)\n"

BREACHES: dict[str, tuple[list[tuple[str, str]], str, str]] = {
    # what the plugin does: how, the test that finds it, what it is told
    "swallows a 500": (
        [(REFUSED, "        if answer.status == 500:\n            return Receipt()\n" + REFUSED)],
        "test_fault and server_error",
        "a 500 must raise Unavailable, but mailroom_deliver returned a Receipt: the mail would be lost.",
    ),
    "takes a 429 for a 500": (
        [(LIMITED, LIMITED.replace("answer.status", "max(answer.status, 500)"))],
        "test_fault and rate_limited",
        "a 429 must raise RateLimited, but mailroom_deliver raised Unavailable *: "
        "only a RateLimited says how long to wait.",
    ),
    "takes a 401 for the recipient's fault": (
        [("answer.status == 422", "answer.status in (401, 422)")],
        "test_fault and unauthorized",
        "a 401 must raise ConfigurationError, but mailroom_deliver raised Rejected *: "
        "only a ConfigurationError says that an operator must act.",
    ),
    "takes a refused recipient for a mistake of the operator's": (
        [("answer.status == 422", "answer.status == 0")],
        "test_fault and bad_recipient",
        "a recipient that the provider refuses must raise Rejected, but mailroom_deliver raised "
        "ConfigurationError *: only a Rejected says that no retry can mend it.",
    ),
    "drops Retry-After": (
        [("words, answer.headers)", "words, {})")],
        "test_fault and rate_limited_seconds",
        "a 429 with a Retry-After in seconds must set retry_after to the wait it names: "
        "30 seconds, not None.",
    ),
    "makes up a wait": (
        [("words, answer.headers)", 'words, {"Retry-After": "60"})')],
        "test_fault and rate_limited",
        "a 429 must set retry_after to the wait it names: None, not 60 seconds.",
    ),
    "takes any 200 for a success": (
        [(NO_ID, "return Receipt()")],
        "test_fault and invalid_json",
        "a success with invalid JSON must raise Unavailable, but mailroom_deliver returned a Receipt: "
        "the mail would be lost.",
    ),
    "lets an exception escape": (
        [("except (ValueError, KeyError):\n            raise", "except KeyError:\n            raise")],
        "test_fault and invalid_json",
        "a success with invalid JSON must raise Unavailable, but mailroom_deliver let a JSONDecodeError escape: "
        "only an Unavailable says that a later try may succeed.",
    ),
    "returns nothing": (
        [('return Receipt(message_id=answer.json()["id"])', 'answer.json()["id"]')],
        "test_plain_mail",
        "A mail must be delivered, but mailroom_deliver returned None.",
    ),
    "ignores the deadline": (
        [("deadline=deadline)", "deadline=Deadline(60))")],
        "test_fault and stall and not kept",
        "a server that stalls before its answer must be given up at the deadline, 0.5 s from now, "
        "but mailroom_deliver took * s.",
    ),
    "bounds each read only": (
        [(POST, "        answer = post(self._settings.base_url, body, headers, timeout=deadline.remaining())\n"),
         ("def payload(", "from by_urllib3 import post\n\n\ndef payload(")],
        "test_fault and dripping_body and not kept",
        "a server that drips its body must be given up at the deadline, 0.5 s from now, "
        "but mailroom_deliver took * s.",
    ),
    "reads whatever comes": (
        [(POST, "        answer = post(self._settings.base_url, body, headers, timeout=deadline.remaining())\n"),
         ("def payload(", "from by_urllib3 import post\n\n\ndef payload(")],
        "test_fault and endless_body and not kept",
        "a body without an end must be given up at once, but mailroom_deliver took * s.",
    ),
    "begins without time": (
        [("deadline=deadline)", "deadline=Deadline(60))")],
        "test_no_time_left",
        "A deadline that is over must raise Unavailable, but mailroom_deliver returned a Receipt.",
    ),
    "opens a connection for each mail": (
        [(JUDGED, "        self._client = HttpClient(self._settings.base_url)\n" + JUDGED)],
        "test_one_connection",
        "100 mails opened 100 connections; keep one open.",
    ),
    "tries again": (
        [(POST, f"        try:\n    {POST}        except Unavailable:\n    {POST}")],
        "test_fault and reset_after_request",
        "a reset after the request was read was tried 2 times: "
        "a plugin tries once, and the mailroom decides on more.",
    ),
    "tries a 500 again": (
        [(REFUSED, "        if answer.status == 500:\n    " + POST + REFUSED)],
        "test_fault_on_kept_connection and server_error",
        "a 500 was tried 2 times: a plugin tries once, and the mailroom decides on more.",
    ),
    "sends twice": (
        [(POST, POST + POST)],
        "test_plain_mail",
        "One mail was sent, and 2 arrived.",
    ),
    "gives up a dead connection": (
        [(POST, "        answer = post(self._settings.base_url, body, headers, timeout=deadline.remaining())\n"),
         ("def payload(", "from by_urllib3 import post\n\n\ndef payload(")],
        "test_dead_connection and reset_on_use",
        "A kept connection that is reset as the next request arrives must be replaced, "
        "but mailroom_deliver raised Unavailable *",
    ),
    "never recovers": (
        [(REFUSED, REFUSED + "            self._client = None\n")],
        "test_fault and server_error and not kept",
        "After a 500 the next mail must be delivered, but mailroom_deliver let a AttributeError escape.",
    ),
    "logs its key": (
        [(POST, '        __import__("logging").getLogger("acme").debug("Headers: %s", headers)\n' + POST)],
        "test_plain_mail",
        "the value of ACME_API_KEY is in the log of acme, at DEBUG.",
    ),
    "logs its key in base64": (
        [(POST, '        basic = __import__("base64").b64encode(b"api:" + key.reveal().encode())\n'
                '        __import__("logging").getLogger("acme").debug("Basic %s", basic)\n' + POST)],
        "test_plain_mail",
        "the value of ACME_API_KEY is in the log of acme, at DEBUG.",
    ),
    "logs the mail": (
        [(POST, '        __import__("logging").getLogger("acme.wire").info(body)\n' + POST)],
        "test_plain_mail",
        "the recipient's address is in the log of acme.wire, at DEBUG.",
    ),
    "prints the code": (
        [(POST, "        print(message.text)\n" + POST)],
        "test_plain_mail",
        "the code is printed.",
    ),
    "names the recipient in its error": (
        [("refused the recipient: {words}", "refused {self._last}: {words}"),
         (JUDGED, "        self._last = message.recipient\n" + JUDGED)],
        "test_fault and bad_recipient",
        "the recipient's address is in the text of the error.",
    ),
    "repeats the provider's words as they are": (
        [(WORDS, 'words = str(answer.json()["error"])')],
        "test_fault and unauthorized",
        "the recipient's address is in the text of the error.",
    ),
    "leaves its key in the provider's words": (
        [(", self._settings.api_key)", ")")],
        "test_fault and unauthorized",
        "the value of ACME_API_KEY is in the text of the error.",
    ),
    "keeps the provider's words to itself": (
        [(WORDS, 'words = ""')],
        "test_fault and forbidden",
        "a 403 must show the provider's own words, but the error is: Acme answered 403.",
    ),
    "chains an exception that tells": (
        [(NO_ID, NO_ID.replace("from None", "from ValueError(str(message.recipient))"))],
        "test_fault and invalid_json",
        "the recipient's address is in the traceback of the error.",
    ),
    "hangs the request on the error": (
        [(NO_ID, "error = Unavailable('No id.')\n            error.request = body\n            raise error from None")],
        "test_fault and invalid_json",
        "the recipient's address is in the attributes of the error.",
    ),
    "raises a whole page": (
        [(LIMITED, LIMITED.replace("words,", "answer.body.decode(),"))],
        "test_fault and bad_gateway",
        "An error must be one sentence on one line, for an operator to read in a log.",
    ),
    "declares its key as a text": (
        [("environ.var(converter=Secret,", "environ.var("), ("key.reveal()", "key"), (", self._settings.api_key)", ")")],
        "test_secrets_are_declared",
        "ACME_API_KEY must have converter=Secret, or it shows with the other settings.",
    ),
    "shows its key": (
        [(CLIENT, CLIENT + "        self.headers = {'X-Key': settings.api_key.reveal()}\n")],
        "test_repr",
        "the value of ACME_API_KEY is in the repr of the provider's headers, where a crash report shows it.",
    ),
    "drops headers": (
        [('"headers": dict(message.headers)', '"headers": {}')],
        "test_plain_mail",
        "The header Auto-Submitted arrived as None, not as 'auto-generated'.",
    ),
    "drops a body": (
        [('"text": message.text', '"text": ""')],
        "test_plain_mail",
        "The plain body of the mail arrived changed: '' instead of 'Welcome *",
    ),
    "knows ASCII only": (
        [('"subject": message.subject', '"subject": message.subject.encode("ascii", "replace").decode()')],
        "test_beyond_ascii",
        "The header Subject arrived as 'Ihr Code f?r Acme: *, not as *",
    ),
    "shortens subjects": (
        [('"subject": message.subject', '"subject": message.subject[:78]')],
        "test_long_subject",
        "The header Subject arrived as *",
    ),
    "forgets the reply-to": (
        [("message.reply_to.formatted if message.reply_to else None", "message.sender.formatted")],
        "test_plain_mail",
        'The header Reply-To arrived as \'"Acme, Inc." *, not as \'"Acme Support" *',
    ),
    "forgets hosted templates": (
        [("return self._settings.template.complete(notification, draft)", "return None")],
        "test_hosted_template",
        "mailroom_render must name the template that ACME_TEMPLATE_SIGN_UP holds.",
    ),
    "leaves out variables": (
        [("dict(message.variables) if", '{"code": message.variables["code"]} if')],
        "test_hosted_template",
        "A hosted template must get every variable as it is; * is not.",
    ),
    "renders what is core's to render": (
        [("return self._settings.template.complete(notification, draft)", "return draft.evolve(text='Hi')")],
        "test_no_hosted_template",
        "mailroom_render must return None where no template is set for the trigger.",
    ),
    "misspells its hook": (
        [("def mailroom_deliver(", "def mailroom_delivr(")],
        "test_plain_mail",
        "The provider cannot be loaded: *mailroom_delivr*",
    ),
}  # fmt: skip

BY_URLLIB3 = """
from urllib3 import HTTPSConnectionPool, Timeout
from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

from cognito_mailroom import Unavailable
from cognito_mailroom.testing import tls
from cognito_mailroom.transport.http import Answer

pools = {}


def post(url, body, headers, timeout):
    pool = pools.get(url)
    if pool is None:
        parts = parse_url(url)
        pool = pools[url] = HTTPSConnectionPool(parts.host, parts.port, ca_certs=str(tls.ca_file()))
    try:
        got = pool.request("POST", "/mails", body=body, headers=headers, retries=False, timeout=Timeout(timeout))
    except HTTPError as error:
        raise Unavailable(type(error).__name__) from None
    return Answer(got.status, got.headers, got.data)
"""


def test_a_provider_that_keeps_every_promise_passes(judge: Any) -> None:
    outcomes = judge().parseoutcomes()
    assert outcomes.keys() == {"passed"}
    assert outcomes["passed"] > 50


@pytest.mark.parametrize(("changes", "run", "told"), BREACHES.values(), ids=BREACHES.keys())
def test_a_broken_promise_is_named(
    changes: list[tuple[str, str]], run: str, told: str, judge: Any, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(by_urllib3=BY_URLLIB3)
    result = judge(*changes, run=run)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines([told.replace("[", "[[]")])


def test_what_has_no_meaning_at_a_provider_is_skipped_with_its_reason(judge: Any) -> None:
    exempt = '    exempt = {__import__("cognito_mailroom").testing.contract.Fault.TOO_LARGE: "it takes any size"}\n'
    result = judge(run="too_large", harness=exempt)
    assert result.parseoutcomes() == {"skipped": 2, "deselected": 60}
    result.stdout.fnmatch_lines(["SKIPPED *: acme: it takes any size"])


def test_what_counts_as_a_success_must_be_one(judge: Any) -> None:
    succeeds = '    succeeds = {__import__("cognito_mailroom").testing.contract.Fault.EMPTY_BODY: "no body is promised"}\n'
    result = judge(run="empty_body", harness=succeeds)
    result.stdout.fnmatch_lines(
        [
            "a success with an empty body must count as a success here, but mailroom_deliver raised Unavailable *"
        ]
    )


def test_the_suite_itself_is_not_collected(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("from cognito_mailroom.testing.contract import *")
    assert pytester.runpytest_inprocess().ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_a_provider_without_hosted_templates_says_so(judge: Any) -> None:
    result = judge(
        ("    template: HostedTemplates = environ.group(HostedTemplates)\n", ""),
        ("return self._settings.template.complete(notification, draft)", "return None"),
        run="hosted_template",
    )
    result.stdout.fnmatch_lines(["SKIPPED *: acme has no setting for hosted templates"])
