from __future__ import annotations

from collections.abc import Callable
from subprocess import CompletedProcess
from typing import Any

import pytest
from cognito_mailroom.testing.exchange import Reply

Run = Callable[..., CompletedProcess[str]]
FORMER, SMS = (
    {"LambdaVersion": "V1_0", "LambdaArn": f"arn:aws:lambda:eu-west-1:123456789012:function:{name}"}
    for name in ("former", "sms")
)
FORMER_KEY = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"


@pytest.fixture
def attach(mailroom_here: Run, function: str, key: str) -> Callable[..., None]:
    """``attach(pool)``: and it is done."""

    def attach(pool: str, *options: str, **changes: str) -> None:
        named = {"pool": pool, "function": function, "key": key} | changes
        done = mailroom_here(
            "attach", "--yes", *(f"--{name}={value}" for name, value in named.items()), *options
        )
        assert done.returncode == 0, done.stderr

    return attach


@pytest.fixture
def detach(mailroom_here: Run) -> Run:
    return lambda pool, *options: mailroom_here("detach", "--pool", pool, *options)


@pytest.mark.parametrize(
    ("config", "kept"),
    [
        ({}, 0),
        ({"CustomEmailSender": FORMER, "KMSKeyID": FORMER_KEY}, 2),
        ({"CustomEmailSender": FORMER, "KMSKeyID": "KEY"}, 2),
        ({"CustomSMSSender": SMS, "KMSKeyID": "KEY"}, 0),
        ({"CustomSMSSender": SMS, "KMSKeyID": FORMER_KEY}, 1),
        ({"CustomSMSSender": SMS, "CustomEmailSender": FORMER, "KMSKeyID": FORMER_KEY}, 2),
        ({"KMSKeyID": FORMER_KEY}, 1),
    ],
    ids=["nothing", "sender", "sender-same-key", "sms", "sms-other-key", "both", "key"],
)
def test_what_was_there_is_there_again(
    attach: Any, detach: Run, wire: Any, function: str, key: str, full: Any, config: Any, kept: int
) -> None:
    for name in ("CustomEmailSender", "CustomSMSSender", "KMSKeyID"):
        del full["LambdaConfig"][name]
    full["LambdaConfig"] |= {name: key if value == "KEY" else value for name, value in config.items()}
    pool = wire.create_pool(**full)
    before = wire.pool(pool)
    attach(pool, "--sms-too")
    assert len(wire.tags(function)) == kept
    wire.calls.clear()

    done = detach(pool, "--yes", "--sms-too")

    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("\nDetached.\n")
    assert wire.pool(pool) == before
    assert wire.sent("UpdateUserPool") == {**full, "UserPoolId": pool}
    assert wire.statements(function) == []
    assert wire.tags(function) == {}
    assert wire.writes() == ["UpdateUserPool", *["UntagResource"] * bool(kept), "RemovePermission"]


def test_without_yes_it_only_shows(attach: Any, detach: Run, wire: Any, function: str, key: str) -> None:
    pool = wire.create_pool(LambdaConfig={"CustomEmailSender": FORMER, "KMSKeyID": FORMER_KEY})
    attach(pool)
    before = wire.pool(pool)
    wire.calls.clear()

    done = detach(pool)

    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[1:5] == [
        ["-", "LambdaConfig.CustomEmailSender", "V1_0", function],
        ["+", "LambdaConfig.CustomEmailSender", "V1_0", FORMER["LambdaArn"]],
        ["-", "LambdaConfig.KMSKeyID", key],
        ["+", "LambdaConfig.KMSKeyID", FORMER_KEY],
    ]
    assert [line[:2] for line in lines[5:-1]] == [
        ["-", "kept.CustomEmailSender"],
        ["-", "kept.KMSKeyID"],
        ["-", "permission"],
    ]
    assert done.stdout.endswith("\nNothing was changed; add --yes.\n")
    assert wire.writes() == []
    assert wire.pool(pool) == before


