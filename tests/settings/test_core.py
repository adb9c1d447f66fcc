"""Settings: every fault named at once, by its variable, and no value repeated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import environ as environ_config
import pytest
from attrs.exceptions import FrozenInstanceError
from cognito_mailroom import Address, ConfigurationError, Message, Notification, Secret, Trigger
from cognito_mailroom.app import Mailroom
from cognito_mailroom.settings.converters import duration, names
from cognito_mailroom.settings.core import Selection, Settings
from cognito_mailroom.settings.hosted_templates import HostedTemplates
from cognito_mailroom.settings.problems import Problems
from cognito_mailroom.settings.reading import read, variables

ARN = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
MRK = "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab"
MRK_EAST = MRK.replace("gov-west", "gov-east")
EAST = MRK_EAST.replace("mrk-", "")
REQUIRED = {"MAILROOM_KMS_KEY_ARN": ARN, "MAILROOM_FROM": "Acme <no-reply@acme.example>"}


def settings(**changes: str) -> Settings:
    problems = Problems()
    found = read(Settings, REQUIRED | changes, problems)
    if found is None:
        raise problems.error()
    return found


def test_three_settings_are_all_that_there_must_be() -> None:
    found = settings()
    assert found.kms_key_arn == (ARN,)
    assert found.sender == Address("no-reply@acme.example", "Acme")
    assert (found.reply_to, found.product_name, found.templates, found.allowed_recipients) == (None,) * 4
    assert (found.default_locale, found.dry_run) == ("en", False)
    required = [var.name for kind in (Settings, Selection) for var in variables(kind) if var.required]
    assert required == ["MAILROOM_KMS_KEY_ARN", "MAILROOM_FROM", "MAILROOM_PROVIDER"]


def test_the_validities_are_cognitos_own_unless_told_otherwise() -> None:
    validity = settings(MAILROOM_VALIDITY_ADMIN_CREATE_USER="30 days").validity
    hours: dict[str, float] = {
        "sign_up": 24, "resend_code": 24, "update_user_attribute": 24, "verify_user_attribute": 24,
        "forgot_password": 1, "authentication": 3 / 60, "admin_create_user": 30 * 24,
    }  # fmt: skip
    assert {slug: getattr(validity, slug) for slug in hours} == {
        slug: timedelta(hours=count) for slug, count in hours.items()
    }


@pytest.mark.parametrize(
    ("name", "value", "attribute", "kept"),
    [
        ("MAILROOM_KMS_KEY_ARN", f" {ARN} , {ARN[:-1]}c ", "kms_key_arn", (ARN, f"{ARN[:-1]}c")),
        ("MAILROOM_KMS_KEY_ARN", MRK, "kms_key_arn", (MRK,)),
        ("MAILROOM_KMS_KEY_ARN", f"{MRK},{MRK_EAST}", "kms_key_arn", (MRK, MRK_EAST)),
        ("MAILROOM_KMS_KEY_ARN", f"{MRK},{EAST},{MRK_EAST}", "kms_key_arn", (MRK, EAST, MRK_EAST)),
        ("MAILROOM_FROM", "no-reply@acme.example", "sender", Address("no-reply@acme.example")),
        ("MAILROOM_FROM", "=?UTF-8?Q?Caf=C3=A9?= <a@b.example>", "sender", Address("a@b.example", "Café")),
        ("MAILROOM_REPLY_TO", "Help <help@acme.example>", "reply_to", Address("help@acme.example", "Help")),
        ("MAILROOM_PRODUCT_NAME", "Ärzte & Co", "product_name", "Ärzte & Co"),
        ("MAILROOM_DEFAULT_LOCALE", "de_CH", "default_locale", "de-CH"),
        ("MAILROOM_ALLOWED_RECIPIENTS", "*@a.example, b@*", "allowed_recipients", ("*@a.example", "b@*")),
        ("MAILROOM_DRY_RUN", "Yes", "dry_run", True),
        ("MAILROOM_DRY_RUN", " off ", "dry_run", False),
    ],
)
def test_a_setting_is_read_as_people_write_it(name: str, value: str, attribute: str, kept: object) -> None:
    assert getattr(settings(**{name: value}), attribute) == kept


MALFORMED = [
    ("MAILROOM_PROVIDER", ",", "a name between two commas is empty"),
    ("MAILROOM_PROVIDER", "pigeon,,owl", "a name between two commas is empty"),
    ("MAILROOM_PROVIDER", "pigeon,pigeon", "a name occurs twice"),
    ("MAILROOM_EXTENSIONS", "guard,", "a name between two commas is empty"),
    ("MAILROOM_KMS_KEY_ARN", "1234abcd-12ab-34cd-56ef-1234567890ab", "want the ARN of the key, arn:aws:kms:"),
    ("MAILROOM_KMS_KEY_ARN", "alias/mailroom", "want the ARN of the key, arn:aws:kms:"),
    ("MAILROOM_KMS_KEY_ARN", "arn:aws:kms:eu-west-1:123456789012:alias/mailroom", "want the ARN of the key"),
    ("MAILROOM_KMS_KEY_ARN", f"{ARN},alias/mailroom", "want the ARN of the key"),
    ("MAILROOM_KMS_KEY_ARN", ARN.replace("eu-west-1", "-"), "want the ARN of the key"),
    ("MAILROOM_KMS_KEY_ARN", ARN.replace("eu-west-1", "x" * 99), "want the ARN of the key"),
    ("MAILROOM_KMS_KEY_ARN", ARN.replace("123456789012", "\u0661" * 12), "want the ARN of the key"),
    ("MAILROOM_KMS_KEY_ARN", f"{ARN},{MRK}", "the keys are in several regions"),
    ("MAILROOM_KMS_KEY_ARN", f"{MRK},{EAST}", "the keys are in several regions"),
    ("MAILROOM_KMS_KEY_ARN", ARN.replace("eu-west-1", "eu-wset-1"), "there is no such region of AWS"),
    ("MAILROOM_KMS_KEY_ARN", ARN.replace("eu-west-1", "eu-west-9"), "there is no such region of AWS"),
    ("MAILROOM_KMS_KEY_ARN", ARN.replace("eu-west-1", "cn-north-1"), "the ARN's region is in the partition"),
    ("MAILROOM_KMS_KEY_ARN", ARN.replace("arn:aws:", "arn:aws-cn:"), "the ARN's region is in the partition"),
    ("MAILROOM_IDEMPOTENCY_TABLE", "my table", "want the name of a table in DynamoDB"),
    ("MAILROOM_IDEMPOTENCY_TABLE", "ab", "want the name of a table in DynamoDB"),
    (
        "MAILROOM_IDEMPOTENCY_TABLE",
        "arn:aws:dynamodb:mars-west-1:123456789012:table/once",
        "there is no such region of AWS",
    ),
    ("MAILROOM_FROM", "Acme", "the address is not a local part and a domain with an @ between them"),
    ("MAILROOM_FROM", "A <a@b.example>, B <b@b.example>", "there are several addresses: want one"),
    ("MAILROOM_FROM", "a@b.example, B <b@b.example>", "there are several addresses: want one"),
    ("MAILROOM_FROM", '"Acme <a@b.example>"', "the address has quotation marks around it: leave them off"),
    ("MAILROOM_FROM", "Acme\r\nBcc: x <a@b.example>", "the address contains a control character"),
    ("MAILROOM_FROM", "Acme <no-reply@acme..example>", "the domain of the address is malformed"),
    ("MAILROOM_REPLY_TO", "nobody", "the address is not a local part and a domain with an @ between them"),
    ("MAILROOM_PRODUCT_NAME", "Acme\nBcc: x", "it contains a control character"),
    ("MAILROOM_DEFAULT_LOCALE", "English, please", "want a language tag such as en or de-CH"),
    ("MAILROOM_TEMPLATES", "/no/such/folder", "want an existing folder"),
    ("MAILROOM_TEMPLATES", __file__, "want an existing folder that can be read"),
    ("MAILROOM_TEMPLATES", "x" * 5_000, "want an existing folder"),
    ("MAILROOM_ALLOWED_RECIPIENTS", "a@b.example,,", "a name between two commas is empty"),
    *(
        ("MAILROOM_ALLOWED_RECIPIENTS", value, "one of the patterns can match no address")
        for value in (
            "b.example",
            "*@acme.example,b.example",
            "@b.example",
            "*@",
            "Alex <alex@acme.example>",
            r".*@acme\.example",
            "^.*@acme.example$",
            "*@acme..example",
            "*@.acme.example",
            "* @acme.example",
            "*@acme.example; *@b.example",
        )
    ),
    ("MAILROOM_ALLOWED_RECIPIENTS", "*@münchen.example", "a pattern names an internationalised domain by"),
    ("MAILROOM_DRY_RUN", "perhaps", "want true or false"),
    *(
        (f"MAILROOM_VALIDITY_{trigger.name}", value, "want a number and its unit")
        for trigger in Trigger
        if trigger is not Trigger.ACCOUNT_TAKE_OVER_NOTIFICATION
        for value in (
            "24",
            "0 hours",
            "-1 hours",
            "1.5 hours",
            "soon",
            "1234567 days",
            "\u0663 hours",
            "5 \u017f",
        )
    ),
]


@pytest.mark.parametrize(("name", "value", "reason"), MALFORMED, ids=lambda value: ascii(value)[:60])
def test_a_malformed_setting_is_named_without_its_value(
    name: str, value: str, reason: str, environ: dict[str, str], sent: list[Message]
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        Mailroom.from_environ(environ | {name: value})
    assert str(refused.value).startswith(f"{name} is malformed: {reason}")
    assert len(value) < 4 or value not in str(refused.value)
    assert "\n" not in str(refused.value)
    assert sent == []


@pytest.mark.parametrize("name", ["MAILROOM_PROVIDER", "MAILROOM_KMS_KEY_ARN", "MAILROOM_FROM"])
@pytest.mark.parametrize("value", [None, "", " \t"], ids=repr)
def test_a_missing_or_empty_setting_is_named(
    name: str, value: str | None, environ: dict[str, str], sent: list[Message]
) -> None:
    environ.pop(name) if value is None else environ.update({name: value})
    with pytest.raises(ConfigurationError, match=rf"^{name} is missing \(the .*\)\.$"):
        Mailroom.from_environ(environ)
    assert sent == []


@pytest.mark.parametrize("name", [var.name for var in variables(Settings) if not var.required])
def test_an_empty_setting_counts_as_missing(name: str) -> None:
    assert settings(**{name: " "}) == settings()


DEFECTIVE = """
import environ
from cognito_mailroom import Receipt, Secret, hookimpl

