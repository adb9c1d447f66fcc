"""How the function starts sooner; imported before anything else of it.

The libraries it stands on import a good deal that no event needs. While they are imported here, stand-ins
take the place of that: each imports the real module as soon as it is asked for something, which mostly is
never. Likewise with the patterns they compile: most are for what no event brings. Once the libraries are
there, the stand-ins are known to them alone; whoever else imports such a module gets the real one as ever.

And nothing that is built while starting is garbage, so to look for some costs time and finds nothing;
`settled` ends that.
"""

from __future__ import annotations

import gc
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any, Self

# boto3 is botocore with objects of its own and the transfer manager of S3: the Encryption SDK imports it to
# build clients, and gets one that is built. Its wrapt imports asyncio for decorators that nobody applies.
# environ-config imports its readers of other sources than the environment; botocore what waits for
# resources, and the query language of that.
_POSTPONED = ("asyncio", "boto3", "botocore.waiter", "environ.secrets", "jmespath")

_compile = re.compile


class _Postponed(ModuleType):
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


class _Undocumented(str):
    """What help() shows of a method that botocore made: its writers of documentation are many modules."""

    __slots__ = ()

    def __new__(cls, *_: object, **__: object) -> Self:
        return super().__new__(cls)


class _NoDocstrings(ModuleType):
    """Stands in for the module that has a class for the documentation of each kind of method."""

    def __getattr__(self, _: str) -> type[_Undocumented]:
        return _Undocumented


def settled() -> None:
    """Ends the start: from here on there may be garbage, and none of it is what was built so far."""
    gc.freeze()
    gc.enable()


@contextmanager
def _standing_in() -> Iterator[None]:
    stand_ins: list[ModuleType] = [_Postponed(name) for name in _POSTPONED]
    if botocore := PathFinder.find_spec("botocore"):
        docs = _Postponed("botocore.docs")
        # One module of the package is needed, and none of what the package itself imports.
        docs.__path__ = [f"{place}/docs" for place in botocore.submodule_search_locations or ()]
        stand_ins += [docs, _NoDocstrings("botocore.docs.docstring")]
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


gc.disable()
with _standing_in():
    for _library in ("aws_encryption_sdk", "botocore.session", "environ", "jinja2"):
        import_module(_library)
