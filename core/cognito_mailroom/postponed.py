"""Imports a library without what it imports, or compiles, for the sake of what nobody here asks of it.

Around the import of a plugin's SDK, this makes a function start sooner:

    with postponed("asyncio", "httpx2"):  # its asynchronous client
        from mailgun.endpoints import Endpoint

A name helps only if the library says ``import httpx2`` and looks into it no sooner than it is used; if it
says ``from httpx2 import AsyncClient``, it gets that, and nothing is won.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_compile = re.compile


@contextmanager
def postponed(*modules: str | ModuleType) -> Iterator[None]:
    """Stand-ins take the place of modules, by name or given, and of all patterns, as long as this lasts.

    Each makes way for the real one as soon as it is asked for something, which mostly is never. Afterwards
    only the libraries that were imported in between have them; whoever else imports such a module gets the
    real one as ever. A module that is there already stays.
    """
    stand_ins = [each if isinstance(each, ModuleType) else Postponed(each) for each in modules]
    for each in stand_ins:
        sys.modules.setdefault(each.__name__, each)
    re.compile = _Pattern  # type: ignore[assignment]
    try:
        yield
    finally:
        re.compile = _compile
        for each in stand_ins:
            if sys.modules.get(each.__name__) is each:
                del sys.modules[each.__name__]


class Postponed(ModuleType):
    """Stands in for a module, and passes on whatever it is asked for."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__spec__ = ModuleSpec(name, None)

    def __getattr__(self, attribute: str) -> Any:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), attribute)


class _Pattern:
    """Stands in for a regular expression, and compiles it as soon as it is made use of."""

    __class__ = re.Pattern  # type: ignore[assignment]  # to isinstance(), as which `re` itself looks at it

    def __init__(self, pattern: Any, flags: int = 0) -> None:
        self._given = pattern, flags

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(_compile(*self._given), attribute)
        setattr(self, attribute, found)  # so that it is not asked for again
        return found
