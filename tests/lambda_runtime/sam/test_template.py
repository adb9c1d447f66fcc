"""What lint cannot see: who may do what, that no version stays stale, and that every failure is heard of."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.lambda_runtime.sam.stack import FOLDER, resources, source, transformed

REQUIRED = {
    "UserPoolId": "eu-west-1_AbCdEfGhI",
    "Provider": "postmark",
    "Sender": "Acme <no-reply@acme.example>",
}
LOOK_UPS = ("secretsmanager:GetSecretValue", "ssm:GetParameter")
POOL = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbCdEfGhI"
THE_POOL_ALONE = {"StringEquals": {"kms:EncryptionContext:userpool-id": "eu-west-1_AbCdEfGhI"}}


def stack(**parameters: str) -> dict[str, Any]:
    return resources(transformed(), REQUIRED | parameters)


def of_type(found: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: each["Properties"] for key, each in found.items() if each["Type"] == f"AWS::{name}"}


def statements(found: dict[str, Any], role: str) -> list[dict[str, Any]]:
    """All that a role may do, but for what AWS's own policies say of logs and queues."""
    own = found[role]["Properties"]
    shared = [found[each["Ref"]]["Properties"] for each in own["ManagedPolicyArns"] if isinstance(each, dict)]
    return [
        each
        for policy in (*own.get("Policies", ()), *shared)
        for each in policy["PolicyDocument"]["Statement"]
    ]


def allowed(found: dict[str, Any], role: str) -> dict[str, Any]:
    """The resources of each action."""
    return {
        action: each["Resource"]
        for each in statements(found, role)
        for action in (each["Action"] if isinstance(each["Action"], list) else [each["Action"]])
    }


def names(node: Any) -> set[str]:
    """What a part of a template refers to, conditions included."""
    if isinstance(node, list):
        return set().union(*map(names, node))
    if not isinstance(node, dict):
        return set()
    found = set().union(*map(names, node.values()))
    for function, argument in node.items():
        if function == "Ref":
            found.add(argument)
        elif function == "Fn::GetAtt":
            found.add(argument[0])
        elif function == "Fn::If":
            found |= names(transformed()["Conditions"][argument[0]])
        elif function == "Fn::Sub":
            text = argument[0] if isinstance(argument, list) else argument
            found |= {name.partition(".")[0] for name in re.findall(r"\$\{([\w:.]+)\}", text)}
    return found


def test_cognito_may_invoke_it_for_this_pool_of_this_account_alone() -> None:
    found = stack()

    (permission,) = of_type(found, "Lambda::Permission").values()
    (alias,) = of_type(found, "Lambda::Alias")
    assert permission == {
        "FunctionName": {"Ref": alias},
        "Action": "lambda:InvokeFunction",
        "Principal": "cognito-idp.amazonaws.com",
        "SourceAccount": "123456789012",
        "SourceArn": POOL,
    }


@pytest.mark.parametrize(("queue", "reader"), [("false", "MailerRole"), ("true", "WorkerRole")])
def test_codes_are_read_by_the_function_that_delivers_and_by_nobody_else(queue: str, reader: str) -> None:
    found = stack(Queue=queue)

    policy = found["Key"]["Properties"]["KeyPolicy"]["Statement"]
    by_action = {json.dumps(each["Action"]): each for each in policy}
    decrypt, grant = by_action.pop('"kms:Decrypt"'), by_action.pop('"kms:CreateGrant"')
    assert decrypt["Principal"] == {"AWS": {"Fn::GetAtt": [reader, "Arn"]}}
    assert decrypt["Condition"] == grant["Condition"] == THE_POOL_ALONE
    (administration,) = by_action.values()
    assert "kms:Put*" in administration["Action"], "or else nobody could ever change the policy"
    assert not [
        one
        for one in administration["Action"]
        if re.match(r"kms:(\*|Create|Decrypt|Encrypt|Gen|Re[^v])", one)
    ]
    assert not [
        each for role in of_type(found, "IAM::Role") for each in statements(found, role) if "kms" in str(each)
    ]


@pytest.mark.parametrize(
    ("parameters", "rights"),
    [
        ({}, {}),
        (
            {"SecretReference": "secretsmanager:prod/mail#postmark"},
            dict.fromkeys(LOOK_UPS, "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/mail-??????"),
        ),
        (
            {"SecretReference": "ssm:/prod/mail"},
            dict.fromkeys(LOOK_UPS, "arn:aws:ssm:eu-west-1:123456789012:parameter/prod/mail"),
        ),
        (
            {"IdempotencyTable": "true"},
            {
                f"dynamodb:{verb}Item": {"Fn::GetAtt": ["Table", "Arn"]}
                for verb in ("Get", "Put", "Update", "Delete")
            },
        ),
        (
            {"Provider": "postmark,ses"},
            {
                **{f"ses:Send{what}Email": "arn:aws:ses:*:123456789012:*" for what in ("", "Templated")},
                "ses:ApplyTrackingConfigurationOverrides": "*",
            },
        ),
        ({"Provider": "sesame"}, {}),
    ],
    ids=str,
)
@pytest.mark.parametrize(("queue", "role"), [("false", "MailerRole"), ("true", "WorkerRole")])
def test_the_function_that_delivers_may_do_what_its_settings_take(
    parameters: dict[str, str], rights: dict[str, Any], queue: str, role: str
) -> None:
    rest = allowed(stack(Queue=queue, **parameters), role)

    assert rest.pop("cognito-idp:AdminGetUser") == POOL
    assert rest.pop("sqs:SendMessage", None) == (
        None if queue == "true" else {"Fn::GetAtt": ["DeadLetters", "Arn"]}
    )
    if "SecretReference" in parameters:
        assert rest.pop("kms:Decrypt") == "arn:aws:kms:eu-west-1:123456789012:key/*"
    assert rest == rights


