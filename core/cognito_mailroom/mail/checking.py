"""Checks an operator's folder: every template compiles, every mail renders in every language and brand."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import jinja2
from jinja2 import meta, nodes

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
from .examples import examples
from .folder import templates
from .rendering import Renderer
from .variables import NAMES

_SETTING = "MAILROOM_TEMPLATES"
# What templates know beside the variables that hosted ones know, too.
MORE_NAMES = (
    "attributes", "brand", "logo", "good_for", "subject_code", "preheader_code", "blank", "direction",
    "start", "end",
)  # fmt: skip


def check(renderer: Renderer, problems: Problems, *, extended: bool) -> None:
    """Adds to ``problems`` what is wrong with the operator's folder, if there is one.

    ``extended`` says that an extension adds variables, which are known only when there is an event: then
    nothing is rendered, and what is not known is let be.
    """
    if renderer.folder is None:
        return
    before = len(problems)
    known = None if extended else frozenset((*NAMES, *MORE_NAMES))
    for name in templates(renderer.folder):
        with problems.collecting(_SETTING), naming_template(name):
            renderer.environment.get_template(name)
            # A name that begins with an underscore is a part, and may name what its includer sets.
            if not Path(name).name.startswith("_"):
                _check_name(name)
                # The subject itself is known only once it is written.
                later = {"subject"} if name.endswith(".subject") else set()
                _check_variables(renderer.environment, renderer.folder / name, known and known - later)
            _check_blocks(renderer.environment, renderer.folder / name)
    if len(problems) == before and not extended:
        _render_all(renderer, problems)


def example_renderer(folder: Path | None, problems: Problems) -> Renderer:
    """What renders mails of a folder where there are no settings of a function: for bundles and previews."""
    fallback = Brand(name="Acme", sender=Address("no-reply@acme.example", "Acme"))
    validity = read(Validity, {}, problems, References()) or Validity()
    return Renderer.read(folder, fallback, validity, "en", problems)


def _check_name(name: str) -> None:
    defaults = jinja2.FileSystemLoader(DEFAULTS).list_templates()
    if name not in defaults:
        raise ConfigurationError(
            f"{name} replaces no template{did_you_mean(name, defaults)}; "
            "begin the name of a part that others include with an underscore"
        )


def _check_variables(environment: jinja2.Environment, path: Path, known: frozenset[str] | None) -> None:
    template = environment.parse(path.read_text("utf-8-sig"))
    named = meta.find_undeclared_variables(template) - environment.globals.keys()
    # What a template sets or imports itself is unknown to Jinja where a block makes use of it.
    own = {node.name for node in template.find_all(nodes.Name) if node.ctx == "store"} | {
        alias if isinstance(alias, str) else alias[1]
        for node in template.find_all(nodes.FromImport)
        for alias in node.names
    }
    own |= {node.target for node in template.find_all(nodes.Import)} | {"self"}
    for unknown in sorted(named - own - (known or named)):
        raise ConfigurationError(
            f"{path.name} names an unknown variable {unknown!r}{did_you_mean(unknown, known or ())}"
        )


def _check_blocks(environment: jinja2.Environment, path: Path) -> None:
    """A block that what is extended has none of would never be shown."""
    template = environment.parse(path.read_text("utf-8-sig"))
    parents = [node.template for node in template.find_all(nodes.Extends)]
    if len(parents) != 1 or not isinstance(parents[0], nodes.Const):
        return
    known = _blocks(environment, parents[0].value)
    # A block within one of another is shown with it.
    for block in (node for node in template.body if isinstance(node, nodes.Block)):
        if block.name not in known:
            raise ConfigurationError(
                f"{path.name}, line {block.lineno}, fills a block {block.name!r} there is none of"
                f"{did_you_mean(block.name, known)}"
            )


def _blocks(environment: jinja2.Environment, name: str) -> set[str]:
    """The blocks of a template and of all that it extends."""
    seen, found = set[str](), set[str]()
    while name not in seen:
        seen.add(name)
        source = Path(environment.get_template(name).filename or "")
        template = environment.parse(source.read_text("utf-8-sig"))
        found |= {node.name for node in template.find_all(nodes.Block)}
        parents = [node.template for node in template.find_all(nodes.Extends)]
        if parents and isinstance(parents[0], nodes.Const):
            name = parents[0].value
    return found


def _render_all(renderer: Renderer, problems: Problems) -> None:
    for label, brand in renderer.brands.all().items():
        kind, _, identity = label.partition(" ")
        for language in renderer.languages(brand):
            for notification in examples(language, **{f"{kind}_id": identity} if identity else {}):
                with problems.collecting(_SETTING):
                    _render(renderer, notification)


def _render(renderer: Renderer, notification: Notification) -> None:
    slug = notification.slug
    variables = renderer.variables(notification)
    subject = renderer.subject(notification, variables)
    if not subject.strip():
        raise ConfigurationError(f"The template {slug}.subject makes an empty subject.")
    bodies = renderer.bodies(notification, {**variables, "subject": subject})
    for part, body in zip(("txt", "html"), bodies, strict=True):
        if not body.strip():
            raise ConfigurationError(f"The template {slug}.{part} makes an empty mail.")
        shown = body if part == "txt" else _shown(body)
        if variables["code"] and variables["code"] not in shown:
            raise ConfigurationError(f"The template {slug}.{part} leaves the code out: name {{{{ code }}}}.")


def _shown(html: str) -> str:
    """The text of a page, without tags; what keeps digits apart is none."""
    return unescape(re.sub(r"<[^>]*>", "", html))