def test_one_after_the_other(attach: Any, detach: Run, wire: Any, function: str, key: str) -> None:
    pool, second = wire.create_pool(), wire.create_function()
    attach(pool)
    attach(pool, function=second)

    assert detach(pool, "--yes").returncode == 0

    sender = {"LambdaVersion": "V1_0", "LambdaArn": function}
    assert wire.pool(pool)["LambdaConfig"] == {"CustomEmailSender": sender, "KMSKeyID": key}
    assert len(wire.statements(function)) == 1
    assert detach(pool, "--yes").returncode == 0
    assert wire.pool(pool).get("LambdaConfig", {}) == {}
    assert wire.statements(function) == wire.statements(second) == []


def test_the_sms_senders_key_comes_back_too(attach: Any, detach: Run, wire: Any, aws: Any, key: str) -> None:
    config = {"CustomSMSSender": SMS, "KMSKeyID": key}
    pool = wire.create_pool(LambdaConfig=config)
    attach(pool)
    attach(pool, "--sms-too", key=aws.create_key())

    refused = detach(pool, "--yes")
    done = detach(pool, "--yes", "--sms-too")

    assert refused.returncode == 2
    assert "add --sms-too" in refused.stderr
    assert done.returncode == 0, done.stderr
    assert wire.pool(pool)["LambdaConfig"] == config


def test_an_sms_sender_that_came_later_has_its_key(attach: Any, detach: Run, wire: Any, key: str) -> None:
    pool = wire.create_pool()
    attach(pool)
    config = wire.pool(pool)["LambdaConfig"] | {"CustomSMSSender": SMS}
    wire.cognito.update_user_pool(UserPoolId=pool, LambdaConfig=config)

    assert detach(pool, "--yes").returncode == 0

    assert wire.pool(pool)["LambdaConfig"] == {"CustomSMSSender": SMS, "KMSKeyID": key}


def test_a_note_from_another_time_is_not_put_back(attach: Any, detach: Run, wire: Any, function: str) -> None:
    pool = wire.create_pool(LambdaConfig={"CustomEmailSender": FORMER, "KMSKeyID": FORMER_KEY})
    attach(pool)
    wire.cognito.update_user_pool(UserPoolId=pool, LambdaConfig={})
    attach(pool)

    assert wire.tags(function) == {}
    assert detach(pool, "--yes").returncode == 0
    assert wire.pool(pool).get("LambdaConfig", {}) == {}


def test_where_nothing_is_attached_there_is_nothing_to_do(attach: Any, detach: Run, wire: Any) -> None:
    pool = wire.create_pool()
    attach(pool)
    assert detach(pool, "--yes").returncode == 0
    wire.calls.clear()

    done = detach(pool, "--yes")

    assert done.returncode == 0, done.stderr
    assert done.stdout == f"User pool {pool} has no custom e-mail sender: nothing to do.\n"
    assert wire.writes() == []


def test_a_sender_that_attach_did_not_set_has_to_be_named(detach: Run, wire: Any, function: str) -> None:
    sender = {"LambdaVersion": "V1_0", "LambdaArn": function}
    pool = wire.create_pool(LambdaConfig={"CustomEmailSender": sender, "KMSKeyID": FORMER_KEY})

    refused = detach(pool, "--yes")

    assert refused.returncode == 2
    assert f"sender, {function}, is not known to be attached" in refused.stderr
    assert wire.writes() == []
    assert detach(pool, "--yes", "--function", function.rpartition(":")[2]).returncode == 0
    assert wire.pool(pool).get("LambdaConfig", {}) == {}


def test_another_sender_than_the_one_that_is_named_stays(
    attach: Any, detach: Run, wire: Any, function: str
) -> None:
    pool = wire.create_pool()
    attach(pool)
    wire.calls.clear()

    done = detach(pool, "--yes", "--function", FORMER["LambdaArn"])

    assert done.returncode == 2
    assert f"is another function, {function}." in done.stderr
    assert wire.writes() == []


def test_a_function_that_is_gone_can_be_named(attach: Any, detach: Run, wire: Any, function: str) -> None:
    pool = wire.create_pool()
    attach(pool)
    wire.functions.delete_function(FunctionName=function)

    done = detach(pool, "--yes", "--function", function)

    assert done.returncode == 0, done.stderr
    assert wire.pool(pool).get("LambdaConfig", {}) == {}


