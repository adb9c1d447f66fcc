"""Turns a notification's variables into a subject and two bodies, with Jinja2.

Each mail is three templates: ``sign_up.subject``, ``sign_up.txt`` and ``sign_up.html``. A folder of
the operator's replaces them, and the layouts they share, file by file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import jinja2

from .errors import ConfigurationError
from .suggestions import did_you_mean


class Renderer:
    """Loads each template when it is first needed, and never renders half a mail."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        defaults = jinja2.PackageLoader("cognito_mailroom")
        self._environment = jinja2.Environment(
            loader=jinja2.ChoiceLoader([jinja2.FileSystemLoader(folder), defaults]) if folder else defaults,
            autoescape=lambda name: name is not None and name.endswith(".html"),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._default_names = defaults.list_templates

    def subject(self, slug: str, variables: Mapping[str, str]) -> str:
        """The subject, on one line."""
        return " ".join(self._render(f"{slug}.subject", variables).split())

    def bodies(self, slug: str, variables: Mapping[str, str]) -> tuple[str, str]:
        """The plain text and the HTML."""
        return self._render(f"{slug}.txt", variables), self._render(f"{slug}.html", variables)

    def check(self, known: frozenset[str] | None) -> None:
        """Compiles every template of the operator's folder; ``known`` is what they may name, if bounded.

        Raises:
            ConfigurationError: one replaces nothing, does not compile, or names an unknown variable.

        """
        if self._folder is None:
            return
        defaults = self._default_names()
        for name in sorted(jinja2.FileSystemLoader(self._folder).list_templates()):
            # A name that begins with an underscore is a part that other templates include.
            if not (partial := name.startswith("_")) and name not in defaults:
                raise ConfigurationError(
                    f"MAILROOM_TEMPLATES: {name} replaces no template{did_you_mean(name, defaults)}; "
                    "begin the name of a part that others include with an underscore."
                )
            with _blame(name):
                self._environment.get_template(name)
                if known is not None and not partial:
                    self._check_names(name, known)

    def _check_names(self, name: str, known: frozenset[str]) -> None:
        from jinja2 import meta

        source = (self._folder / name).read_text("utf-8") if self._folder else ""
        named = meta.find_undeclared_variables(self._environment.parse(source))
        for unknown in sorted(named - known - self._environment.globals.keys()):
            raise ConfigurationError(
                f"The template {name} names an unknown variable {unknown!r}{did_you_mean(unknown, known)}."
            )

    def _render(self, name: str, variables: Mapping[str, str]) -> str:
        with _blame(name):
            return self._environment.get_template(name).render(variables)


@contextmanager
def _blame(name: str) -> Iterator[None]:
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
        raise ConfigurationError(f"The template {name} names an unknown variable: {error.message}.") from None
    except Exception as error:  # whatever else a template does wrong is its author's to mend
        raise ConfigurationError(f"The template {name} failed with {type(error).__name__}.") from None
