"""Commands whose streams are closed, cut or full, and which are ended half way."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent

import pytest
from cognito_mailroom import Trigger
from cognito_mailroom.testing import cognito

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="speaks to a POSIX shell")

POOL = "eu-west-1_Pool12345"
NOWHERE = "arn:aws:lambda:eu-west-1:123456789012:function:nowhere"
# Each as far as it gets without more than the stand-in of AWS.
COMMANDS = {
    "plugins": "plugins",
    "new-plugin": "new-plugin acme --out made",
    "demo": "demo",
    "encrypt": f"encrypt --pool-id {POOL} -",
    "invoke": "invoke -",
    "attach": f"attach --pool {POOL} --function nowhere --key KEY",
    "detach": f"detach --pool {POOL}",
    "redrive": f"redrive {NOWHERE} --function nowhere",
}
# Waits until the first line is read, and then finds nobody who would read the rest.
FIRST_LINE_ONLY = "| (read -r line; exec <&-; echo read >&2)"

Shell = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(autouse=True)
def heeded() -> Iterator[None]:
    """Who runs the suite in the background has it ignore Ctrl-C, and with it all that it starts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def in_shell(shell: dict[str, str], folder: Path, tmp_path: Path, key_arn: str) -> Shell:
    """``in_shell("plugins", ">&-")``: a command with redirections; $TMPDIR is a folder of its own."""
    (tmp_path / "temporary").mkdir()
    shell |= {"MAILROOM_KMS_KEY_ARN": key_arn, "TMPDIR": str(tmp_path / "temporary"), "AWS_MAX_ATTEMPTS": "1"}
    # Not -X dev as well: on a busy machine, asyncio would complain of callbacks that took long.
    python = f"{shlex.quote(sys.executable)} -W error -m cognito_mailroom.cli"

    def in_shell(command: str, redirections: str, before: str = ":") -> subprocess.CompletedProcess[str]:
        line = f"{before}; {python} {command.replace('KEY', key_arn)} {redirections}; exit ${{PIPESTATUS[0]}}"
        return subprocess.run(  # noqa: S603
            ["bash", "-c", line],  # noqa: S607
            env=shell,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return in_shell


@pytest.mark.parametrize(
    ("redirections", "statuses"),
    [("<&- >&-", {0, 1, 2}), ("</dev/null >/dev/full", {1, 2})],
    ids=["closed", "full"],
)
def test_no_stream_is_needed(in_shell: Shell, tmp_path: Path, redirections: str, statuses: set[int]) -> None:
    with ThreadPoolExecutor(3) as pool:
        done = dict(
            zip(COMMANDS, pool.map(lambda line: in_shell(line, redirections), COMMANDS.values()), strict=True)
        )

    assert {name for name, each in done.items() if each.returncode not in statuses} == set()
    assert {each.stdout for each in done.values()} == {""}
    assert not [
        each.stderr for each in done.values() if "Traceback" in each.stderr or "ignored" in each.stderr
    ]
    assert list((tmp_path / "temporary").iterdir()) == []
    if "full" in redirections:
        told = "Error: The output or a file cannot be written: No space left on device.\n"
        assert {name for name, each in done.items() if each.stderr == told} >= {
            "plugins",
            "new-plugin",
            "demo",
        }


def test_who_reads_the_first_line_alone_hears_no_complaint(in_shell: Shell, tmp_path: Path) -> None:
    done = in_shell("demo", FIRST_LINE_ONLY)

    assert (done.returncode, done.stderr) == (1, "read\n")
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize(
    ("command", "made"), [("new-plugin acme", "cognito-mailroom-acme"), ("demo --out out", "out")]
)
def test_a_full_disk_leaves_nothing_half_written(
    in_shell: Shell, folder: Path, command: str, made: str
) -> None:
    # What it says goes to a pipe, which has no such limit; what coverage would write has.
    done = in_shell(command, "| cat", before="unset COVERAGE_PROCESS_CONFIG; ulimit -f 1")

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.endswith("File too large.\n")
    assert [path.name for path in folder.rglob("*") if path.name != made] == []


PROVIDER = dedent("""
    import os, signal
    from cognito_mailroom import Receipt, hookimpl

    class Told:
        @hookimpl
        def mailroom_deliver(self, message, deadline):
            os.kill(os.getpid(), getattr(signal, message.recipient.local_part.upper()))
            return Receipt(message_id="1")
""")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_without_a_word(
    *,
    in_shell: Shell,
    shell: Mapping[str, str],
    folder: Path,
    install: Callable[..., None],
    encrypted: Callable[..., str],
    number: signal.Signals,
    status: int,
) -> None:
    install("mail-told", PROVIDER, providers={"told": "Told"})
    shell = {"MAILROOM_PROVIDER": "told", "MAILROOM_FROM": "no-reply@acme.example", **shell}
    event = cognito.event(
        Trigger.SIGN_UP, encrypted("042137"), attributes={"email": f"{number.name}@example.com"}
    )
    (folder / "event.json").write_text(json.dumps(event), "utf-16")
    settings = " ".join(
        f"{name}={shell[name]}" for name in ("MAILROOM_PROVIDER", "MAILROOM_FROM") if name in shell
    )

    done = in_shell("invoke event.json event.json", "", before=f"export {settings}")

    assert (done.returncode, done.stdout, done.stderr) == (status, "", "")