def test_the_permission_stays_while_another_trigger_needs_it(
    attach: Any, detach: Run, wire: Any, function: str
) -> None:
    pool = wire.create_pool(LambdaConfig={"PreSignUp": function})
    attach(pool)

    done = detach(pool, "--yes")

    assert done.returncode == 0, done.stderr
    assert wire.pool(pool)["LambdaConfig"] == {"PreSignUp": function}
    assert len(wire.statements(function)) == 1


def test_what_was_left_half_way_is_cleaned_up(attach: Any, detach: Run, wire: Any, function: str) -> None:
    pool = wire.create_pool()
    attach(pool)
    wire.answers["RemovePermission"] = Reply(
        403, {"Message": "No."}, {"X-Amzn-ErrorType": "AccessDeniedException"}
    )

    half = detach(pool, "--yes")

    assert half.returncode == 1
    assert half.stderr.startswith("Error: AWS: An error occurred (AccessDeniedException)")
    assert wire.pool(pool).get("LambdaConfig", {}) == {}
    wire.answers.clear()
    assert detach(pool, "--yes", "--function", function).returncode == 0
    assert wire.statements(function) == []


def test_somebody_elses_permission_is_left_alone(attach: Any, detach: Run, wire: Any, function: str) -> None:
    pool = wire.create_pool()
    wire.functions.add_permission(
        FunctionName=function,
        StatementId="by-a-template",
        Action="lambda:InvokeFunction",
        Principal="cognito-idp.amazonaws.com",
        SourceAccount="123456789012",
        SourceArn=f"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/{pool}",
    )
    [theirs] = wire.statements(function)
    attach(pool)
    wire.calls.clear()
    attach(pool)
    assert wire.writes() == []

    done = detach(pool, "--yes")

    assert done.returncode == 0, done.stderr
    assert wire.pool(pool).get("LambdaConfig", {}) == {}
    assert wire.statements(function) == [theirs]


def test_from_alias_to_alias_the_former_sender_is_still_known(
    attach: Any, detach: Run, wire: Any, function: str
) -> None:
    version = wire.functions.publish_version(FunctionName=function)["Version"]
    wire.functions.create_alias(FunctionName=function, Name="live", FunctionVersion=version)
    config = {"CustomEmailSender": FORMER, "KMSKeyID": FORMER_KEY}
    pool = wire.create_pool(LambdaConfig=config)
    attach(pool)
    tags = wire.tags(function)

    attach(pool, function=f"{function}:live")

    assert wire.tags(function) == tags
    assert [each["Resource"] for each in wire.statements(function)] == [f"{function}:live"]
    assert detach(pool, "--yes").returncode == 0
    assert wire.pool(pool)["LambdaConfig"] == config
    assert wire.statements(function) == []
    assert wire.tags(function) == {}


def test_a_permission_that_another_trigger_needs_stays_at_the_former_alias(
    attach: Any, wire: Any, function: str
) -> None:
    version = wire.functions.publish_version(FunctionName=function)["Version"]
    wire.functions.create_alias(FunctionName=function, Name="live", FunctionVersion=version)
    pool = wire.create_pool(LambdaConfig={"PreSignUp": function})
    attach(pool)

    attach(pool, function=f"{function}:live")

    assert {each["Resource"] for each in wire.statements(function)} == {function, f"{function}:live"}


def test_what_is_left_to_do_is_done_though_the_pool_cannot_be_read_again(
    attach: Any, detach: Run, wire: Any, function: str
) -> None:
    pool = wire.create_pool(LambdaConfig={"CustomEmailSender": FORMER, "KMSKeyID": FORMER_KEY})
    attach(pool)
    wire.calls.clear()

    def refuse(answer: Any) -> Any:
        if wire.writes():
            wire.answers["GetUserPoolMfaConfig"] = Reply(400, {"__type": "TooManyRequestsException"})
        return answer

    wire.answers["DescribeUserPool"] = refuse

    done = detach(pool, "--yes")

    assert done.returncode == 1
    assert "The pool was updated, but could not be read again" in done.stderr
    assert wire.statements(function) == []
    assert wire.tags(function) == {}
