"""What is in a bundle, and what is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import distributions, version
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any
from zipfile import ZipFile

import pytest
from cognito_mailroom.mail import catalogues
from cognito_mailroom.mail.checking import example_renderer
from cognito_mailroom.mail.examples import example
from cognito_mailroom.mail.variables import NAMES
from cognito_mailroom.settings.problems import Problems

Build = Callable[..., CompletedProcess[str]]
ROOT = Path(__file__).parents[2]

ACME = {
    "acme_mail/__init__.py": "from .provider import Acme",
    "acme_mail/provider.py": "class Acme: ...",
    "acme_mail/standin.py": "import cognito_mailroom.testing",
}
ENTRIES = """
[cognito_mailroom.providers]
acme = acme_mail:Acme
[cognito_mailroom.standins]
acme = acme_mail.standin:Server
"""


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("handler.py", True),
        ("cognito_mailroom/function/trigger.py", True),
        ("cognito_mailroom/mail/templates/layout.html", True),
        ("cognito_mailroom_smtp/provider.py", True),
        ("cognito_mailroom/cli/group.py", False),
        ("cognito_mailroom/testing/smtp_server.py", False),
        ("cognito_mailroom/py.typed", False),
        ("attr/tests.py", True),
        ("attr/tests/test_make.py", False),
        ("attr/filters.pyi", False),
        ("boto3/data/ec2/2016-11-15/resources-1.json", False),
        ("boto3/examples/s3.rst", False),
        ("botocore/data/endpoints.json", True),
        ("botocore/data/partitions.json", True),
        ("botocore/data/_retry.json", True),
        ("botocore/data/sdk-default-configuration.json", True),
        ("botocore/data/kms/2019-01-01/service-2.json", True),
        ("botocore/data/kms/2019-01-01/paginators-1.json", True),
        ("botocore/data/kms/2019-01-01/examples-1.json", False),
        ("botocore/data/kmsx/2019-01-01/service-2.json", False),
        ("botocore/data/cognito-idp/2019-01-01/service-2.json", True),
        ("botocore/data/sesv2/2019-01-01/service-2.json", True),
        ("botocore/data/secretsmanager/2019-01-01/service-2.json", False),
        ("cryptography/_rust.abi3.so", True),
        ("dateutil/zoneinfo/rebuild.py", True),
        ("dateutil/zoneinfo/dateutil-zoneinfo.tar.gz", False),
        ("pycparser/c_parser.py", False),
        ("wrapt/_wrappers.c", False),
        ("wrapt/more.py", True),
    ],
)
def test_the_files(smtp: Path, path: str, kept: bool) -> None:  # noqa: FBT001
    assert (smtp / path).is_file() is kept


def test_what_is_read_at_every_start_is_short(smtp: Path) -> None:
    data = smtp / "botocore" / "data"

    assert (data / "kms" / "2019-01-01" / "service-2.json").read_text() == (
        '{"operations":{"Decrypt":{"name":"Decrypt"}},'
        '"shapes":{"Page":{"members":{"documentation":{"shape":"Text"}}}}}'
    )
    # Each under the name of its endpoint: SES is email.
    assert json.loads((data / "endpoints.json").read_text()) == {
        "partitions": [{"services": {"kms": {}, "email": {}}, "regions": {"eu-west-1": {}}}]
    }


def test_of_metadata_there_is_what_is_read_at_run_time_and_the_licence(smtp: Path) -> None:
    (info,) = smtp.glob("boto3-*.dist-info")
    assert {path.name for path in info.rglob("*") if path.is_file()} == {"METADATA", "LICENSE"}

    found = {each.name: each for each in distributions(path=[str(smtp)])}
    assert found["wrapt"].version == version("wrapt")
    assert not {"click", "rich", "moto", "pytest", "pip", "setuptools", "cognito-mailroom-ses"} & found.keys()
    assert not any("cryptographic-material-providers" in name for name in found)
    (provider,) = found["cognito-mailroom-smtp"].entry_points.select(group="cognito_mailroom.providers")
    assert provider.value == "cognito_mailroom_smtp:SmtpProvider"


def test_nothing_lies_about_that_no_part_owns(smtp: Path) -> None:
    known = {
        "handler.py",
        "__pycache__",
        "attr",
        "attrs",
        "dateutil",
        "cognito_mailroom",
        "cognito_mailroom_smtp",
    }
    parts = {each.name.lower().replace("-", "_") for each in distributions(path=[str(smtp)])}
    found = {path.name for path in smtp.iterdir() if path.suffix != ".dist-info"}
    assert found - known <= parts


def test_the_handler_is_the_one_at_the_root(smtp: Path) -> None:
    assert (smtp / "handler.py").read_bytes() == (ROOT / "handler.py").read_bytes()


def test_plugins_are_taken_as_they_are_installed_without_their_stand_ins(
    bundle: Build, site: Any, tmp_path: Path
) -> None:
    site.add("acme-mail", ACME, entries=ENTRIES, wants="Requires-Dist: acme-wire\n")
    site.add("acme-wire", {"acme_wire.py": "", "acme_wire_stubs/x.pyi": ""})
    for name in ("guard", "blocklist"):
        site.add(name, {f"{name}.py": ""}, entries=f"[cognito_mailroom.extensions]\n{name} = {name}:Veto\n")

    done = bundle("--provider", "acme", "--extension", "guard", "--unpacked", "--out", "out")

    assert done.returncode == 0, done.stderr
    out = tmp_path / "out"
    assert {path.name for path in (out / "acme_mail").glob("*.py")} == {"__init__.py", "provider.py"}
    assert (out / "acme_wire.py").exists()
    assert (out / "guard.py").exists()
    assert not (out / "blocklist.py").exists()
    assert not (out / "cognito_mailroom_smtp").exists()


def test_a_plugin_in_editable_mode_is_built_and_its_source_left_as_it_is(
    bundle: Build, site: Any, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    (source / "src").mkdir(parents=True)
    (source / "src" / "acme_mail.py").write_text("class Acme: ...")
    (source / "pyproject.toml").write_text('[project]\nname = "acme-mail"\nversion = "1.0"\n')
    before = sorted(source.rglob("*"))
    origin = {"url": source.as_uri(), "dir_info": {"editable": True}}
    site.add("acme-mail", {"acme.pth": ""}, entries=ENTRIES, origin=json.dumps(origin))

    done = bundle("--provider", "acme", "--unpacked", "--out", "out")

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "acme_mail.py").exists()
    assert not (tmp_path / "out" / "acme.pth").exists()
    assert sorted(source.rglob("*")) == before


def test_what_another_python_needs_is_asked_of_its_markers(bundle: Build, site: Any, tmp_path: Path) -> None:
    wants = (
        'Requires-Dist: for-windows; sys_platform == "win32"\n'
        'Requires-Dist: for-pypy; implementation_name == "pypy"\n'
        'Requires-Dist: for-arm; platform_machine == "aarch64"\n'
        'Requires-Dist: for-old; python_version < "3.12"\n'
        'Requires-Dist: for-later; extra == "later"\n'
    )
    site.add("acme-mail", ACME, entries=ENTRIES, wants=wants)
    site.add("for-arm", {"for_arm.py": ""})

    done = bundle("--provider", "acme", "--python", "3.12", "--arch", "arm64", "--unpacked", "--out", "out")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "for_arm.py").exists()

    done = bundle("--provider", "acme", "--python", "3.11", "--arch", "arm64")
    assert done.returncode == 1
    assert done.stderr == (
        "Error: acme-mail needs for-old on Python 3.11, which is not installed here: pip install 'for-old'\n"
    )


def test_binaries_are_those_of_the_functions_machine(bundle: Build, smtp: Path, tmp_path: Path) -> None:
    assert bundle("--provider", "smtp", "--arch", "arm64", "--unpacked", "--out", "out").returncode == 0

    binary = Path("cryptography", "_rust.abi3.so")
    assert (tmp_path / "out" / binary).read_text() == "for aarch64"
    assert (smtp / binary).read_text() == "for x86_64"


@pytest.mark.parametrize(
    ("options", "settings", "services"),
    [
        (
            (),
            {"SMTP_USERNAME": "ssm:/mail", "SMTP_PASSWORD": "secretsmanager:mail#x"},
            {"ssm", "secretsmanager"},
        ),
        (("--with", "ssm", "--service", "s3"), {"SMTP_HOST": "mail:25"}, {"ssm", "s3"}),
    ],
)
def test_services_are_kept_that_settings_or_options_call_for(
    bundle: Build, tmp_path: Path, options: tuple[str, ...], settings: dict[str, str], services: set[str]
) -> None:
    done = bundle("--provider", "smtp", *options, "--unpacked", "--out", "out", **settings)

    assert done.returncode == 0, done.stderr
    kept = {path.name for path in (tmp_path / "out" / "botocore" / "data").iterdir() if path.is_dir()}
    assert kept == {"kms", "cognito-idp", "sesv2", *services}


def test_a_layer_is_below_its_folder_and_has_no_handler(bundle: Build, tmp_path: Path) -> None:
    assert bundle("--provider", "smtp", "--layer", "--out", "layer.zip").returncode == 0

    with ZipFile(tmp_path / "layer.zip") as archive:
        names = archive.namelist()
    assert {name.split("/")[0] for name in names} == {"python"}
    assert "python/cognito_mailroom/app.py" in names
    assert "python/handler.py" not in names


def test_templates_come_along(bundle: Build, tmp_path: Path) -> None:
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails" / "sign_up.subject").write_text("Welcome")

    done = bundle("--provider", "smtp", "--layer", "--templates", "mails", "--unpacked", "--out", "out")

    assert "set MAILROOM_TEMPLATES=/opt/python/templates" in done.stdout
    assert (tmp_path / "out" / "python" / "templates" / "sign_up.subject").read_text() == "Welcome"


def test_templates_are_compiled_ahead(bundle: Build, tmp_path: Path) -> None:
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails" / "sign_up.txt").write_text(
        "{% extends 'layout.txt' %}{% block intro %}Hi{% endblock %}"
    )
    assert bundle("--provider", "smtp", "--templates", "mails", "--unpacked", "--out", "out").returncode == 0
    own, defaults = (tmp_path / "out" / name for name in ("templates", "cognito_mailroom/mail/templates"))
    compiled = {path.suffix for path in (defaults / "__compiled__").iterdir()}
    assert compiled == {".py", ""}  # with a digest of what it was made of

    renderer = example_renderer(own, Problems())

    assert not renderer.is_unchecked
    assert renderer.bodies(example("sign_up"), dict.fromkeys(NAMES, "482910"))[0].count("Hi") == 1


def test_without_templates_every_language_is_there(smtp: Path) -> None:
    assert catalogues_in(smtp) == {path.stem for path in Path(catalogues.__path__[0]).glob("*.py")}


CHECKED_ANEW = """
from pathlib import Path
from cognito_mailroom.mail.checking import check, example_renderer
from cognito_mailroom.settings.problems import Problems
BLOCK = "{% block intor %}{% endblock %}"
for name, more in (("generic.txt", ""), ("brand.toml", "# Hi"), ("generic.txt", BLOCK)):
    with Path("out/templates", name).open("a") as file:
        file.write(more)
    renderer = example_renderer(Path("out/templates"), problems := Problems())
    was_unchecked = renderer.is_unchecked
    check(renderer, problems, extended=False)
    print(was_unchecked, problems.error() if problems else "in order")
