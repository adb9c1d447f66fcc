"""What extensions may do, and what keeps a plugin from taking part."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from typing import Any

import pytest
from cognito_mailroom import ConfigurationError, MailroomError, Message, Rejected, Unavailable
from cognito_mailroom.app import Mailroom
from cognito_mailroom.telemetry.record import EventRecord

Install = Callable[..., None]
Send = Callable[..., EventRecord]

HOOKS = """
from cognito_mailroom import ConfigurationError, Rejected, hookimpl
seen = []
"""


@pytest.fixture
def extend(install: Install) -> Callable[[str, str], Any]:
    """``extend("guard", "def mailroom_veto(self): return 'no'")``: installs an extension of one hook."""

    def extend(name: str, method: str) -> Any:
        install(
            f"acme-{name}",
            f"{HOOKS}\nclass Extension:\n    @hookimpl\n    {method}\n",
            extensions={name: "Extension"},
        )
        return lambda: importlib.import_module(f"acme_{name}").seen

    return extend


def test_every_installed_extension_takes_part_unless_told_otherwise(
    extend: Callable[[str, str], Any], send: Send, sent: list[Message]
) -> None:
    extend("guard", "def mailroom_veto(self): return 'by the guard'")
    assert send("sign_up").reason == "by the guard"
    assert send("sign_up", MAILROOM_EXTENSIONS="guard").reason == "by the guard"
    assert sent == []
    assert send("sign_up", MAILROOM_EXTENSIONS="none").receipt
    assert len(sent) == 1


def test_an_extension_that_is_not_listed_is_never_imported(
    extend: Callable[[str, str], Any], install: Install, send: Send, sent: list[Message]
) -> None:
    install("acme-broken", "1 / 0", extensions={"broken": "Extension"})
    extend("guard", "def mailroom_veto(self): return None")
    assert send("sign_up", MAILROOM_EXTENSIONS="guard").receipt
    assert send("sign_up", MAILROOM_EXTENSIONS="none").receipt
    with pytest.raises(
        ConfigurationError, match=r"^MAILROOM_EXTENSIONS: the plugin 'broken' of acme-broken 1.0"
    ):
        send("sign_up")
    assert len(sent) == 2


def test_every_veto_is_heard(extend: Callable[[str, str], Any], send: Send, sent: list[Message]) -> None:
    extend("lenient", "def mailroom_veto(self): return None")
    extend("strict", "def mailroom_veto(self, notification): return f'no {notification.slug}'")
    extend("zealous", "def mailroom_veto(self): return None")
    assert send("sign_up").reason == "no sign_up"
    assert sent == []


@pytest.mark.parametrize("answer", ["''", "True", "False", "0", "['no']"])
def test_a_veto_that_is_no_reason_sends_nothing(
    answer: str, extend: Callable[[str, str], Any], send: Send, sent: list[Message]
) -> None:
    extend("vague", f"def mailroom_veto(self): return {answer}")
    with pytest.raises(ConfigurationError, match="mailroom_veto returned neither a reason nor None"):
        send("sign_up")
    assert sent == []


def test_a_veto_sees_whom_and_what_but_not_before_the_recipient_is_known(
    extend: Callable[[str, str], Any], send: Send
) -> None:
    seen = extend("guard", "def mailroom_veto(self, notification): seen.append(notification)")
    send("sign_up")
    (notification,) = seen()
    assert str(notification.recipient) == "alex@example.com"
    assert notification.secret.reveal() == "482910"


def test_an_extensions_variables_are_merged_into_the_templates(
    extend: Callable[[str, str], Any], send: Send, sent: list[Message]
) -> None:
    extend("brand", "def mailroom_template_context(self): return {'product_name': 'Zenith', 'number': 7}")
    extend("silent", "def mailroom_template_context(self): return None")
    send("sign_up")
    assert "Zenith" in sent[0].subject
    assert "Zenith" in sent[0].text
    assert "Zenith" in sent[0].html
    assert sent[0].variables["number"] == "7"
    assert sent[0].sender.display_name == "Acme"


def test_what_an_extension_adds_is_escaped_like_all_else(
    extend: Callable[[str, str], Any], send: Send, sent: list[Message]
) -> None:
    extend("brand", "def mailroom_template_context(self): return {'product_name': '<b>&'}")
    send("sign_up")
    assert "&lt;b&gt;&amp;" in sent[0].html
    assert "<b>" not in sent[0].html
    assert "<b>&" in sent[0].text


def test_an_extension_may_write_the_mail_itself(
    extend: Callable[[str, str], Any], send: Send, sent: list[Message]
) -> None:
    extend(
        "poet", "def mailroom_render(self, draft): return draft.evolve(text='An ode', html='<i>An ode</i>')"
    )
    send("sign_up")
    assert (sent[0].text, sent[0].html) == ("An ode", "<i>An ode</i>")


@pytest.mark.parametrize(
    ("method", "sentence"),
    [
        ("def mailroom_veto(self): 1 / 0", "A plugin's mailroom_veto failed with ZeroDivisionError at "),
        ("def mailroom_veto(self): raise ValueError('482910')", "A plugin's mailroom_veto failed with Val"),
        ("def mailroom_recipient(self): 1 / 0", "A plugin's mailroom_recipient failed with ZeroDivision"),
        ("def mailroom_render(self): 1 / 0", "A plugin's mailroom_render failed with ZeroDivisionError at "),
        ("def mailroom_render(self): return 'x'", "A plugin's mailroom_render did not return a Message."),
        ("def mailroom_template_context(self): 1 / 0", "A plugin's mailroom_template_context failed with "),
        ("def mailroom_template_context(self): return 7", "A plugin's mailroom_template_context failed with"),
        ("def mailroom_veto(self): raise ConfigurationError('Mend me.')", "Mend me."),
    ],
)
def test_an_extension_that_fails_is_blamed_and_nothing_is_sent(
    method: str, sentence: str, extend: Callable[[str, str], Any], send: Send, sent: list[Message]
) -> None:
    extend("broken", method)
    with pytest.raises(ConfigurationError) as refused:
        send("sign_up")
    assert str(refused.value).startswith(sentence)
    assert "482910" not in str(refused.value)
    assert sent == []


def test_an_extension_may_reject_the_recipient(
    extend: Callable[[str, str], Any], send: Send, sent: list[Message]
) -> None:
    extend("list", "def mailroom_recipient(self): raise Rejected('On the list of the suppressed.')")
    with pytest.raises(Rejected, match="On the list of the suppressed"):
        send("sign_up")
    assert sent == []


def test_an_observer_that_raises_costs_neither_the_mail_nor_the_next_observer(
    extend: Callable[[str, str], Any], send: Send, sent: list[Message], caplog: pytest.LogCaptureFixture
) -> None:
    good = "def mailroom_delivered(self, notification, receipt): seen.append(receipt)"
    bad = "def mailroom_delivered(self): raise RuntimeError('482910')"
    observers = [extend("first", good), extend("last", good)]
    extend("bad", bad)
    extend("worse", bad)
    assert send("sign_up").receipt
    assert len(sent) == 1
    assert [receipt.provider for seen in observers for receipt in seen()] == ["pigeon", "pigeon"]
    complaints = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert [
        f"The observer mailroom_delivered of {name} failed with RuntimeError" in "\n".join(complaints)
        for name in ("bad", "worse")
    ] == [True, True]
    assert "482910" not in caplog.text


def test_an_observer_of_failures_that_raises_costs_nothing(
    extend: Callable[[str, str], Any],
    send: Send,
    load: Callable[..., dict[str, Any]],
    encrypted: Callable[..., str],
) -> None:
    seen = extend("good", "def mailroom_failed(self, error, final): seen.append((error, final))")
    extend("bad", "def mailroom_failed(self): raise RuntimeError")
    event = load("sign_up", encrypted("482910"))
    event["request"]["userAttributes"]["email"] = "alex"
    with pytest.raises(Rejected) as refused:
        send(event)
    [(error, final)] = seen()
    assert (type(error), str(error), final) == (Rejected, str(refused.value), True)
    assert error.__traceback__ is error.__context__ is None  # where anybody finds all there is to know


@pytest.mark.parametrize("group", ["providers", "extensions"])
@pytest.mark.parametrize(
    ("method", "fault"),
    [
        ("def mailroom_vetoo(self): ...", "unknown hook 'mailroom_vetoo', did you mean 'mailroom_veto'?"),
        ("def mailroom_delivery(self): ...", "unknown hook 'mailroom_delivery', did you mean 'mailroom_d"),
        ("def quux(self): ...", "unknown hook 'quux'."),
        ("def mailroom_veto(self, mesage): ...", "Argument(s) {'mesage'} are declared in the hookimpl but"),
    ],
)
def test_a_misspelt_hook_is_named_with_the_nearest_right_one(
    *, group: str, method: str, fault: str, install: Install, environ: dict[str, str]
) -> None:
    source = f"""{HOOKS}
