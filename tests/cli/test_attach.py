from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from botocore.session import get_session
from cognito_mailroom.testing.exchange import Reply

Run = Callable[..., CompletedProcess[str]]
ACCOUNT = "123456789012"
OTHER = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:other"
SMS = {"LambdaVersion": "V1_0", "LambdaArn": OTHER}


@pytest.fixture
def pool(wire: Any) -> str:
    return str(wire.create_pool())


@pytest.fixture
def attach(mailroom_here: Run, pool: str, function: str, key: str) -> Run:
    """``attach("--yes", key=…)``: the command, on this pool, function and key unless told otherwise."""

    def attach(*options: str, **changes: str) -> CompletedProcess[str]:
        named = {"pool": pool, "function": function, "key": key} | changes
        return mailroom_here("attach", *(f"--{name}={value}" for name, value in named.items()), *options)

    return attach


def refused(code: str, message: str = "No.") -> Reply:
    return Reply(400, {"__type": code, "message": message}, {"X-Amzn-ErrorType": code})


def permission(pool_id: str, function: str) -> dict[str, Any]:
    return {
        "Sid": f"cognito-mailroom-{pool_id}",
        "Effect": "Allow",
        "Principal": {"Service": "cognito-idp.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": function,
        "Condition": {
            "StringEquals": {"AWS:SourceAccount": ACCOUNT},
            "ArnLike": {"AWS:SourceArn": f"arn:aws:cognito-idp:eu-west-1:{ACCOUNT}:userpool/{pool_id}"},
        },
    }


def test_nothing_but_the_sender_is_not_as_it_was(
    attach: Run, wire: Any, function: str, key: str, full: dict[str, Any]
) -> None:
    del full["LambdaConfig"]["CustomEmailSender"]
    full["LambdaConfig"]["KMSKeyID"] = key
    pool = wire.create_pool(**full)
    before = wire.pool(pool)
    sender = {"LambdaVersion": "V1_0", "LambdaArn": function}

    done = attach("--yes", pool=pool)

    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("\nAttached.\n")
    before["LambdaConfig"]["CustomEmailSender"] = sender
    assert wire.pool(pool) == before
    # moto resets what it is not sent, but neither the name nor MFA.
    full["LambdaConfig"]["CustomEmailSender"] = sender
    assert wire.sent("UpdateUserPool") == {**full, "UserPoolId": pool}
    assert wire.writes() == ["AddPermission", "UpdateUserPool"]
    assert wire.statements(function) == [permission(pool, function)]
    assert wire.tags(function) == {}


def test_without_yes_it_only_shows(attach: Run, wire: Any, function: str, key: str, full: Any) -> None:
    pool = wire.create_pool(**full)
    before = wire.pool(pool)
    former = full["LambdaConfig"]

    done = attach("--sms-too", pool=pool)

    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[1:-1] == [
        ["-", "LambdaConfig.CustomEmailSender", "V1_0", former["CustomEmailSender"]["LambdaArn"]],
        ["+", "LambdaConfig.CustomEmailSender", "V1_0", function],
        ["-", "LambdaConfig.KMSKeyID", former["KMSKeyID"]],
        ["+", "LambdaConfig.KMSKeyID", key],
        ["+", "kept.CustomEmailSender", "V1_0", former["CustomEmailSender"]["LambdaArn"]],
        ["+", "kept.KMSKeyID", former["KMSKeyID"]],
        ["+", "permission", "Cognito", "invokes", function, "for", "this", "pool"],
    ]
    assert done.stdout.endswith("\nNothing was changed; add --yes.\n")
    assert "ExternalId" not in done.stdout + done.stderr
    assert wire.writes() == []
    assert wire.pool(pool) == before


def test_the_second_time_there_is_nothing_to_do(attach: Run, wire: Any) -> None:
    assert attach("--yes").returncode == 0
    wire.calls.clear()

    done = attach("--yes")

    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("\nIt is so already: nothing to do.\n")
    assert wire.writes() == []
    assert "CreateGrant" not in dict(wire.calls)


def test_a_permission_that_was_lost_is_given_again(attach: Run, wire: Any, pool: str, function: str) -> None:
    assert attach("--yes").returncode == 0
    wire.functions.remove_permission(FunctionName=function, StatementId=f"cognito-mailroom-{pool}")
    wire.calls.clear()

    assert attach("--yes").returncode == 0

    assert wire.writes() == ["AddPermission"]
    assert wire.statements(function) == [permission(pool, function)]


@pytest.mark.parametrize(
    ("changes", "added"),
    [
        ({}, []),
        ({"StatementId": "by-somebody-else"}, ["AddPermission"]),
        ({"SourceAccount": None}, ["AddPermission"]),
        ({"SourceArn": OTHER}, ["AddPermission"]),
        ({"Principal": "*"}, ["AddPermission"]),
        ({"Qualifier": "1"}, ["AddPermission"]),
    ],
    ids=["identical", "another's", "any-account", "other-pool", "anybody", "version"],
)
def test_only_the_very_permission_is_left_alone(
    attach: Run, wire: Any, pool: str, function: str, changes: dict[str, Any], added: list[str]
) -> None:
    given = {
        "FunctionName": function,
        "StatementId": f"cognito-mailroom-{pool}",
        "Action": "lambda:InvokeFunction",
        "Principal": "cognito-idp.amazonaws.com",
        "SourceAccount": ACCOUNT,
        "SourceArn": f"arn:aws:cognito-idp:eu-west-1:{ACCOUNT}:userpool/{pool}",
    }
    wire.functions.publish_version(FunctionName=function)
    given = {name: value for name, value in (given | changes).items() if value is not None}
    wire.functions.add_permission(**given)

    assert attach("--yes").returncode == 0

    assert wire.writes() == [*added, "UpdateUserPool"]


@pytest.mark.parametrize("form", ["ARN:live", "NAME:live", "NAME"])
def test_a_function_goes_by_its_name_and_its_alias(
    attach: Run, wire: Any, pool: str, function: str, form: str
) -> None:
    name = function.rpartition(":")[2]
    version = wire.functions.publish_version(FunctionName=name)["Version"]
    wire.functions.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    arn = f"{function}:live" if ":" in form else function

    done = attach("--yes", function=form.replace("ARN", function).replace("NAME", name))

    assert done.returncode == 0, done.stderr
    assert wire.pool(pool)["LambdaConfig"]["CustomEmailSender"]["LambdaArn"] == arn
    assert wire.statements(name) == [permission(pool, arn)]


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"key": "1234abcd-12ab-34cd-56ef-1234567890ab"}, 2, "want the ARN of the key, arn:aws:kms:REGION"),
        ({"key": f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/mail"}, 2, "the ARN of an alias cannot decrypt"),
        ({"key": "KEY,KEY-2"}, 2, "want one key"),
        ({"key": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"}, 2, "in eu-west-1 and the key in us-east-1"),
        ({"function": OTHER.replace("eu-", "us-")}, 2, "in eu-west-1 and the function in us-west-1"),
        ({"function": "mail room"}, 2, "--function wants the name or the ARN of a function"),
        ({"function": OTHER}, 1, "AWS: An error occurred (ResourceNotFoundException)"),
        ({"pool": "acme"}, 2, "want the id of a user pool, such as eu-west-1_"),
        ({"pool": "eu-west-1_none"}, 1, "AWS: An error occurred (ResourceNotFoundException)"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_what_cannot_be_attached_is_refused_in_a_sentence(
    attach: Run, wire: Any, key: str, changes: dict[str, str], status: int, words: str
) -> None:
    done = attach("--yes", **{name: value.replace("KEY", key) for name, value in changes.items()})

    assert done.returncode == status
    assert words in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert wire.writes() == []


def test_the_sms_senders_key_changes_only_if_told(attach: Run, wire: Any, key: str) -> None:
    other = key[:-12] + "0" * 12
    pool = wire.create_pool(LambdaConfig={"CustomSMSSender": SMS, "KMSKeyID": other})

    done = attach("--yes", pool=pool)

    assert done.returncode == 2
    assert "add --sms-too" in done.stderr
    assert wire.writes() == []
    assert attach("--yes", "--sms-too", pool=pool).returncode == 0
    config = wire.pool(pool)["LambdaConfig"]
    assert (config["CustomSMSSender"], config["KMSKeyID"]) == (SMS, key)


# -- what AWS makes of a pool ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("newer", "older"),
    [({"TemporaryPasswordValidityDays": 3}, {}), ({}, {"UnusedAccountValidityDays": 3})],
    ids=["newer", "older"],
)
def test_of_two_names_for_one_setting_the_newer_is_sent(
    attach: Run, wire: Any, newer: dict[str, int], older: dict[str, int]
) -> None:
    policy = {"PasswordPolicy": {"MinimumLength": 12, **newer}}
    user = {"AllowAdminCreateUserOnly": True}
    both = user | {"UnusedAccountValidityDays": 3}
    pool = wire.create_pool(Policies=policy, AdminCreateUserConfig=both)

    done = attach("--yes", pool=pool)

    assert done.returncode == 0, done.stderr
    assert wire.sent("UpdateUserPool")["Policies"] == policy
    assert wire.sent("UpdateUserPool")["AdminCreateUserConfig"] == user | older


@pytest.mark.parametrize("own", [{"team": "mail"}, {}], ids=["among-others", "alone"])
def test_tags_that_aws_set_are_not_sent(attach: Run, wire: Any, own: dict[str, str]) -> None:
    pool = wire.create_pool(UserPoolTags={**own, "aws:cloudformation:stack-name": "acme"})

    done = attach("--yes", pool=pool)

    assert done.returncode == 0, done.stderr
    assert wire.sent("UpdateUserPool").get("UserPoolTags", {}) == own


def test_what_is_empty_is_not_sent(attach: Run, wire: Any) -> None:
    def empty(answer: dict[str, Any]) -> dict[str, Any]:
        answer["UserPool"] |= {
            "SmsVerificationMessage": "",
            "DeviceConfiguration": {},
            "DcrConfiguration": {},
        }
        answer["UserPool"] |= {
            "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": []}
        }
        return answer

    wire.answers["DescribeUserPool"] = empty

    done = attach("--yes")

    assert done.returncode == 0, done.stderr
    assert not set(wire.sent("UpdateUserPool")) & set(empty({"UserPool": {}})["UserPool"])


def test_what_boto3_does_not_know_is_not_lost_in_silence(attach: Run, wire: Any) -> None:
    def newer(answer: dict[str, Any]) -> dict[str, Any]:
        answer["UserPool"] |= {"Shiny": {"On": True}, "Dull": {}}
        answer["UserPool"]["Policies"]["ShinyPolicy"] = "ON"
        answer["UserPool"]["AccountRecoverySetting"] = {
            "RecoveryMechanisms": [
                {"Name": "verified_email", "Priority": 1},
                {"Name": "verified_phone_number", "Priority": 2, "Via": "PIGEON"},
            ]
        }
        return answer

    wire.answers["DescribeUserPool"] = newer

    done = attach("--yes")

    assert done.returncode == 1
    lost = "AccountRecoverySetting.RecoveryMechanisms.Via, Policies.ShinyPolicy, Shiny"
    assert f"may therefore reset: {lost}; pip install --upgrade boto3" in done.stderr
    assert wire.writes() == []
    done = attach("--yes", *(f"--let-reset={name}" for name in lost.split(", ")))
    assert done.returncode == 0, done.stderr
    assert not {"Shiny", "Dull"} & set(wire.sent("UpdateUserPool"))


def test_what_aws_changed_besides_is_said_and_can_be_looked_up(
    attach: Run, wire: Any, pool: str, folder: Path
) -> None:
    def reset(answer: dict[str, Any]) -> dict[str, Any]:
        if wire.writes()[-1:] == ["UpdateUserPool"]:
            if "UserPool" in answer:
                del answer["UserPool"]["Policies"]["PasswordPolicy"]["RequireSymbols"]
                answer["UserPool"]["EmailConfiguration"]["ReplyToEmailAddress"] = "alex@acme.example"
            else:
                answer["SoftwareTokenMfaConfiguration"] = {"Enabled": True}
        return answer

    wire.answers |= {"DescribeUserPool": reset, "GetUserPoolMfaConfig": reset}

    done = attach("--yes")

    assert done.returncode == 1
    names = "EmailConfiguration.ReplyToEmailAddress, Policies.PasswordPolicy.RequireSymbols, "
    assert f"{names}MFA.SoftwareTokenMfaConfiguration is not what was sent" in done.stderr
    assert "alex" not in done.stderr
    assert "Attached" not in done.stdout
    [kept] = folder.iterdir()
    assert kept.name.startswith(f"{pool}.")
    assert f"all the former settings stand in {kept.name}.\n" in done.stderr
    assert kept.stat().st_mode & 0o777 == 0o600
    assert json.loads(kept.read_text())["Policies"]["PasswordPolicy"]["RequireSymbols"] is True


def test_what_aws_changed_is_said_even_if_it_cannot_be_kept(attach: Run, wire: Any, folder: Path) -> None:
    def other(answer: dict[str, Any]) -> dict[str, Any]:
        if not wire.writes():
            return answer
        folder.rmdir()
        return {"UserPool": answer["UserPool"] | {"DeletionProtection": "ACTIVE"}}

    wire.answers["DescribeUserPool"] = other

    done = attach("--yes")

    assert done.returncode == 1
    assert done.stderr.endswith("DeletionProtection is not what was sent; set it again in the console.\n")


def test_a_second_time_what_was_kept_stays(attach: Run, wire: Any, folder: Path, aws: Any) -> None:
    def reset(answer: dict[str, Any]) -> dict[str, Any]:
        if wire.writes():
            answer["UserPool"]["DeletionProtection"] = "ACTIVE"
        return answer

    wire.answers["DescribeUserPool"] = reset
    assert attach("--yes").returncode == 1
    [first] = folder.iterdir()
    kept = first.read_bytes()
    wire.calls.clear()

    assert attach("--yes", key=aws.create_key()).returncode == 1

    assert len([*folder.iterdir()]) == 2
    assert first.read_bytes() == kept


def test_a_pool_that_cannot_be_read_again_was_updated_all_the_same(
    attach: Run, wire: Any, pool: str, function: str, folder: Path
) -> None:
    def refuse(answer: dict[str, Any]) -> dict[str, Any]:
        if wire.writes():
            wire.answers["GetUserPoolMfaConfig"] = refused(
                "TooManyRequestsException", "Not you, a@acme.example."
            )
        return answer

    wire.answers["DescribeUserPool"] = refuse

    done = attach("--yes")

    assert done.returncode == 1
    assert "The pool was updated, but could not be read again (An error occurred (TooMany" in done.stderr
    assert "acme.example" not in done.stderr
    [kept] = folder.iterdir()
    assert kept.name in done.stderr
    assert json.loads(kept.read_text())["PoolName"] == "acme"
    assert wire.pool(pool)["LambdaConfig"]["CustomEmailSender"]["LambdaArn"] == function


@pytest.mark.parametrize(
    "name", ["GetUserPoolMfaConfig", "GetFunctionConfiguration", "GetPolicy", "ListTags"]
)
def test_what_may_not_be_read_is_not_guessed(attach: Run, wire: Any, name: str) -> None:
    wire.answers[name] = refused("AccessDeniedException")

    done = attach("--yes")

    assert done.returncode == 1
    assert done.stderr.startswith("Error: AWS: An error occurred (AccessDeniedException) when calling the ")
    assert f" {name} " in done.stderr
    assert wire.writes() == []


@pytest.mark.parametrize("code", ["CodeDeliveryFailureException", "InvalidEmailRoleAccessPolicyException"])
def test_aws_refusal_is_one_sentence_without_an_address(attach: Run, wire: Any, pool: str, code: str) -> None:
    before = wire.pool(pool)
    identity = f"arn:aws:ses:eu-west-1:{ACCOUNT}:identity/alex@acme.example"
    wire.answers["UpdateUserPool"] = refused(code, f"Cognito may not use the identity {identity}.")

    done = attach("--yes")

    assert done.returncode == 1
    [said] = [line for line in done.stderr.splitlines() if not line.startswith("! ")]
    assert said.startswith(f"Error: AWS: An error occurred ({code})")
    assert said.endswith("identity/(address)")
    assert wire.pool(pool) == before


# -- what the key still lacks ----------------------------------------------------------------------------


def gaps(done: CompletedProcess[str]) -> list[str]:
    assert done.returncode == 0, done.stderr
    assert all(line.startswith("! ") for line in done.stderr.splitlines())
    return done.stderr.splitlines()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("DryRunOperationException", None),
        ("AccessDeniedException", "allow yourself kms:CreateGrant, best under the condition"),
        ("DisabledException", "is unknown: KMS says DisabledException"),
    ],
)
def test_whether_the_caller_may_create_a_grant(attach: Run, wire: Any, code: str, words: str | None) -> None:
    wire.answers["CreateGrant"] = refused(code)

    told = gaps(attach())

    assert wire.sent("CreateGrant")["DryRun"] is True
    assert len(told) == 1 + bool(words)
    assert not words or words in told[0]


def test_a_boto3_that_cannot_ask_for_a_dry_run_does_not_ask(
    attach: Run, wire: Any, shell: dict[str, str], tmp_path: Path
) -> None:
    loader = get_session().get_component("data_loader")
    model = loader.load_service_model("kms", "service-2")
    del model["shapes"]["CreateGrantRequest"]["members"]["DryRun"]
    older = tmp_path / "models" / "kms" / loader.determine_latest_version("kms", "service-2")
    older.mkdir(parents=True)
    (older / "service-2.json").write_text(json.dumps(model))
    shell["AWS_DATA_PATH"] = str(tmp_path / "models")

    told = gaps(attach("--yes"))

    assert "this boto3 is too old to ask" in told[0]
    assert "CreateGrant" not in dict(wire.calls)


def test_a_key_that_there_is_not_is_refused(attach: Run, wire: Any) -> None:
    wire.answers["CreateGrant"] = refused("NotFoundException")

    done = attach("--yes")

    assert done.returncode == 1
    assert done.stderr.startswith("Error: AWS: An error occurred (NotFoundException)")
    assert wire.writes() == []


def test_a_grant_that_was_made_all_the_same_is_revoked(attach: Run, wire: Any, key: str) -> None:
    assert len(gaps(attach())) == 1

    assert "RevokeGrant" in dict(wire.calls)
    assert wire.kms.list_grants(KeyId=key)["Grants"] == []


def allowing(principal: Any, action: Any = "kms:Decrypt", **others: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", **others}


def under(name: str, value: Any) -> dict[str, Any]:
    return {"StringEquals": {name: value}}


ROLE, ROOT = {"AWS": "ROLE"}, {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
FOR_POOL = "kms:EncryptionContext:userpool-id"


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (allowing(ROLE), None),
        (allowing({"AWS": ["arn:aws:iam::1:role/x", "ROLE"]}, ["kms:Encrypt", "kms:De*"]), None),
        (allowing(ROLE, Condition=under(FOR_POOL, ["POOL", "eu-west-1_other"])), None),
        (allowing(ROLE, Condition=under(FOR_POOL, "eu-west-1_other")), "add this statement"),
        (allowing(ROLE, Condition={"StringLike": {FOR_POOL: "eu-*"}}), None),
        (allowing(ROLE, Condition=under(FOR_POOL, "eu-*")), "add this statement"),
        (allowing("*", "kms:*", Condition={"StringLike": {"kms:ViaService": "*"}}), "add this statement"),
        (allowing(ROLE, "kms:Encrypt"), "add this statement"),
        (allowing(ROLE, Effect="Deny"), "add this statement"),
        (allowing({"Service": "lambda.amazonaws.com"}), "add this statement"),
        (allowing(ROOT, "kms:*"), "see that a policy of ROLE allows kms:Decrypt"),
        (allowing({"AWS": ACCOUNT}), "see that a policy of ROLE allows kms:Decrypt"),
        (allowing({"AWS": "arn:aws:iam::210987654321:root"}), "add this statement"),
    ],
)
def test_whether_the_function_may_decrypt(
    attach: Run, wire: Any, pool: str, key: str, statement: dict[str, Any], words: str | None
) -> None:
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    policy = policy.replace("ROLE", wire.role()).replace("POOL", pool)
    wire.kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy)

    told = gaps(attach())

    assert len(told) == bool(words)
    assert not words or words.replace("ROLE", wire.role()) in told[0]
    if words == "add this statement":
        added = json.loads(re.sub(r"^[^{]*", "", told[0]))
        assert added == allowing({"AWS": wire.role()}, Condition=under(FOR_POOL, pool))


