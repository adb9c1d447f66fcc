"""What keeps a bundle from being built is said in one sentence, before anything is."""

from __future__ import annotations

import os
import sys
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from subprocess import PIPE, CompletedProcess, Popen
from threading import Thread
from typing import Any
from zipfile import ZipFile

import pytest

Build = Callable[..., CompletedProcess[str]]
ENTRIES = "[cognito_mailroom.providers]\nacme = acme_mail:Acme\n"


@pytest.mark.parametrize(
    ("options", "settings", "sentence"),
    [
        (
            ("--provider", "smtp"),
            {"MAILROOM_PROVIDER": "smtp, ses"},
            "MAILROOM_PROVIDER names 'ses', which is not included: add it to --provider.",
        ),
        (
            ("--provider", "smtp", "--extension", "none"),
            {"MAILROOM_EXTENSIONS": "guard"},
            "MAILROOM_EXTENSIONS names 'guard', which is not included: add it to --extension.",
        ),
        (
            ("--provider", "smtp", "--service", "sesv3"),
            {},
            "--service names 'sesv3', which boto3 does not know, did you mean 'sesv2'?",
        ),
        (
            ("--provider", "smtp"),
            {"MAILROOM_PYTHON": "3.13", "SENDGRID_APIKEY": "x", "MAILROOM_STAGE": "test", "SMTP_USER": "x"},
            "MAILROOM_STAGE is read by nobody: unset it, or correct its name; SMTP_USER is read by nobody",
        ),
        (("--provider", "smpt"), {}, "no provider named 'smpt' is installed, did you mean 'smtp'?"),
        (("--provider", "smtp", "--extension", "guard"), {}, "no extension named 'guard' is installed"),
    ],
)
def test_names_that_lead_nowhere(
    bundle: Build, tmp_path: Path, options: tuple[str, ...], settings: dict[str, str], sentence: str
) -> None:
    done = bundle(*options, "--out", "function.zip", **settings)

    assert done.returncode == 1
    assert sentence in done.stderr
    assert done.stderr.startswith("Error: ConfigurationError: ")
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "function.zip").exists()


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("sign_up.txt", "{% if %}", "The template sign_up.txt does not compile, line 1"),
        (
            "sign_up.txt",
            "{{ coed }}",
            "sign_up.txt, line 1, names an unknown variable 'coed', did you mean 'code'?",
        ),
        ("sign_up.txt", "Hi", "The template sign_up.txt leaves the code out"),
        ("brand.toml", "[brand]\nnam = 'Acme'", "brand.toml, line 2"),
        ("signup.txt", "", "signup.txt replaces no template, did you mean 'sign_up.txt'?"),
    ],
)
def test_a_template_that_is_wrong(bundle: Build, tmp_path: Path, name: str, text: str, sentence: str) -> None:
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails" / name).write_text(text)

    done = bundle("--provider", "smtp", "--out", "function.zip", MAILROOM_TEMPLATES="mails")

    assert done.returncode == 1
    assert sentence in done.stderr
    assert not (tmp_path / "function.zip").exists()


def test_everything_that_is_wrong_is_said_at_once(bundle: Build, tmp_path: Path) -> None:
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails" / "sign_up.txt").write_text("{% if %}")

    done = bundle(
        "--provider", "smtp", "--templates", "mails", MAILROOM_PROVIDER="ses", MAILROOM_EXTENSIONS=""
    )

    assert "MAILROOM_PROVIDER names 'ses'" in done.stderr
    assert "sign_up.txt does not compile" in done.stderr


@pytest.mark.parametrize("options", [(), ("--provider", "smtp,"), ("--provider", "")])
def test_a_provider_must_be_named(bundle: Build, options: tuple[str, ...]) -> None:
    done = bundle(*options)

    assert done.returncode == 2
    assert "--provider" in done.stderr


