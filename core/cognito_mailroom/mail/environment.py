"""The Jinja environment of the templates: where they are found, and what they may say beside variables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import walk_tb

import jinja2
from jinja2.runtime import Context

from cognito_mailroom.errors import ConfigurationError

from .folder import compiled_into
from .sentences import Duration, Sentences, UnknownSentence
from .variables import ACTIONS
from .wrapping import wrap

DEFAULTS = Path(__file__).with_name("templates")
PREFIX = "default"


def environment(folder: Path | None = None, made: Path | None = None) -> jinja2.Environment:
    """Finds templates in the operator's folder, else among the defaults; these as ``default/…`` too.

    ``made`` is where what was compiled of the folder ahead is, if there is any that counts.
    """
    environment = jinja2.Environment(
        loader=_Templates(folder, made),
        autoescape=jinja2.select_autoescape(["html"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["say"] = _say
    environment.filters["wrap"] = _wrap
    environment.tests["an_action"] = ACTIONS.__contains__
    environment.tests["eight_digits"] = _is_eight_digits
    return environment


class _Templates(jinja2.ChoiceLoader):
    """What was compiled ahead goes before what it was made of."""

    def __init__(self, folder: Path | None, made: Path | None) -> None:
        # The defaults come with this very code, and never change beside what was made of them.
        defaults = _loaders(DEFAULTS, compiled_into(DEFAULTS) if compiled_into(DEFAULTS).is_dir() else None)
        own = _loaders(folder, made) if folder else []
        super().__init__([*own, *defaults, jinja2.PrefixLoader({PREFIX: jinja2.ChoiceLoader(defaults)})])


def _loaders(folder: Path, made: Path | None) -> list[jinja2.BaseLoader]:
    source = jinja2.FileSystemLoader(folder, encoding="utf-8-sig")
    return [jinja2.ModuleLoader(made), source] if made else [source]


@jinja2.pass_context
def _say(
    context: Context, key: str, duration: Duration | None = None, *, a: str = "", **values: object
) -> str:
    """A sentence in the language of the mail; what it names are variables, or ``values``."""
    sentences: Sentences = context["sentences"]

    def value_of(name: str) -> object:
        return values[name] if name in values else context.resolve(name)

    if context.eval_ctx.autoescape:
        return sentences.html(key, value_of, duration, a)
    return sentences.text(key, value_of, duration)


def _wrap(text: str) -> str:
    """A paragraph of plain text, at most 72 columns wide but for what cannot be broken."""
    return wrap(" ".join(text.split()))


def _is_eight_digits(value: str) -> bool:
    return len(value) == 8 and value.isdecimal()


@contextmanager
def naming_template(name: str) -> Iterator[None]:
    """Says which template is at fault, and where, in Jinja's own words: others may quote a value.

    Raises:
        ConfigurationError: a template is missing, does not compile, or fails.

    """
    try:
        yield
    except ConfigurationError:
        raise
    except jinja2.TemplateNotFound as error:
        raise ConfigurationError(
            f"The template {_place(error, name)} needs {error.name}, which does not exist."
        ) from None
    except jinja2.TemplateSyntaxError as error:
        raise ConfigurationError(
            f"The template {error.name or name} does not compile, line {error.lineno}: {error.message}."
        ) from None
    except UnknownSentence as error:
        raise ConfigurationError(
            f"The template {_place(error, name)} names an unknown sentence {error}."
        ) from None
    except jinja2.UndefinedError as error:
        raise ConfigurationError(f"The template {_place(error, name)} {_undefined(str(error))}.") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"The template {name} is not in UTF-8: save it so.") from None
    except RecursionError as error:
        raise ConfigurationError(
            f"The template {_place(error, name)} needs itself, or calls itself without an end."
        ) from None
    except OSError as error:
        raise ConfigurationError(f"The template {name} cannot be read: {error.strerror}.") from None
    except Exception as error:  # noqa: BLE001 - whatever else a template does wrong is its author's to mend
        raise ConfigurationError(
            f"The template {_place(error, name)} failed with {type(error).__name__}."
        ) from None


def _undefined(told: str) -> str:
    """What Jinja says of something undefined, but for the index of a missing item, which may be a value."""
    if macro := re.match(r"the template '([^']+)' .* does not export the requested name '(\w+)'", told):
        return f"imports {macro[2]!r} from {macro[1]}, which has no such macro"
    # Of a missing item Jinja names the index, which may be the value of a variable.
    return f"names an unknown variable: {told if told.endswith(' is undefined') else 'an item not there'}"


def _place(error: Exception, name: str) -> str:
    """The file and line where it failed, as Jinja puts them into the traceback: of a mail's, its layout's."""
    places = [
        (Path(frame.f_code.co_filename), line)
        for frame, line in walk_tb(error.__traceback__)
        if "__jinja_exception__" in frame.f_globals
    ]
    # What was compiled ahead has no more than a number for its name.
    if not places or places[-1][0].suffix == ".py":
        return name
    path, line = places[-1]
    return f"{f'{PREFIX}/' if path.parent == DEFAULTS else ''}{path.name}, line {line},"