"""


def test_languages_that_no_brand_speaks_stay_out_and_what_is_changed_is_checked_anew(
    bundle: Build, run_python: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails" / "brand.toml").write_text(
        '[brand]\nlanguages = ["de", "pt-BR"]\n[pools.eu-west-1_Ab]\nlanguages = ["ja"]\n'
    )
    (tmp_path / "mails" / "generic.txt").write_text('{% extends "layout.txt" %}')

    done = bundle("--provider", "smtp", "--templates", "mails", "--unpacked", "--out", "out")

    assert done.returncode == 0, done.stderr
    # English is what sentences are checked against, where a file is changed later.
    always = {"__init__", "_rules", "_scripts", "en"}
    assert catalogues_in(tmp_path / "out") == always | {"de", "pt_BR", "ja"}
    assert "languages that no brand speaks" in done.stdout

    # The libraries in it are hollow: of the bundle this sees core alone.
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "cognito_mailroom").symlink_to(tmp_path / "out" / "cognito_mailroom")
    told = run_python(CHECKED_ANEW, path=str(tmp_path / "core"), cwd=tmp_path).splitlines()
    assert told[:2] == ["False in order", "True in order"]
    assert told[2].startswith("True MAILROOM_TEMPLATES: generic.txt, line 1, fills a block 'intor'")


def catalogues_in(bundle: Path) -> set[str]:
    return {path.stem for path in (bundle / "cognito_mailroom/mail/catalogues").glob("*.py")}


def test_the_tables_tell_what_is_in_it_and_what_is_not(smtp: Path) -> None:
    shown = (smtp.parent / "out").read_text()

    rows = [
        [cell.strip() for cell in line.split("│")[1:-1]] for line in shown.splitlines() if line[:1] == "│"
    ]
    parts = {row[0]: row[1:3] for row in rows if len(row) == 5}
    assert parts["boto3"] == [version("boto3"), "wheel"]
    assert parts["cognito-mailroom-smtp"] == [version("cognito-mailroom-smtp"), "this environment"]
    assert list(parts)[-1] == "all"
    assert "AWS services that are not called" in {row[0] for row in rows if len(row) == 2}
