"""What can be told of a template from its source alone, branches that no example takes included."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import jinja2
from jinja2 import meta, nodes

from cognito_mailroom.errors import ConfigurationError
from cognito_mailroom.settings.suggestions import did_you_mean

from .environment import DEFAULTS, PREFIX
from .folder import templates
from .languages import load


class TemplateSource:
    """One template of an operator's folder.

    Each method raises a ConfigurationError that names the file and the line.
    """

    def __init__(self, environment: jinja2.Environment, folder: Path, name: str) -> None:
        self._environment, self._folder, self._name = environment, folder, name
        self._tree = self._parsed(name)

    def check_name(self) -> None:
        """One that replaces none of the defaults would never be read."""
        if self._name not in (defaults := _defaults()):
            raise ConfigurationError(
                f"{self._name} replaces no template{did_you_mean(self._name, defaults)}; "
                "begin the name of a part that others include with an underscore"
            )

    def check_references(self) -> None:
        """What is extended, included, imported or said has to exist."""
        for node in self._tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
            wanted = next(node.iter_child_nodes(only=("template",)))
            optional = isinstance(node, nodes.Include) and node.ignore_missing
            if isinstance(wanted, nodes.Const) and isinstance(wanted.value, str) and not optional:
                self._check_template(wanted.value, node.lineno)
        keys = load("en").SENTENCES
        for call in self._tree.find_all(nodes.Call):
            is_say = isinstance(call.node, nodes.Name) and call.node.name == "say"
            for key in (each.value for each in call.args[:1] if is_say and isinstance(each, nodes.Const)):
                if key not in keys and f"{key}.hours" not in keys:
                    raise self._fault(
                        call.lineno, f"names an unknown sentence {key!r}{did_you_mean(str(key), keys)}"
                    )

    def check_variables(self, known: Collection[str]) -> None:
        """Templates see no others than ``known``, and what they set themselves."""
        tree = self._tree
        # What a template sets or imports itself is unknown to Jinja where a block makes use of it.
        own = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "store"} | {
            alias if isinstance(alias, str) else alias[1]
            for node in tree.find_all(nodes.FromImport)
            for alias in node.names
        }
        own |= {node.target for node in tree.find_all(nodes.Import)} | {"self"}
        named = meta.find_undeclared_variables(tree) - self._environment.globals.keys()
        for node in tree.find_all(nodes.Name):
            if node.ctx == "load" and node.name in named - own - set(known):
                raise self._fault(
                    node.lineno, f"names an unknown variable {node.name!r}{did_you_mean(node.name, known)}"
                )

    def check_blocks(self) -> None:
        """Where one extends another, words outside of blocks are never shown, nor a block it has none of."""
        known = set[str]()
        for tree in self._ancestors():
            known |= {block.name for block in tree.find_all(nodes.Block)}
        for output in (node for node in self._tree.body if known and isinstance(node, nodes.Output)):
            for node in output.nodes:
                words = node.data if isinstance(node, nodes.TemplateData) else "a value"
                if words.strip():
                    line = node.lineno + words.partition(words.strip())[0].count("\n")
                    raise self._fault(line, "has words that are never shown: put them into a block")
        # A block within one of another is shown with it.
        for block in (node for node in self._tree.body if isinstance(node, nodes.Block)):
            if known and block.name not in known:
                raise self._fault(
                    block.lineno,
                    f"fills a block {block.name!r} there is none of{did_you_mean(block.name, known)}",
                )

    def _ancestors(self) -> Iterator[nodes.Template]:
        """What it extends, and what that extends in turn."""
        name, tree, seen = self._name, self._tree, {self._name}
        while extended := _extended(tree):
            wanted, line = extended
            if wanted in seen:
                raise ConfigurationError(
                    f"{name}, line {line}, extends {wanted} and so itself: "
                    f"the default of that name is {PREFIX}/{wanted}"
                )
            seen.add(wanted)
            name, tree = wanted, self._parsed(wanted)
            yield tree

    def _check_template(self, wanted: str, line: int) -> None:
        defaults = _defaults()
        known = [*templates(self._folder), *defaults, *(f"{PREFIX}/{name}" for name in defaults)]
        if wanted not in known:
            raise self._fault(line, f"needs {wanted!r}, which does not exist{did_you_mean(wanted, known)}")

    def _parsed(self, name: str) -> nodes.Template:
        path = self._folder / name
        if not path.is_file() and not path.is_symlink():
            path = DEFAULTS / name.removeprefix(f"{PREFIX}/")
        return self._environment.parse(path.read_text("utf-8-sig"), name)

    def _fault(self, line: int, words: str) -> ConfigurationError:
        return ConfigurationError(f"{self._name}, line {line}, {words}")


def _extended(tree: nodes.Template) -> tuple[str, int] | None:
    """The one template that it always extends, and in which line."""
    found = list(tree.find_all(nodes.Extends))
    if len(found) != 1 or not isinstance(found[0].template, nodes.Const):
        return None
    return found[0].template.value, found[0].lineno


def _defaults() -> list[str]:
    return templates(DEFAULTS)