@environ.config(prefix="OWL")
class OwlSettings:
    key: Secret = environ.var(converter=Secret, help="what the owl wants")
    port: int = environ.var(converter=int)

@environ.config(prefix="GUARD")
class GuardSettings:
    list: str = environ.var()

class Owl:
    Settings = OwlSettings
    def __init__(self, settings): raise AssertionError("never built")
    @hookimpl
    def mailroom_deliver(self, message): return Receipt()

class Guard(Owl):
    Settings = GuardSettings
"""


def test_one_error_names_every_fault_of_core_the_extensions_and_the_first_provider(
    install: Callable[..., None],
) -> None:
    install("defective", DEFECTIVE, providers={"owl": "Owl"}, extensions={"guard": "Guard"})
    with pytest.raises(ConfigurationError) as refused:
        Mailroom.from_environ(
            {
                "MAILROOM_PROVIDER": "owl, owls",
                "MAILROOM_KMS_KEY_ARN": "alias/s3cret",
                "MAILROOM_DRY_RUN": "s3cret",
                "OWL_PORT": "s3cret",
            }
        )
    assert "s3cret" not in str(refused.value)
    for fault in (
        "MAILROOM_KMS_KEY_ARN is malformed: want the ARN",
        "MAILROOM_FROM is missing (the sender",
        "MAILROOM_DRY_RUN is malformed: want true or false",
        "GUARD_LIST is missing",
        "OWL_KEY is missing (what the owl wants)",
        "OWL_PORT is malformed",
        "MAILROOM_PROVIDER: no provider named 'owls' is installed, did you mean 'owl'?",
    ):
        assert fault in str(refused.value)


@environ_config.config(prefix="OWL", frozen=True)
class Everything:
    @environ_config.config
    class Nest:
        tree: str = environ_config.var("oak")
        branch: str = environ_config.var()

    key: Secret = environ_config.var(converter=Secret)
    port: int = environ_config.var(25, converter=int, help="a number")
    id: UUID | None = environ_config.var(None, converter=lambda text: text and UUID(text))
    renamed: str = environ_config.var("", name="OTHER_NAME")
    template: HostedTemplates = environ_config.group(HostedTemplates)
    nest: Nest = environ_config.group(Nest)


def test_a_plugins_settings_may_be_all_that_environ_config_knows() -> None:
    problems = Problems()
    given = {"OWL_KEY": "s3cret", "OWL_PORT": "26", "OTHER_NAME": "x", "OWL_NEST_BRANCH": "low"}
    found = read(Everything, given, problems)
    assert found
    assert not problems
    assert (found.key, found.port, found.id, found.renamed) == (Secret("s3cret"), 26, None, "x")
    assert (found.nest.tree, found.nest.branch) == ("oak", "low")
    assert "s3cret" not in repr(found)
    with pytest.raises(FrozenInstanceError):
        found.port = 1


@pytest.mark.parametrize(
    ("name", "value"), [("OWL_PORT", "s3cret"), ("OWL_PORT", "s3cret" * 99), ("OWL_ID", "s3cret")]
)
def test_no_fault_of_a_plugins_settings_repeats_a_value(name: str, value: str) -> None:
    problems = Problems()
    assert read(Everything, {"OWL_KEY": "k", "OWL_NEST_BRANCH": "low", name: value}, problems) is None
    assert str(problems.error()).startswith(f"{name} is malformed")
    assert "s3cret" not in str(problems.error())


@environ_config.config
class Bare:
    key: str = environ_config.var()


@environ_config.config(prefix="")
class Unprefixed:
    key: str = environ_config.var()


@environ_config.config(prefix="A")
class Renamed:
    @environ_config.config(prefix="NEST")
    class Group:
        key: str = environ_config.var()

    group: Group = environ_config.group(Group)


@pytest.mark.parametrize("kind", [Settings, Selection, Everything, Bare, Unprefixed, Renamed])
def test_each_variable_is_called_what_environ_config_calls_it(kind: Any) -> None:
    class Spy(dict[str, str]):
        asked: list[str] = []  # noqa: RUF012

        def __getitem__(self, name: str) -> str:
            self.asked.append(name)
            raise KeyError(name)

    with pytest.raises(environ_config.MissingEnvValueError):
        environ_config.to_config(kind, Spy())
    assert [variable.name for variable in variables(kind)][: len(Spy.asked)] == Spy.asked


def test_a_variable_tells_what_the_documentation_needs() -> None:
    found = {variable.name: variable for variable in variables(Everything)}
    assert (found["OWL_KEY"].is_secret, found["OWL_PORT"].is_secret) == (True, False)
    assert (found["OWL_KEY"].required, found["OWL_PORT"].required) == (True, False)
    assert (found["OWL_PORT"].default, found["OWL_PORT"].help) == (25, "a number")


def test_a_provider_may_answer_with_a_template_of_its_own() -> None:
    problems = Problems()
    given = {"OWL_KEY": "k", "OWL_NEST_BRANCH": "low", "OWL_TEMPLATE_SIGN_UP": "d-1"}
    templates = read(Everything, given, problems)
    assert templates
    address = Address("a@b.example")
    draft = Message(sender=address, recipient=address, subject="Hello", variables={"code": "1"})
    completed = templates.template.complete(Notification(trigger=Trigger.SIGN_UP), draft)
    assert completed == draft.evolve(hosted_template="d-1")
    for trigger in (Trigger.AUTHENTICATION, "CustomEmailSender_New"):
        assert templates.template.complete(Notification(trigger=trigger), draft) is None


@pytest.mark.parametrize(
    "pattern",
    ["*", "*@*", "*.example", "a*", "*@*.Acme.example", "alex+*@acme.example", "qa-[0-9]@acme.example", "?@a",
     "*@xn--mnchen-3ya.example", "jörg@acme.example", "[ab]lex@acme.example"],
)  # fmt: skip
def test_a_pattern_that_somebody_matches_is_taken(pattern: str) -> None:
    assert settings(MAILROOM_ALLOWED_RECIPIENTS=pattern).allowed_recipients == (pattern,)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1s", 1), ("90 seconds", 90), ("15m", 900), ("15 min", 900), ("1 Minute", 60), ("24 hours", 86_400),
     ("2H", 7_200), ("7 days", 604_800), (" 1d ", 86_400)],
)  # fmt: skip
def test_a_duration_is_a_number_and_its_unit(text: str, seconds: int) -> None:
    assert duration(text) == timedelta(seconds=seconds)


def test_names_are_kept_in_their_order() -> None:
    assert names(" sendgrid ,ses") == ("sendgrid", "ses")


def test_a_folder_of_templates_must_be_there(tmp_path: Path) -> None:
    assert settings(MAILROOM_TEMPLATES=str(tmp_path)).templates == tmp_path


def test_reading_leaves_the_environment_alone() -> None:
    given: Mapping[str, str] = {**REQUIRED, "MAILROOM_DRY_RUN": " "}
    before = dict(given)
    read(Settings, given, Problems())
    assert given == before
