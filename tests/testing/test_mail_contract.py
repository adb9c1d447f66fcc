from __future__ import annotations

from typing import Any

import pytest

IMAGES = "for each in message.inline_images"
LOST_IMAGES = (
    "The inline images must arrive as they were, each with its content id, "
    "unless the provider's class says inline_images = False."
)
COMPLETE = "return self._settings.template.complete(notification, draft)"
POST = '        answer = self._client.post("/mails", body=body, headers=headers, deadline=deadline)\n'


@pytest.mark.parametrize(
    ("changes", "run", "told"),
    [
        pytest.param(
            {POST: POST + POST},
            "plain_mail",
            "One mail was sent, and 2 arrived.",
            id="sends twice",
        ),
        pytest.param(
            {"return Receipt(message_id=": "str("},
            "plain_mail",
            "A mail must be delivered, but mailroom_deliver returned None.",
            id="returns nothing",
        ),
        pytest.param(
            {"def mailroom_deliver(": "def mailroom_delivr("},
            "plain_mail",
            "The provider cannot be loaded: *mailroom_delivr*",
            id="misspells its hook",
        ),
        pytest.param(
            {'"headers": dict(message.headers)': '"headers": {}'},
            "plain_mail",
            "The header Auto-Submitted arrived as None, not as 'auto-generated'.",
            id="drops headers",
        ),
        pytest.param(
            {"message.reply_to.formatted if message.reply_to else None": "message.sender.formatted"},
            "plain_mail",
            'The header Reply-To arrived as \'"Acme, Inc." *, not as \'"Acme Support" *',
            id="forgets where answers go",
        ),
        pytest.param(
            {'"to": message.recipient.formatted': '"to": "eve@evil.example"'},
            "plain_mail",
            "The mail went to eve@evil.example instead of sentinel.recipient@example.com.",
            id="sends to somebody else",
        ),
        pytest.param(
            {'"text": message.text': '"text": ""'},
            "plain_mail",
            "The plain body of the mail arrived changed: '' instead of 'Welcome *",
            id="drops a body",
        ),
        pytest.param(
            {'"subject": message.subject': '"subject": ascii(message.subject)'},
            "beyond_ascii",
            "The header Subject arrived as *, not as 'Ihr Code für Acme: *",
            id="knows ASCII only",
        ),
        pytest.param(
            {'"subject": message.subject': '"subject": message.subject[:78]'},
            "long_subject",
            "The header Subject arrived as *, not as *",
            id="shortens subjects",
        ),
        pytest.param(
            {IMAGES: "for each in ()"},
            "inline_images",
            LOST_IMAGES,
            id="drops images",
        ),
        pytest.param(
            {IMAGES: "for each in message.inline_images[:1]"},
            "inline_images",
            LOST_IMAGES,
            id="sends one image only",
        ),
        pytest.param(
            {"[each.content_id,": "[each.file_name,"},
            "inline_images",
            LOST_IMAGES,
            id="gives images other ids",
        ),
        pytest.param(
            {COMPLETE: "return None"},
            "test_hosted_template",
            "mailroom_render must name the template that ACME_TEMPLATE_SIGN_UP holds.",
            id="forgets hosted templates",
        ),
        pytest.param(
            {'"template": message.hosted_template': '"template": "default"'},
            "test_hosted_template",
            "The provider must be asked for the template that ACME_TEMPLATE_SIGN_UP holds.",
            id="asks for another template",
        ),
        pytest.param(
            {"dict(message.variables) if": '{"code": message.variables["code"]} if'},
            "test_hosted_template",
            "A hosted template must get every variable as it is; * is not.",
            id="leaves out variables",
        ),
        pytest.param(
            {COMPLETE: "return draft.evolve(text='Hi')"},
            "no_hosted_template",
            "mailroom_render must return None where no template is set for the trigger.",
            id="renders what is core's to render",
        ),
    ],
)
def test_a_broken_promise_is_named(
    changes: dict[str, str], run: str, told: str, assert_contract_fails: Any
) -> None:
    assert_contract_fails(changes, run, told)


def test_a_provider_without_hosted_templates_says_so(run_contract: Any) -> None:
    group = "    template: HostedTemplates = environ.group(HostedTemplates)\n"
    result = run_contract({group: "", COMPLETE: "return None"}, run="hosted_template")
    result.assert_outcomes(skipped=2)
    result.stdout.fnmatch_lines(["SKIPPED *: acme has no setting for hosted templates"])


def test_a_provider_that_carries_no_images_says_so_and_gets_none(run_contract: Any) -> None:
    says_so = {
        IMAGES: "for each in ()",
        "class AcmeProvider:\n": "class AcmeProvider:\n    inline_images = False\n",
    }
    run_contract(says_so, run="inline_images").assert_outcomes(passed=1)
