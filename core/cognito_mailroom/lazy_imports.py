"""Lazy imports: libraries without the modules and regular expressions that nobody here uses.

Around the import of a plugin's SDK, this makes a function start sooner:

    with lazy_imports("asyncio", "httpx2"):  # its asynchronous client
        from mailgun.endpoints import Endpoint

A name helps only if the library says ``import httpx2`` and looks into it no sooner than it is used; if it
says ``from httpx2 import AsyncClient``, it gets that, and nothing is won.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

_compile = re.compile


def lazy_attributes(package: str, homes: Mapping[str, tuple[str, ...]]) -> Callable[[str], Any]:
    """A package's ``__getattr__``: imports a name from its home when it is asked for.

    ``homes`` has the names by the module that defines them, such as ``.http``.
    """
    home_of = {name: home for home, names in homes.items() for name in names}

    def __getattr__(name: str) -> Any:  # noqa: N807 - what it becomes
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(home_of[name], package), name)

    return __getattr__


@contextmanager
def lazy_imports(*modules: str | ModuleType) -> Iterator[None]:
    """Stand-ins take the place of modules, by name or given, and of all patterns, as long as this lasts.

    Each makes way for the real one as soon as it is asked for something, which mostly is never. Afterwards
    only the libraries that were imported in between have them; whoever else imports such a module or
    compiles a pattern gets the real one as ever. A module that is there already stays, and one that is not
    installed is missing as ever.
    """
    named = [LazyModule(each) for each in modules if isinstance(each, str) and _find(each)]
    stand_ins = [*named, *(each for each in modules if isinstance(each, ModuleType))]
    for each in stand_ins:
        sys.modules.setdefault(each.__name__, each)
    sys.meta_path.insert(0, present := _AlreadyImported())
    former, re.compile = re.compile, _LazyPattern  # type: ignore[assignment]
    try:
        yield
    finally:
        re.compile = former
        sys.meta_path.remove(present)
        for each in stand_ins:
            if sys.modules.get(each.__name__) is each:
                del sys.modules[each.__name__]


def _find(name: str) -> ModuleSpec | None:
    """As `importlib.util.find_spec` does, which would import the packages above it."""
    if not (package := name.rpartition(".")[0]):
        return PathFinder.find_spec(name)
    above = _find(package)
    return above and PathFinder.find_spec(name, above.submodule_search_locations)


class LazyModule(ModuleType):
    """Stands in for a module, and passes on whatever it is asked for."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__spec__ = ModuleSpec(name, None)

    def __getattr__(self, attribute: str) -> Any:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), attribute)


class _AlreadyImported(MetaPathFinder, Loader):
    """Finds what is there already.

    Whoever imports a part of a package asks the stand-in where to look for it. That imports the package,
    which may well import the part, and it is not to be imported a second time.
    """

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:  # noqa: ARG002
        module = sys.modules.get(fullname)
        return ModuleSpec(fullname, self, loader_state=module.__spec__) if module else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return sys.modules[spec.name]

    def exec_module(self, module: ModuleType) -> None:
        if module.__spec__:  # as it was before it was found here
            module.__spec__ = module.__spec__.loader_state


class _LazyPattern:
    """Stands in for a regular expression, and compiles it as soon as it is made use of."""

    __class__ = re.Pattern  # type: ignore[assignment]  # to isinstance(), as which `re` itself looks at it

    def __init__(self, pattern: Any, flags: int = 0) -> None:
        self._given = pattern, flags

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(_compile(*self._given), attribute)
        setattr(self, attribute, found)  # so that it is not asked for again
        return found

    def __reduce__(self) -> tuple[Any, ...]:
        return _compile, self._given
