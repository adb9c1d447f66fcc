from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from textwrap import dedent

import pytest
from cognito_mailroom import Trigger
from cognito_mailroom.testing import cognito

Run = Callable[..., CompletedProcess[str]]
MakeEvent = Callable[..., str]

PROVIDER = dedent("""
    from cognito_mailroom import Receipt, Rejected, Unavailable, hookimpl

    class Told:
        @hookimpl
        def mailroom_deliver(self, message, deadline):
            local_part = message.recipient.local_part
            if local_part == "bounces":
                raise Rejected("the mailbox does not exist")
            if local_part == "busy":
                raise Unavailable("nobody answers")
            with open("told.txt", "a") as told:
                print(local_part, message.variables["code"], deadline.remaining(), file=told)
            return Receipt(message_id="1")
""")


@pytest.fixture(autouse=True)
def told(shell: dict[str, str], install: Callable[..., None], key_arn: str) -> None:
    install("mail-told", PROVIDER, providers={"told": "Told"})
    shell |= {
        "MAILROOM_PROVIDER": "told",
        "MAILROOM_KMS_KEY_ARN": key_arn,
        "MAILROOM_FROM": "no-reply@acme.example",
    }


@pytest.fixture
def event(encrypted: Callable[..., str]) -> MakeEvent:
    """An event as a file has it."""

    def event(local_part: str, pool_id: str = cognito.POOL_ID) -> str:
        code = encrypted("042137", pool_id=pool_id)
        attributes = {"email": f"{local_part}@example.com"}
        return json.dumps(cognito.event(Trigger.SIGN_UP, code, attributes=attributes))

    return event


def test_every_event_has_its_line(mailroom: Run, folder: Path, event: MakeEvent) -> None:
    (folder / "alex.json").write_text(event("alex"))
    (folder / "bounces.json").write_text(event("bounces"))

    done = mailroom("invoke", "alex.json", "bounces.json", "-", given=event("kim"))

    assert done.returncode == 0, done.stderr
    alex, kim = done.stdout.splitlines()
    assert alex.startswith("alex.json: ")
    assert kim.startswith("<stdin>: ")
    assert "delivered by told" in alex
    assert done.stderr.splitlines() == [
        "bounces.json: CustomEmailSender_SignUp rejected: the mailbox does not exist"
    ]
    assert [line.split()[:2] for line in (folder / "told.txt").read_text().splitlines()] == [
        ["alex", "042137"],
        ["kim", "042137"],
    ]


def test_what_lambda_would_retry_is_one_sentence_each_and_stops_nothing(
    mailroom: Run, folder: Path, event: MakeEvent
) -> None:
    (folder / "busy.json").write_text(event("busy"))
    (folder / "stranger.json").write_text(event("alex", pool_id="eu-west-1_Other"))
    (folder / "alex.json").write_text(event("alex"))

    done = mailroom("invoke", "busy.json", "stranger.json", "alex.json")

    assert done.returncode == 1
    assert done.stdout.startswith("alex.json: ")
    busy, stranger = done.stderr.splitlines()
    assert busy == "busy.json: CustomEmailSender_SignUp failed: Unavailable: nobody answers"
    assert stranger.startswith("stranger.json: CustomEmailSender_SignUp failed: DecryptionError: The code")


def test_what_is_no_event_is_one_sentence(mailroom: Run, folder: Path) -> None:
    contents = ["[]", "{}", "null", '"event"', '{"triggerSource": "PreSignUp_SignUp"}']
    names = [f"{number}.json" for number in range(len(contents))]
    for name, content in zip(names, contents, strict=True):
        (folder / name).write_text(content)

    done = mailroom("invoke", *names)

    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert [line.split()[0] for line in lines] == [f"{name}:" for name in names]
    assert all("failed: EventError: The event" in line for line in lines)


def test_the_timeout_is_the_functions_own(mailroom: Run, folder: Path, event: MakeEvent) -> None:
    mailroom("invoke", "--timeout", "9", "-", given=event("alex"))
    done = mailroom("invoke", "--timeout", "0.1", "-", given=event("alex"))

    remaining = [float(line.split()[2]) for line in (folder / "told.txt").read_text().splitlines()]
    assert [0 < seconds < 9 for seconds in remaining] == [True]
    assert done.returncode == 1
    assert "Unavailable" in done.stderr


def test_a_dry_run_says_so(mailroom: Run, shell: dict[str, str], folder: Path, event: MakeEvent) -> None:
    shell["MAILROOM_DRY_RUN"] = "true"

    done = mailroom("invoke", "-", given=event("alex"))

    assert done.returncode == 0
    assert "dry run" in done.stdout
    assert not (folder / "told.txt").exists()


@pytest.mark.parametrize(
    ("name", "content", "status", "sentence"),
    [
        ("event.json", b"{", 1, "Error: event.json is not JSON: Expecting property name"),
        ("event.json", b"\xff\xfe", 1, "Error: event.json is not JSON: "),
        ("absent.json", b"", 2, "Error: Invalid value for 'EVENT.json...': 'absent.json': No such file"),
    ],
)
def test_an_unreadable_file_is_one_sentence_and_nothing_is_sent(
    *, mailroom: Run, folder: Path, event: MakeEvent, name: str, content: bytes, status: int, sentence: str
) -> None:
    (folder / "event.json").write_bytes(content)

    done = mailroom("invoke", "-", name, given=event("alex"))

    assert done.returncode == status
    assert done.stderr.splitlines()[-1].startswith(sentence)
    assert "Traceback" not in done.stderr
    assert not (folder / "told.txt").exists()


def test_what_the_environment_lacks_is_one_sentence(mailroom: Run, shell: dict[str, str]) -> None:
    del shell["MAILROOM_FROM"]
    shell["MAILROOM_PROVIDER"] = "tald"

    done = mailroom("invoke", "-", given="{}")

    assert done.returncode == 1
    assert done.stderr.startswith("Error: ConfigurationError: ")
    assert done.stderr.count("\n") == 1
    assert "MAILROOM_FROM is missing" in done.stderr
    assert "did you mean 'told'?" in done.stderr