def test_the_function_before_the_queue_may_only_write_to_queues() -> None:
    found = stack(Queue="true", SecretReference="ssm:/prod/mail", IdempotencyTable="true", Provider="ses")

    assert {each.partition(":")[0] for each in allowed(found, "MailerRole")} == {"sqs"}


def test_a_key_under_another_name_is_read_through_the_service_that_keeps_the_secret() -> None:
    (decrypt,) = [
        each
        for each in statements(stack(SecretReference="ssm:/prod/mail"), "MailerRole")
        if each["Action"] == "kms:Decrypt"
    ]

    services = [f"{name}.eu-west-1.amazonaws.com" for name in ("secretsmanager", "ssm")]
    assert decrypt["Condition"] == {"StringEquals": {"kms:ViaService": services}}


@pytest.mark.parametrize("sender", ["Acme <no-reply@acme.example>", "no-reply@acme.example"])
def test_ses_sends_for_the_domain_of_the_sender_alone(sender: str) -> None:
    found = statements(stack(Provider="ses", Sender=sender), "MailerRole")

    (send,) = [each for each in found if "ses:SendEmail" in each["Action"]]
    assert send["Condition"] == {"StringLike": {"ses:FromAddress": "*@acme.example"}}


def test_whatever_parameter_changes_the_function_there_is_a_new_version() -> None:
    template = transformed()
    parts = template["Resources"]
    (version,) = [each for each in parts.values() if each["Type"] == "AWS::Lambda::Version"]

    assert names(version["Properties"]["Description"]) == names(parts["Mailer"]) & set(template["Parameters"])


def test_what_fails_for_good_is_recorded_with_its_age() -> None:
    found = stack()

    (config,) = of_type(found, "Lambda::EventInvokeConfig").values()
    (alias,) = of_type(found, "Lambda::Alias").values()
    assert config["Qualifier"] == alias["Name"]
    assert config["DestinationConfig"] == {
        "OnFailure": {"Destination": {"Fn::GetAtt": ["DeadLetters", "Arn"]}}
    }
    # Each attempt at its longest, and the minute and the two minutes that Lambda waits.
    assert config["MaximumEventAgeInSeconds"] >= 2 * found["Mailer"]["Properties"]["Timeout"] + 60 + 120


def test_the_queue_outlasts_its_worker() -> None:
    found = stack(Queue="true")

    queue, worker = found["Waiting"]["Properties"], found["Worker"]["Properties"]
    (mapping,) = of_type(found, "Lambda::EventSourceMapping").values()
    assert queue["VisibilityTimeout"] >= 6 * worker["Timeout"]
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": ["DeadLetters", "Arn"]}
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert worker["Timeout"] / mapping["BatchSize"] >= 10, "or else a provider that is slow has no time to be"


@pytest.mark.parametrize("topic", ["", "arn:aws:sns:eu-west-1:123456789012:operators"])
def test_alarms_go_off_for_all_that_fails(topic: str) -> None:
    alarms = of_type(stack(Queue="true", AlarmTopicArn=topic), "CloudWatch::Alarm").values()

    watched = {(each["MetricName"], *names(each["Dimensions"])) for each in alarms}
    assert watched == {
        ("Errors", "Mailer"),
        ("Errors", "Worker"),
        ("AsyncEventsDropped", "Mailer"),
        ("DestinationDeliveryFailures", "Mailer"),
        ("ApproximateNumberOfMessagesVisible", "DeadLetters"),
    }
    assert all(each.get("AlarmActions", []) == ([topic] if topic else []) for each in alarms)


@pytest.mark.parametrize(
    "parameters",
    [
        {"SecretReference": "re_4f6d5e8a9c"},
        {"SecretReference": "secretsmanager:arn:aws:secretsmanager:eu-west-1:123456789012:secret:mail"},
        {"Provider": "sendgrid, ses"},
        {"Sender": "Acme"},
        {"UserPoolId": POOL},
    ],
    ids=str,
)
def test_what_would_fail_later_is_refused(parameters: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(parameters))):
        stack(**parameters)


def test_the_makefile_builds_for_the_machine_that_the_template_names() -> None:
    function = source()["Globals"]["Function"]
    makefile = (FOLDER / "Makefile").read_text("utf-8")

    (arch,) = function["Architectures"]
    python = source()["Parameters"]["Runtime"]["Default"].removeprefix("python")
    assert function["Runtime"] == {"Ref": "Runtime"}
    assert f"--python $${{MAILROOM_PYTHON:-{python}}} --arch {arch} " in makefile
    built = {f"build-{name}" for name, each in source()["Resources"].items() if "Serverless" in each["Type"]}
    assert built == set(re.findall(r"build-\w+", makefile))


def test_the_page_lists_the_parameters() -> None:
    page = Path(FOLDER.parents[1], "docs", "deploy.md").read_text("utf-8")

    told = re.findall(r"^\| `(\w+)` \| (?:`(.*?)`|(\w*)) \|", page, re.MULTILINE)
    assert [(name, value or word) for name, value, word in told] == [
        (name, declared.get("Default", "required") or "none")
        for name, declared in source()["Parameters"].items()
    ]