@pytest.mark.parametrize("url", ["https://sqs.eu-west-1.amazonaws.com/1/waiting", ""])
def test_a_function_before_a_queue_need_not_decrypt(attach: Run, wire: Any, function: str, url: str) -> None:
    variables = {"MAILROOM_QUEUE_URL": url, "SMTP_HOST": "mail.acme.example"}
    wire.functions.update_function_configuration(FunctionName=function, Environment={"Variables": variables})

    [told] = gaps(attach("--yes"))

    assert ("The function hands its events to a queue" in told) == bool(url)
    assert (wire.role() in told) != bool(url)


def test_an_endpoint_that_is_none_is_a_sentence(attach: Run, shell: dict[str, str]) -> None:
    shell["AWS_ENDPOINT_URL"] = "evil"
    done = attach()
    assert done.returncode == 1
    assert "as AWS_ENDPOINT_URL does, is no URL." in done.stderr
    assert "evil" not in done.stderr


ANOTHER = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/another"


@pytest.mark.parametrize(
    ("keys", "advice"),
    [
        ("{key}", None),
        (f"{ANOTHER}, {{key}}", None),
        ("ssm:/mailroom/keys", None),
        (ANOTHER, f"set its MAILROOM_KMS_KEY_ARN to {ANOTHER},{{key}}."),
    ],
)
def test_a_function_that_reads_another_keys_messages_is_pointed_out(
    attach: Run, wire: Any, function: str, key: str, keys: str, advice: str | None
) -> None:
    variables = {"MAILROOM_KMS_KEY_ARN": keys.format(key=key)}
    wire.functions.update_function_configuration(FunctionName=function, Environment={"Variables": variables})

    told = gaps(attach("--yes"))

    assert len(told) == (2 if advice else 1)
    assert advice is None or told[0].endswith(advice.format(key=key))


def test_a_key_policy_that_is_not_shown_is_a_sentence(attach: Run, wire: Any) -> None:
    wire.answers["GetKeyPolicy"] = refused("AccessDeniedException")

    [told] = gaps(attach("--yes"))

    assert "KMS does not show you the key's policy (AccessDeniedException)" in told
