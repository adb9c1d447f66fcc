"""Renders a notification's variables into a subject and two bodies, with Jinja2.

Each mail is three templates: ``sign_up.subject``, ``sign_up.txt`` and ``sign_up.html``. A folder of
the operator's replaces them, and the layouts they share, file by file. In a bundle, both folders hold
what Jinja makes of them as well: to make it takes longer than all else that the first mail does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import jinja2

from cognito_mailroom.errors import ConfigurationError
from cognito_mailroom.message import Message
from cognito_mailroom.notification import Notification
from cognito_mailroom.plugins.hookspecs import hookimpl
from cognito_mailroom.settings.problems import Problems
from cognito_mailroom.settings.suggestions import did_you_mean

DEFAULTS = Path(__file__).with_name("templates")
_COMPILED = "__compiled__"


class Renderer:
    """Loads each template when it is first needed, and never renders half a mail."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._environment = _environment(*filter(None, (folder, DEFAULTS)))

    def subject(self, slug: str, variables: Mapping[str, str]) -> str:
        """The subject, on one line."""
        return " ".join(self._render(f"{slug}.subject", variables).split())

    def bodies(self, slug: str, variables: Mapping[str, str]) -> tuple[str, str]:
        """The plain text and the HTML."""
        return self._render(f"{slug}.txt", variables), self._render(f"{slug}.html", variables)

    @hookimpl(trylast=True)
    def mailroom_render(self, notification: Notification, draft: Message) -> Message:
        """Completes the draft, unless a provider has answered with a template of its own."""
        text, html = self.bodies(notification.slug, draft.variables)
        return draft.evolve(text=text, html=html)

    def check(self, known: frozenset[str] | None, problems: Problems) -> None:
        """Compiles every template of the operator's folder; ``known`` is what they may name, if bounded.

        Adds to ``problems`` each that replaces nothing, does not compile, or names an unknown variable.
        What was compiled ahead was checked then.
        """
        if self._folder is None or (self._folder / _COMPILED).is_dir():
            return
        for name in files(self._folder):
            with problems.collecting("MAILROOM_TEMPLATES"), _naming_template(name):
                self._environment.get_template(name)
                # A name that begins with an underscore is a part, and may name what its includer sets.
                if not name.startswith("_"):
                    self._check_name(name)
                    # The subject itself is known only once it is written.
                    later = {"subject"} if name.endswith(".subject") else set()
                    self._check_variables(self._folder / name, known and known - later)

    def _check_name(self, name: str) -> None:
        defaults = jinja2.FileSystemLoader(DEFAULTS).list_templates()
        if name not in defaults:
            raise ConfigurationError(
                f"{name} replaces no template{did_you_mean(name, defaults)}; "
                "begin the name of a part that others include with an underscore"
            )

    def _check_variables(self, path: Path, known: frozenset[str] | None) -> None:
        from jinja2 import meta, nodes  # only checks need them

        template = self._environment.parse(path.read_text("utf-8-sig"))
        named = meta.find_undeclared_variables(template) - self._environment.globals.keys()
        # What a template sets or imports itself is unknown to Jinja where a block makes use of it.
        own = {node.name for node in template.find_all(nodes.Name) if node.ctx == "store"} | {
            alias if isinstance(alias, str) else alias[1]
            for node in template.find_all(nodes.FromImport)
            for alias in node.names
        }
        own |= {node.target for node in template.find_all(nodes.Import)}
        for unknown in sorted(named - own - (known or named)):
            raise ConfigurationError(
                f"{path.name} names an unknown variable {unknown!r}{did_you_mean(unknown, known or ())}"
            )

    def _render(self, name: str, variables: Mapping[str, str]) -> str:
        with _naming_template(name):
            return self._environment.get_template(name).render(variables)


def files(folder: Path) -> list[str]:
    """The names of an operator's files; what editors and file managers leave behind is none of them."""
    names = jinja2.FileSystemLoader(folder).list_templates()
    return [name for name in names if not any(map(_is_left_behind, name.split("/")))]


def _is_left_behind(name: str) -> bool:
    return (
        name.startswith((".", "#"))
        or name.endswith(("~", ".bak", ".orig", ".tmp"))
        or name.lower() in {"thumbs.db", "desktop.ini"}
    )


def compile_ahead(folder: Path) -> list[Path]:
    """Puts beside the templates of a folder the modules that Jinja makes of them; these then count instead.

    Raises:
        jinja2.TemplateSyntaxError: one does not compile.

    """
    own = set(files(folder))
    _environment(folder).compile_templates(
        folder / _COMPILED, zip=None, ignore_errors=False, filter_func=own.__contains__
    )
    return list((folder / _COMPILED).iterdir())


def _environment(*folders: Path) -> jinja2.Environment:
    loaders: list[jinja2.BaseLoader] = []
    for folder in folders:
        compiled = folder / _COMPILED
        loaders += [jinja2.ModuleLoader(compiled)] if compiled.is_dir() else []
        loaders.append(jinja2.FileSystemLoader(folder, encoding="utf-8-sig"))
    return jinja2.Environment(
        loader=jinja2.ChoiceLoader(loaders),
        autoescape=jinja2.select_autoescape(["html"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


@contextmanager
def _naming_template(name: str) -> Iterator[None]:
    """Says which template is at fault. Only Jinja's own words are repeated: others may quote a value."""
    try:
        yield
    except ConfigurationError:
        raise
    except jinja2.TemplateNotFound as error:
        raise ConfigurationError(f"The template {name} needs {error.name}, which does not exist.") from None
    except jinja2.TemplateSyntaxError as error:
        raise ConfigurationError(
            f"The template {error.name or name} does not compile, line {error.lineno}: {error.message}."
        ) from None
    except jinja2.UndefinedError as error:
        # "'x' is undefined"; of a missing item Jinja names the index, which may be the value of a variable.
        named = str(error) if str(error).endswith(" is undefined") else "an item that is not there"
        raise ConfigurationError(f"The template {name} names an unknown variable: {named}.") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"The template {name} is not in UTF-8: save it so.") from None
    except OSError as error:
        raise ConfigurationError(f"The template {name} cannot be read: {error.strerror}.") from None
    except Exception as error:  # noqa: BLE001 - whatever else a template does wrong is its author's to mend
        raise ConfigurationError(f"The template {name} failed with {type(error).__name__}.") from None
