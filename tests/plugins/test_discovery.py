"""What is installed is found by name; only what is asked for is imported, and what is broken is named."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cognito_mailroom import ConfigurationError
from cognito_mailroom.app import Mailroom
from cognito_mailroom.plugins.discovery import EXTENSIONS, PROVIDERS, Installed, origin

Install = Callable[..., None]

PROVIDER = """
from cognito_mailroom import Receipt, hookimpl

class Owl:
    @hookimpl
    def mailroom_deliver(self, message):
        return Receipt()
"""


def test_names_are_sorted_and_told_apart_by_group(install: Install) -> None:
    install("acme-mail", "", providers={"zebra": "P", "aardvark": "P"}, extensions={"guard": "E"})
    found = Installed()
    assert {"aardvark", "zebra"} <= set(found.names(PROVIDERS))
    assert list(found.names(PROVIDERS)) == sorted(found.names(PROVIDERS))
    assert found.names(EXTENSIONS) == ("guard",)
    assert "acme_mail" not in sys.modules


def test_an_entry_point_tells_where_it_comes_from(install: Install) -> None:
    install("acme-mail", "", providers={"owl": "Owl"})
    assert origin(Installed().find(PROVIDERS, "owl")) == "acme-mail 1.0"


def test_an_unknown_provider_lists_what_is_installed_and_tells_what_to_install(
    install: Install, environ: dict[str, str]
) -> None:
    install("acme-mail", PROVIDER, providers={"owl": "Owl"})
    with pytest.raises(ConfigurationError) as refused:
        Mailroom.from_environ(environ | {"MAILROOM_PROVIDER": "Owls"})
    assert str(refused.value).startswith(
        "MAILROOM_PROVIDER: no provider named 'Owls' is installed, did you mean 'owl'? (installed: "
    )
    assert "owl, pigeon" in str(refused.value)
    assert "cognito-mailroom-Owls" in str(refused.value)


def test_where_nothing_is_installed_that_is_said(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match=r"no extension named 'guard' .*\(installed: none;"):
        Mailroom.from_environ(environ | {"MAILROOM_EXTENSIONS": "guard"})


@pytest.mark.parametrize(
    ("group", "setting", "value"),
    [
        ("providers", "MAILROOM_PROVIDER", "owl"),
        ("providers", "MAILROOM_PROVIDER", "pigeon,owl"),
        ("extensions", "MAILROOM_EXTENSIONS", "owl"),
    ],
)
def test_two_distributions_that_claim_one_name_are_refused(
    group: str, setting: str, value: str, install: Install, environ: dict[str, str]
) -> None:
    for distribution in ("acme-mail", "zenith-mail"):
        install(distribution, PROVIDER, **{group: {"owl": "Owl"}})
    with pytest.raises(ConfigurationError) as refused:
        Mailroom.from_environ(environ | {setting: value})
    assert str(refused.value) == (
        f"{setting}: the {group[:-1]} 'owl' is claimed by acme-mail 1.0 and zenith-mail 1.0: "
        "uninstall one of them."
    )


def test_a_doubled_name_that_nobody_chose_does_no_harm(install: Install, environ: dict[str, str]) -> None:
    for distribution in ("acme-mail", "zenith-mail"):
        install(distribution, "1 / 0", providers={"owl": "Owl"})
    assert Mailroom.from_environ(environ)


@pytest.mark.parametrize(
    ("group", "setting"),
    [("providers", "MAILROOM_PROVIDER"), ("extensions", "MAILROOM_EXTENSIONS")],
)
@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("import nothing", "cannot be imported (ModuleNotFoundError: No module named 'nothing')"),
        ("raise RuntimeError('s3cret')", "cannot be imported (RuntimeError)"),
        ("def (", "cannot be imported (SyntaxError)"),
        ("", "cannot be imported (AttributeError)"),
        ("Owl = 42", "does not name a class"),
        ("def Owl(): ...", "does not name a class"),
        ("class Owl:\n  def __init__(self): raise RuntimeError('s3cret')", "failed with RuntimeError at "),
        ("class Owl:\n  def __init__(self, needed): ...", "failed with TypeError at "),
        ("class Owl:\n  Settings = 42", "failed with "),
        ("class Owl:\n  __hash__ = None", "is not hashable: declare its class with eq=False"),
    ],
)
def test_a_broken_plugin_is_named_with_its_setting(
    *, group: str, setting: str, source: str, fault: str, install: Install, environ: dict[str, str]
) -> None:
    install("acme-mail", source, **{group: {"owl": "Owl"}})
    with pytest.raises(ConfigurationError) as refused:
        Mailroom.from_environ(environ | {setting: "owl"})
    assert str(refused.value).startswith(f"{setting}: the ")
    assert "'owl'" in str(refused.value)
    assert fault in str(refused.value)
    assert "s3cret" not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("target", ["", "no such", "1"], ids=repr)
def test_a_malformed_entry_point_is_named(target: str, install: Install, environ: dict[str, str]) -> None:
    install("acme-mail", PROVIDER, providers={"owl": target})
    with pytest.raises(ConfigurationError, match=r"^MAILROOM_PROVIDER: the .*'owl'"):
        Mailroom.from_environ(environ | {"MAILROOM_PROVIDER": "owl"})


OUTSIDE = """
import pathlib
from cognito_mailroom import Receipt, hookimpl

class Raven:
    @hookimpl
    def mailroom_deliver(self, message):
        pathlib.Path("delivered").write_text(f"{message.recipient}\\n{message.text}")
        return Receipt(message_id="quoth")
"""
BROKEN = "import pathlib\npathlib.Path('imported').touch()\nraise RuntimeError('of no concern')"
RUN = "import handler, json; print(json.dumps(handler.lambda_handler(json.load(open('event.json')), None)))"


def wheel(folder: Path, distribution: str, source: str, entry_points: str) -> Path:
    """A distribution of one module, as pip installs it without building anything."""
    module = distribution.replace("-", "_")
    info = f"{module}-2.0.dist-info"
    path = folder / f"{module}-2.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{module}.py", source)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 2.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/entry_points.txt", f"[cognito_mailroom.providers]\n{entry_points}\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


def test_a_provider_installed_with_pip_is_used_and_a_broken_one_beside_it_never_imported(
    *, tmp_path: Path, environ: dict[str, str], load: Callable[..., object], encrypted: Callable[..., str],
    run_python: Callable[..., str],
) -> None:  # fmt: skip
    wheels = [
        wheel(tmp_path, "acme-raven", OUTSIDE, "raven = acme_raven:Raven"),
        wheel(tmp_path, "zenith-vulture", BROKEN, "vulture = zenith_vulture:Vulture"),
    ]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-input"]
    subprocess.run([*pip, "--target", str(tmp_path / "site"), *wheels], check=True)  # noqa: S603
    (tmp_path / "event.json").write_text(json.dumps(load("sign_up", encrypted("482910"))))
    environ["MAILROOM_PROVIDER"] = "raven"
    printed = run_python(RUN, path=str(tmp_path / "site"), cwd=tmp_path, **environ)
    assert json.loads(printed)["response"] == {}
    recipient, _, text = (tmp_path / "delivered").read_text().partition("\n")
    assert recipient == "alex@example.com"
    assert "482910" in text
    assert not (tmp_path / "imported").exists()
