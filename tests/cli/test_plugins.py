from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from subprocess import CompletedProcess
from textwrap import dedent

import pytest
from cognito_mailroom.plugins.discovery import EXTENSIONS, PROVIDERS

Run = Callable[..., CompletedProcess[str]]
Install = Callable[..., None]

PROVIDER = dedent("""
    import environ
    from cognito_mailroom import Secret, hookimpl
    from cognito_mailroom.settings import HostedTemplates

    class Pigeon:
        @environ.config(prefix="PIGEON")
        class Settings:
            loft = environ.var(help="their home")
            ring = environ.var(converter=Secret, help="a leg's")
            speed = environ.var("60", help="in km/h")
            template = environ.group(HostedTemplates)

        def __init__(self, settings):
            pass

        @hookimpl
        def mailroom_deliver(self, message, deadline):
            pass

        @hookimpl(specname="mailroom_render")
        def write(self, draft):
            pass

        def mailroom_veto(self):  # not marked, so not a hook
            pass
""")

EXTENSION = dedent("""
    from cognito_mailroom import hookimpl

    class Quiet:
        @hookimpl
        def mailroom_veto(self, notification):
            return "the night"
""")

SETTINGS = {
    "MAILROOM_PROVIDER": "pigeon",
    "MAILROOM_KMS_KEY_ARN": "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000",
    "MAILROOM_FROM": "no-reply@acme.example",
    "PIGEON_LOFT": "the roof",
    "PIGEON_RING": "CH-17",
}


@pytest.fixture
def alone(install: Install) -> None:
    """Hides what is installed beside core: distributions of the same names come first, and are empty."""
    for entry in [*entry_points(group=PROVIDERS), *entry_points(group=EXTENSIONS)]:
        if entry.dist:
            install(entry.dist.name, "")


@pytest.fixture
def plugins(install: Install, alone: None) -> None:  # noqa: ARG001 - hides the others first
    install("acme-pigeon", PROVIDER, providers={"pigeon": "Pigeon"})
    install("acme-quiet", EXTENSION, extensions={"quiet": "Quiet"})


def cells(out: str) -> list[list[str]]:
    """The rows of a table, with the lines of each cell."""
    rows: list[list[str]] = []
    current: list[list[str]] = []
    for line in out.splitlines():
        if line.startswith(("│", "┃", "|")):
            current.append([cell.strip() for cell in line[1:-1].split(line[0])])
        elif current:
            rows.append(["\n".join(filter(None, column)) for column in zip(*current, strict=True)])
            current = []
    return rows


@pytest.mark.usefixtures("plugins")
def test_the_table_tells_hooks_and_settings_of_every_plugin(mailroom: Run) -> None:
    done = mailroom("plugins")

    assert done.returncode == 0, done.stderr
    assert cells(done.stdout) == [
        ["Name", "Kind", "From", "Hooks", "Settings (* required)"],
        [
            "pigeon",
            "provider",
            "acme-pigeon 1.0",
            "mailroom_deliver\nmailroom_render",
            "PIGEON_LOFT* their home\nPIGEON_RING* a leg's\nPIGEON_SPEED in km/h\nPIGEON_TEMPLATE_<TRIGGER>",
        ],
        ["quiet", "extension", "acme-quiet 1.0", "mailroom_veto", ""],
    ]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import nowhere", "broken: ModuleNotFoundError: No module named 'nowhere'"),
        ("1 / 0", "broken: ZeroDivisionError: division by zero"),
        ("", "broken: AttributeError: module 'acme_broken' has no attribute 'Broken'"),
    ],
)
@pytest.mark.usefixtures("plugins")
def test_a_broken_plugin_hides_no_other(
    mailroom_here: Run, install: Install, source: str, reason: str
) -> None:
    install("acme-broken", source, providers={"broken": "Broken"})

    done = mailroom_here("plugins")

    assert done.returncode == 0
    rows = {row[0]: row for row in cells(done.stdout)}
    assert rows.keys() == {"Name", "broken", "pigeon", "quiet"}
    assert " ".join(rows["broken"][3].split()) == reason


