from __future__ import annotations

from typing import Any

import pytest

POST = '        answer = self._client.post("/mails", body=body, headers=headers, deadline=deadline)\n'
CLIENT = "        self._client = HttpClient(settings.base_url)\n"
WORDS = 'cleaned(str(answer.json()["error"]), self._settings.api_key)'
NO_ID = 'raise Unavailable("Acme answered 200 without an id.") from None'
BASIC = '__import__("base64").b64encode(b"api:" + key.reveal().encode())'
HUNG = "error = Unavailable('No id.')\n            error.sent = body\n            raise error from None"
TRY = (
    f'        try:\n    {POST}        except KeyError:\n            log.exception("Oh.")\n            raise\n'
)
SHOWN = "\n    def __repr__(self) -> str:\n        return self._settings.api_key.reveal()\n"


@pytest.mark.parametrize(
    ("changes", "run", "told"),
    [
        pytest.param(
            {POST: '        log.debug("Headers: %s", headers)\n' + POST},
            "plain_mail",
            "the value of ACME_API_KEY is in the log of acme, at DEBUG.",
            id="logs its key",
        ),
        pytest.param(
            {POST: f'        log.debug("Basic %s", {BASIC})\n' + POST},
            "plain_mail",
            "the value of ACME_API_KEY is in the log of acme, at DEBUG.",
            id="logs its key in base64",
        ),
        pytest.param(
            {POST: '        log.getChild("wire").info(body)\n' + POST},
            "plain_mail",
            "the recipient's address is in the log of acme.wire, at DEBUG.",
            id="logs the mail",
        ),
        pytest.param(
            {POST: "        log.error(message.text)\n" + POST,
             'log = logging.getLogger("acme")': 'log = logging.getLogger("acme")\nlog.propagate = False'},
            "plain_mail",
            "the code is in the log of acme, at DEBUG.",
            id="logs the code past the root logger",
        ),
        pytest.param(
            {POST: "        print(message.text)\n" + POST},
            "plain_mail",
            "the code is printed.",
            id="prints the code",
        ),
        pytest.param(
            {"the recipient: {words}": "{self.last}: {words}",
             POST: "        self.last = message.recipient\n" + POST},
            "test_fault and bad_recipient",
            "the recipient's address is in the text of the error.",
            id="names the recipient in its error",
        ),
        pytest.param(
            {WORDS: 'str(answer.json()["error"])'},
            "test_fault and unauthorized",
            "the recipient's address is in the text of the error.",
            id="repeats the provider's words as they are",
        ),
        pytest.param(
            {WORDS: WORDS.replace(", self._settings.api_key", "")},
            "test_fault and unauthorized",
            "the value of ACME_API_KEY is in the text of the error.",
            id="leaves its key in the provider's words",
        ),
        pytest.param(
            {NO_ID: NO_ID.replace("from None", "from ValueError(message.text)")},
            "test_fault and invalid_json",
            "the code is in the traceback of the error.",
            id="chains an exception that tells",
        ),
        pytest.param(
            {NO_ID: HUNG},
            "test_fault and invalid_json",
            "the recipient's address is in the attributes of the error.",
            id="hangs the request on the error",
        ),
        pytest.param(
            {"environ.var(converter=Secret,": "environ.var(", "key.reveal()": "key", WORDS: "''"},
            "secrets_are_declared",
            "ACME_API_KEY must have converter=Secret, or it shows with the other settings.",
            id="declares its key as a text",
        ),
        pytest.param(
            {CLIENT: CLIENT + "        self.headers = {'X-Key': settings.api_key.reveal()}\n"},
            "test_repr",
            "the value of ACME_API_KEY is in the repr of the provider's headers, "
            "where a crash report shows it.",
            id="holds its key in the open",
        ),
        pytest.param(
            {CLIENT: CLIENT + SHOWN},
            "test_repr",
            "the value of ACME_API_KEY is in the repr of the provider.",
            id="shows its key",
        ),
        pytest.param(
            {"raise self._refusal(answer)": "return Receipt()"},
            "refusal_leaves_clean and bad_recipient",
            "* provider refuses must become an error, but mailroom_deliver returned a Receipt.",
            id="swallows a refusal",
        ),
        pytest.param(
            {POST: TRY},
            "mistake_leaves_clean",
            "the recipient's address is in the log of acme, at DEBUG.",
            id="logs its mistakes with all they say",
        ),
        pytest.param(
            {POST: TRY.replace('log.exception("Oh.")', "return Receipt()")},
            "mistake_leaves_clean",
            "an unexpected KeyError must become an error, but mailroom_deliver returned a Receipt.",
            id="swallows its mistakes",
        ),
    ],
)  # fmt: skip
def test_a_broken_promise_is_named(
    changes: dict[str, str], run: str, told: str, assert_contract_fails: Any
) -> None:
    assert_contract_fails(changes, run, told)