def test_the_environment_names_the_provider_where_no_option_does(bundle: Build, tmp_path: Path) -> None:
    done = bundle("--out", "function.zip", MAILROOM_PROVIDER="smtp", MAILROOM_EXTENSIONS="none")

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "function.zip").exists()


def test_a_wheel_that_is_not_to_be_had(bundle: Build, site: Any) -> None:
    site.add("acme-mail", {"acme_mail.py": ""}, entries=ENTRIES, wants="Requires-Dist: acme-wire\n")
    site.add("acme-wire", {"acme_wire.py": ""}, origin=None)

    done = bundle("--provider", "acme")

    assert done.returncode == 1
    assert "No matching distribution found for acme-wire==1.0" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_wheel_that_would_write_elsewhere(
    bundle: Build, site: Any, offline: dict[str, str], tmp_path: Path
) -> None:
    site.add("acme-mail", {}, entries=ENTRIES, origin=None)
    (tmp_path / "wheels").mkdir()
    with ZipFile(tmp_path / "wheels" / "acme_mail-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("../../evil.py", "")
        wheel.writestr(
            "acme_mail-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: acme-mail\nVersion: 1.0\n"
        )
        wheel.writestr("acme_mail-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\n")

    done = bundle("--provider", "acme", PIP_FIND_LINKS=f"{offline['PIP_FIND_LINKS']} {tmp_path / 'wheels'}")

    assert done.returncode == 1
    assert "acme-mail holds a file that is not to be in a package: ../../evil.py" in done.stderr


def _digest(text: str) -> str:
    return "sha256=" + urlsafe_b64encode(sha256(text.encode()).digest()).decode().rstrip("=")


def test_a_file_that_was_changed_after_it_was_installed(bundle: Build, site: Any) -> None:
    was = {"acme_mail.py": _digest("class Acme: ...")}
    site.add("acme-mail", {"acme_mail.py": "class Acme: 'mended by hand'"}, entries=ENTRIES, digests=was)

    done = bundle("--provider", "acme")

    assert done.returncode == 1
    assert "acme-mail 1.0 is not as it was installed: acme_mail.py was changed or removed" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_wheel_that_differs_from_what_is_installed(
    bundle: Build, site: Any, offline: dict[str, str], tmp_path: Path
) -> None:
    here = {"acme_mail.py": "class Acme: ..."}
    digests = {path: _digest(text) for path, text in here.items()}
    site.add("acme-mail", here, entries=ENTRIES, origin=None, digests=digests)
    (tmp_path / "wheels").mkdir()
    with ZipFile(tmp_path / "wheels" / "acme_mail-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("acme_mail.py", "class Acme: 'of another index'")
        wheel.writestr(
            "acme_mail-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: acme-mail\nVersion: 1.0\n"
        )
        wheel.writestr("acme_mail-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\n")

    done = bundle("--provider", "acme", PIP_FIND_LINKS=f"{offline['PIP_FIND_LINKS']} {tmp_path / 'wheels'}")

    assert done.returncode == 1
    assert "The wheel of acme-mail 1.0 for the function's machine is not what is installed" in done.stderr
    assert "acme_mail.py differs" in done.stderr


@pytest.mark.parametrize(("path", "other"), [("acme_wire.py", "acme-wire"), ("handler.py", "handler.py")])
def test_a_path_that_two_parts_bring(bundle: Build, site: Any, path: str, other: str) -> None:
    for name, content in (("acme-mail", "1"), ("acme-wire", "2")):
        # What nobody needs does not count, and what is the same may be there twice.
        files = {path: content, "tests/test_it.py": content, "acme/__init__.py": ""}
        own = {"acme-mail": {"entries": ENTRIES, "wants": "Requires-Dist: acme-wire\n"}}.get(name, {})
        digests = {each: _digest(text) for each, text in files.items()} if other == "acme-wire" else None
        site.add(name, files, digests=digests, **own)

    done = bundle("--provider", "acme")

    assert done.returncode == 1
    assert f" and {other} both bring a file {path}, and not the same one" in done.stderr


def test_an_installed_extension_is_not_left_out_in_silence(bundle: Build, site: Any) -> None:
    site.add("guard", {"guard.py": ""}, entries="[cognito_mailroom.extensions]\nguard = guard:Veto\n")

    done = bundle("--provider", "smtp", "--service", "sesv3")

    assert done.returncode == 1
    assert "installed extensions would be left out, guard: say with --extension" in done.stderr
    assert "sesv3" in done.stderr


@contextmanager
def _read_at_the_end_of(process: Popen[bytes], pipe: Path) -> Iterator[None]:
    """A process that ends too soon must not leave us waiting for a reader."""

    def read() -> None:
        process.wait()
        os.close(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK))

    reader = Thread(target=read)
    reader.start()
    yield
    reader.join()


@pytest.mark.parametrize("options", [(), ("--unpacked",)])
@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal")
def test_what_was_there_stays_when_it_is_broken_off(
    settings: dict[str, str], tmp_path: Path, options: tuple[str, ...]
) -> None:
    out, temporary = tmp_path / "function.zip", tmp_path / "temporary"
    temporary.mkdir()
    if not options:
        out.write_text("the former")
    # pip itself is asked for what never comes: a pipe that says when it is read, and holds it there.
    os.mkfifo(requirements := tmp_path / "constraints.txt")
    settings |= {"TMPDIR": str(temporary), "PIP_CONSTRAINT": str(requirements)}
    command = (sys.executable, "-X", "dev", "-W", "error", "-m", "cognito_mailroom.cli", "bundle")
    arguments = ("--provider", "smtp", *options, "--out", str(out))
    with (
        Popen((*command, *arguments), cwd=tmp_path, env=settings, stdout=PIPE, stderr=PIPE) as process,  # noqa: S603
        _read_at_the_end_of(process, requirements),
        requirements.open("w"),  # once pip has come as far as to read it
    ):
        process.terminate()
        said = process.communicate(timeout=60)

    # Nobody is left who holds the pipe's other end.
    with pytest.raises(OSError, match="No such device or address"):
        os.open(requirements, os.O_WRONLY | os.O_NONBLOCK)
    assert (process.returncode, *said) == (143, b"", b"")
    assert list(temporary.iterdir()) == []
    assert {path.name for path in tmp_path.iterdir()} - {"constraints.txt", "temporary"} == (
        set() if options else {"function.zip"}
    )
    assert options or out.read_text() == "the former"


def test_machine_code_that_was_installed_from_a_folder(bundle: Build, site: Any) -> None:
    site.add("acme-mail", {"acme_mail.so": ""}, entries=ENTRIES, pure=False)

    done = bundle("--provider", "acme")

    assert done.returncode == 1
    assert "acme-mail is not plain Python" in done.stderr


def test_a_module_of_another_python(bundle: Build, site: Any) -> None:
    site.add("acme-mail", {"acme_mail.py": "print 'hello'"}, entries=ENTRIES)

    done = bundle("--provider", "acme")

    assert done.returncode == 1
    assert "acme_mail.py" in done.stderr
    assert "SyntaxError" in done.stderr


@pytest.mark.parametrize("options", [("--unpacked",), ()])
def test_a_folder_with_something_in_it_is_left_alone(
    bundle: Build, tmp_path: Path, options: tuple[str, ...]
) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "thing").touch()

    done = bundle("--provider", "smtp", *options, "--out", "precious")

    assert done.returncode == 1
    assert "precious is a folder with something in it" in done.stderr
    assert [path.name for path in (tmp_path / "precious").iterdir()] == ["thing"]


@pytest.mark.parametrize("out", ["handler.py", "handler.py/function", "handler.py/function.zip"])
def test_a_place_that_cannot_be_written(bundle: Build, tmp_path: Path, out: str) -> None:
    (tmp_path / "handler.py").write_text("")

    done = bundle("--provider", "smtp", "--out", out, *() if out.endswith(".zip") else ("--unpacked",))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: {out} cannot be written to: ")
