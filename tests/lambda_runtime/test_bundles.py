"""Every provider's bundle, built from the index: how large it is, for which machine, and that it delivers."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

# Millions of bytes. Mailgun's SDK brings a second HTTP client along.
LIMITS = {"mailgun": 12.5, "postmark": 11.0, "sendgrid": 11.0, "ses": 11.0, "smtp": 11.0}
# Source: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html, e_machine
MACHINES = {"x86_64": 62, "arm64": 183}


@pytest.mark.parametrize("provider", LIMITS)
def test_a_bundle_is_small_and_delivers(
    bundle: Callable[..., Path],
    function: Callable[..., Any],
    load: Callable[..., dict[str, Any]],
    encrypted: Callable[..., str],
    provider: str,
) -> None:
    zip_file = bundle("--provider", provider)

    assert zip_file.stat().st_size <= LIMITS[provider] * 1e6
    (stand_in,) = entry_points(group="cognito_mailroom.standins", name=provider)
    with stand_in.load()() as counterpart:
        with function(zip_file, MAILROOM_PROVIDER=provider, **counterpart.environ) as running:
            answer = running.invoke(load("sign_up", encrypted("482910")))
        assert answer.get("response") == {}, running.log
        (mail,) = counterpart.messages
        assert mail.rcpt_to == ["alex@example.com"]
        assert "482910" in mail.message.get_body(("plain",)).get_content().split()
    assert "ERROR" not in running.log


@pytest.mark.parametrize("arch", MACHINES)
def test_a_bundle_holds_the_binaries_of_its_processor(bundle: Callable[..., Path], arch: str) -> None:
    with ZipFile(bundle("--provider", "mailgun", "--arch", arch)) as archive:
        binaries = {name: archive.read(name) for name in archive.namelist() if name.endswith(".so")}

    assert "cryptography/hazmat/bindings/_rust.abi3.so" in binaries
    assert all(content.startswith(b"\x7fELF") for content in binaries.values())
    assert {int.from_bytes(content[18:20], "little") for content in binaries.values()} == {MACHINES[arch]}


def test_the_same_input_makes_the_same_bytes(bundle: Callable[..., Path]) -> None:
    one, other = bundle("--provider", "postmark"), bundle("--provider", " postmark")

    assert one != other
    assert one.read_bytes() == other.read_bytes()