class Plugin:
    def __repr__(self): return "s3cret"
    @hookimpl
    {method}
    @hookimpl
    def mailroom_deliver(self): ...
"""
    install("acme-owl", source, **{group: {"owl": "Plugin"}})
    setting = {"providers": "MAILROOM_PROVIDER", "extensions": "MAILROOM_EXTENSIONS"}[group]
    with pytest.raises(ConfigurationError) as refused:
        Mailroom.from_environ(environ | {setting: "owl"})
    assert str(refused.value).startswith(f"{setting}: the plugin 'owl' is not valid: ")
    assert fault in str(refused.value)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    "body",
    ["...", "def mailroom_deliver(self): ...", "@hookimpl\n    def mailroom_veto(self): ..."],
    ids=["nothing", "not marked", "another hook"],
)
def test_a_provider_that_delivers_nothing_is_refused(
    body: str, install: Install, environ: dict[str, str]
) -> None:
    install("acme-owl", f"{HOOKS}\nclass Owl:\n    {body}\n", providers={"owl": "Owl"})
    with pytest.raises(ConfigurationError, match="the provider 'owl' implements no mailroom_deliver"):
        Mailroom.from_environ(environ | {"MAILROOM_PROVIDER": "owl"})


def test_a_hook_may_be_implemented_under_another_name(install: Install, send: Send) -> None:
    source = """
