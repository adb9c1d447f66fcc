"""Lists the installed plugins as a table."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points

from attrs import evolve
from rich.table import Table
from rich.text import Text

from cognito_mailroom.notification import Trigger
from cognito_mailroom.plugins.discovery import EXTENSIONS, PROVIDERS, origin
from cognito_mailroom.plugins.hookspecs import PROJECT
from cognito_mailroom.settings.reading import variables

from .console import console

_TRIGGERS = [f"_{trigger.name}" for trigger in Trigger]


def show() -> None:
    """Prints every entry point of both groups; imports each plugin, since only it knows its hooks."""
    table = Table(show_lines=True)
    for heading in ("Name", "Kind", "From", "Hooks", "Settings (* required)"):
        table.add_column(heading, overflow="fold")
    for kind, group in (("provider", PROVIDERS), ("extension", EXTENSIONS)):
        for entry in sorted(entry_points(group=group), key=lambda entry: entry.name):
            table.add_row(entry.name, kind, origin(entry), *_inspect(entry))
    nothing = "No plugins are installed. For a mail server of your own: pip install cognito-mailroom-smtp"
    console().print(table if table.row_count else nothing, soft_wrap=not table.row_count)


def _inspect(entry: EntryPoint) -> tuple[str | Text, str | Text]:
    """The hooks and the settings of a plugin, which is imported for it; or why it cannot be."""
    try:
        plugin = entry.load()
        return "\n".join(_hooks(plugin)), Text("\n").join(_settings(plugin))
    except Exception as error:  # noqa: BLE001 - one broken plugin must not hide the others
        return Text(f"broken: {type(error).__name__}: {error}", style="red"), ""


def _hooks(plugin: object) -> Iterator[str]:
    for name in dir(plugin):
        if options := getattr(getattr(plugin, name, None), f"{PROJECT}_impl", None):
            yield options["specname"] or name


def _settings(plugin: object) -> Iterator[Text]:
    if (settings := getattr(plugin, "Settings", None)) is None:
        return
    known = {variable.name: variable for variable in variables(settings)}
    for stem in [name.removesuffix(_TRIGGERS[0]) for name in known if name.endswith(_TRIGGERS[0])]:
        # Eight lines that differ in the trigger alone are told in one.
        if all(stem + trigger in known for trigger in _TRIGGERS):
            known[stem] = evolve(known[stem + _TRIGGERS[0]], name=f"{stem}_<TRIGGER>")
            for trigger in _TRIGGERS:
                del known[stem + trigger]
    for variable in known.values():
        yield Text.assemble((variable.name, "bold"), "* " if variable.required else " ", variable.help)
