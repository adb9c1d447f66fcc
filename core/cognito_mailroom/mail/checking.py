"""Checks an operator's folder: every template compiles, every mail renders in every language and brand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

from cognito_mailroom.address import Address
from cognito_mailroom.errors import ConfigurationError
from cognito_mailroom.notification import Notification
from cognito_mailroom.settings.core import Validity
from cognito_mailroom.settings.problems import Problems
from cognito_mailroom.settings.reading import read
from cognito_mailroom.settings.secret_references import References
from cognito_mailroom.settings.suggestions import did_you_mean

from .brand import Brand
from .environment import DEFAULTS, naming_template
from .examples import EXAMPLE_POOL, examples
from .folder import templates
from .rendering import Renderer
from .template_source import TemplateSource
from .variables import NAMES

_SETTING = "MAILROOM_TEMPLATES"
# What templates know beside the variables that hosted ones know, too.
TEMPLATE_NAMES = frozenset(NAMES) | {
    "attributes", "brand", "logo", "good_for", "subject_code", "preheader_code", "blank", "direction",
    "start", "end",
}  # fmt: skip
# Of a page, what its reader does not see: a code that only the inbox shows is none.
_HIDDEN = re.compile(
    r"<head\b.*?</head>|<!--.*?-->|<(\w+)[^>]*\bdisplay:\s*none.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE
)


def check(renderer: Renderer, problems: Problems, *, extended: bool, thorough: bool = True) -> None:
    """Adds to ``problems`` what is wrong with the operator's folder, if there is one.

    ``extended`` says that an extension adds variables, which are known only when there is an event: then
    nothing is rendered, and what is not known is let be. Not ``thorough``, each brand and each language is
    rendered, but not each brand in each language: a start must not take longer the more clients there are.
    """
    if renderer.folder is None:
        return
    _check_scopes(renderer, problems)
    for name in templates(renderer.folder):
        with problems.collecting(_SETTING), naming_template(name):
            source = TemplateSource(renderer.environment, renderer.folder, name)
            renderer.environment.get_template(name)
            # A name that begins with an underscore is a part, and may name what its includer sets.
            if not Path(name).name.startswith("_"):
                source.check_name()
                if not extended:
                    # The subject itself is known only once it is written.
                    source.check_variables(
                        TEMPLATE_NAMES - ({"subject"} if name.endswith(".subject") else set())
                    )
            source.check_references()
            source.check_blocks()
    for name in templates(DEFAULTS):
        if (renderer.folder / name).is_dir():
            problems.add(f"{_SETTING}: {name} is a folder: want a file")
    if _SETTING not in problems and not extended:
        _render_all(renderer, problems, thorough=thorough)


def example_renderer(folder: Path | None, problems: Problems) -> Renderer:
    """What renders mails of a folder where there are no settings of a function: for bundles and previews."""
    fallback = Brand(name="Acme", sender=Address("no-reply@acme.example", "Acme"))
    validity = read(Validity, {}, problems, References()) or Validity()
    return Renderer.read(folder, fallback, validity, "en", problems)


def _check_scopes(renderer: Renderer, problems: Problems) -> None:
    """Sentences of a client or pool that nobody has would never be said."""
    known = {*renderer.brands.clients, *renderer.brands.pools}
    for scope in filter(None, renderer.own.scopes.keys() - known):
        problems.add(
            f"{_SETTING}: sentences/{scope}: brand.toml has no client or pool of that id"
            f"{did_you_mean(scope, known)}"
        )


def _render_all(renderer: Renderer, problems: Problems, *, thorough: bool) -> None:
    cases, rendered = list[str](), set[str]()
    faults = dict[str, list[str]]()
    for label, client_id, pool_id in _readers(renderer):
        languages = renderer.languages(renderer.brand(client_id, pool_id))
        if not thorough and not {client_id, pool_id} & renderer.own.scopes.keys():
            languages = tuple(each for each in languages if each not in rendered) or languages[:1]
        rendered.update(languages)
        for language in languages:
            cases.append(f"in {language}{label}: ")
            for notification in examples(language, client_id, pool_id):
                try:
                    _render(renderer, notification)
                except ConfigurationError as error:
                    faults.setdefault(str(error).removesuffix("."), []).append(cases[-1])
    for fault, where in faults.items():
        everywhere = len(set(where)) == len(cases)
        problems.add(f"{_SETTING}: {'' if everywhere else where[0]}{fault}")


def _readers(renderer: Renderer) -> Iterator[tuple[str, str | None, str]]:
    """Of all whose mails differ a name, a client and a pool."""
    readers = [
        ("", None, EXAMPLE_POOL),
        *((f" for client {client}", client, EXAMPLE_POOL) for client in renderer.brands.clients),
        *((f" for pool {pool}", None, pool) for pool in renderer.brands.pools),
    ]
    seen = list[object]()
    for label, client_id, pool_id in readers:
        own = {client_id, pool_id} & renderer.own.scopes.keys()
        if (what := (renderer.brand(client_id, pool_id), own)) not in seen:
            seen.append(what)
            yield label, client_id, pool_id


def _render(renderer: Renderer, notification: Notification) -> None:
    slug = notification.slug
    variables = renderer.variables(notification)
    subject = renderer.subject(notification, variables)
    if not subject.strip():
        raise ConfigurationError(f"The template {slug}.subject makes an empty subject.")
    bodies = renderer.bodies(notification, {**variables, "subject": subject})
    for part, body in zip(("txt", "html"), bodies, strict=True):
        shown = body if part == "txt" else unescape(_HIDDEN.sub("", body))
        if not shown.strip():
            raise ConfigurationError(f"The template {slug}.{part} makes an empty mail.")
        if variables["code"] not in shown:
            raise ConfigurationError(f"The template {slug}.{part} leaves the code out: name {{{{ code }}}}.")