@pytest.mark.parametrize("columns", ["", "80", "40"])
@pytest.mark.usefixtures("plugins")
def test_every_line_of_the_table_is_as_wide_as_the_others(
    mailroom: Run, shell: dict[str, str], columns: str
) -> None:
    shell |= {"COLUMNS": columns} if columns else {}

    lines = mailroom("plugins").stdout.splitlines()

    assert len({len(line) for line in lines}) == 1
    assert len(lines[0]) <= int(columns or 160)


@pytest.mark.usefixtures("alone")
def test_without_plugins_it_says_what_to_install(mailroom_here: Run) -> None:
    done = mailroom_here("plugins")

    assert done.stdout.endswith("pip install cognito-mailroom-smtp\n")


@pytest.mark.usefixtures("plugins")
def test_check_says_that_all_is_well(mailroom: Run, shell: dict[str, str]) -> None:
    shell |= SETTINGS

    done = mailroom("plugins", "--check")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Settings, plugins and templates are in order.\n"


@pytest.mark.usefixtures("plugins")
def test_check_names_every_fault_at_once_those_of_later_providers_included(
    mailroom_here: Run, shell: dict[str, str], install: Install, folder: Path
) -> None:
    install("acme-broken", "import nowhere", providers={"broken": "Broken"})
    (folder / "mails").mkdir()
    (folder / "mails" / "sign_up.txt").write_text("{% if %}")
    shell |= SETTINGS | {
        "MAILROOM_PROVIDER": "pigeon,broken",
        "MAILROOM_FROM": "nonsense",
        "MAILROOM_TEMPLATES": "mails",
        "PIGEON_LOFT": "",
    }

    done = mailroom_here("plugins", "--check")

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    for fault in ("MAILROOM_FROM is malformed", "PIGEON_LOFT is missing", "'broken' of acme-broken 1.0"):
        assert fault in done.stderr
    assert "CH-17" not in done.stderr


def test_check_reads_what_only_a_function_before_a_queue_does(
    mailroom_here: Run, shell: dict[str, str]
) -> None:
    shell["MAILROOM_QUEUE_URL"] = "waiting"
    done = mailroom_here("plugins", "--check")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: ConfigurationError: MAILROOM_QUEUE_URL is malformed")


@pytest.mark.usefixtures("plugins")
def test_check_takes_a_name_that_nobody_reads_for_a_fault(mailroom_here: Run, shell: dict[str, str]) -> None:
    shell |= SETTINGS | {"MAILROOM_STAGE": "test", "PIGEON_LOFTS": "x", "PIGEON_TEMPLATE_SIGNUP": ""}

    done = mailroom_here("plugins", "--check")

    assert done.returncode == 1
    assert "MAILROOM_STAGE is read by nobody: unset it, or correct its name; " in done.stderr
    assert "PIGEON_LOFTS is read by nobody, did you mean PIGEON_LOFT?" in done.stderr
    assert "SIGNUP" not in done.stderr


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("sign_up.txt", "{{ cod }}", "sign_up.txt, line 1, names an unknown variable"),
        ("sign_up.txt", "Hi", "The template sign_up.txt leaves the code out"),
        ("sentences/de.toml", "greeting = '{nmae}'", "sentences/de.toml: greeting: there is no {nmae} here"),
    ],
)
@pytest.mark.usefixtures("plugins")
def test_check_compiles_and_renders_the_templates(
    *, mailroom_here: Run, shell: dict[str, str], folder: Path, name: str, text: str, fault: str
) -> None:
    (folder / "mails" / name).parent.mkdir(parents=True)
    (folder / "mails" / name).write_text(text)
    shell |= SETTINGS | {"MAILROOM_TEMPLATES": "mails"}

    done = mailroom_here("plugins", "--check")

    assert done.returncode == 1
    assert fault in done.stderr