from cognito_mailroom import Receipt, hookimpl
class Owl:
    @hookimpl(specname="mailroom_deliver")
    def fly(self): return Receipt(message_id="hoot")
"""
    install("acme-owl", source, providers={"owl": "Owl"})
    receipt = send("sign_up", MAILROOM_PROVIDER="owl").receipt
    assert receipt
    assert (receipt.message_id, receipt.provider) == ("hoot", "owl")


def test_a_provider_and_an_extension_of_one_name_are_refused(
    extend: Callable[[str, str], Any], environ: dict[str, str]
) -> None:
    extend("pigeon", "def mailroom_veto(self): ...")
    with pytest.raises(ConfigurationError, match="the name 'pigeon' is taken by another plugin"):
        Mailroom.from_environ(environ)


def test_the_names_of_later_providers_are_checked_and_nothing_of_them_is_imported(
    install: Install, send: Send, environ: dict[str, str]
) -> None:
    install("acme-broken", "1 / 0", providers={"broken": "Broken"})
    assert send("sign_up", MAILROOM_PROVIDER="pigeon, broken").receipt
    with pytest.raises(ConfigurationError, match=r"no provider named 'brokn' .*, did you mean 'broken'"):
        Mailroom.from_environ(environ | {"MAILROOM_PROVIDER": "pigeon, brokn"})


def test_a_check_loads_the_later_providers_too(install: Install, environ: dict[str, str]) -> None:
    install("acme-broken", "1 / 0", providers={"broken": "Broken"})
    environ["MAILROOM_PROVIDER"] = "pigeon, broken"
    with pytest.raises(ConfigurationError, match=r"the plugin 'broken' of .* cannot be imported"):
        Mailroom.from_environ(environ, check_all=True)


@pytest.mark.parametrize(
    ("body", "kind", "sentence"),
    [
        ("return None", ConfigurationError, "The provider 'owl' did not return a Receipt."),
        ("return 'sent'", ConfigurationError, "The provider 'owl' did not return a Receipt."),
        ("raise RuntimeError('482910')", Unavailable, "The provider 'owl' failed with RuntimeError at "),
        ("raise TimeoutError", Unavailable, "The provider 'owl' failed with TimeoutError at "),
        ("raise Rejected('No such user.')", Rejected, "No such user."),
    ],
)
def test_a_provider_that_does_not_keep_its_contract_is_blamed(
    *, body: str, kind: type[MailroomError], sentence: str, install: Install, send: Send
) -> None:
    method = f"@hookimpl\n    def mailroom_deliver(self): {body}"
    install("acme-owl", f"{HOOKS}\nclass Owl:\n    {method}\n", providers={"owl": "Owl"})
    with pytest.raises(MailroomError) as refused:
        send("sign_up", MAILROOM_PROVIDER="owl")
    assert type(refused.value) is kind
    assert str(refused.value).startswith(sentence)
    assert "482910" not in str(refused.value)
