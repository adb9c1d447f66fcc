"""How the function starts sooner; imported before anything else of it.

The libraries it stands on import a good deal that no event needs. What is named here is imported when
somebody first asks for something in it: mostly never. And nothing that is built while starting is
garbage, so to look for some costs time and finds nothing; `settled` ends that.
"""

from __future__ import annotations

import gc
import logging
import sys
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any, Self

# boto3 is botocore with objects of its own and the transfer manager of S3: the Encryption SDK imports it to
# build clients, and gets one that is built. Its wrapt imports asyncio for decorators that nobody applies.
# environ-config imports its readers of other sources than the environment; botocore what waits for
# resources, and the query language of that.
_POSTPONED = ("asyncio", "boto3", "botocore.waiter", "environ.secrets", "jmespath")


class _Postponed(ModuleType):
    """Stands in for a module, and imports it as soon as it is asked for an attribute."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__spec__ = ModuleSpec(name, None)

    def __getattr__(self, attribute: str) -> Any:
        # Who goes through all modules, as inspect does, asks each for such attributes; for its path asks
        # only who is about to import a module within it.
        if attribute.startswith("__") and attribute != "__path__":
            raise AttributeError(attribute)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), attribute)


class _Undocumented(str):
    """What help() shows of a method that botocore made."""

    __slots__ = ()

    def __new__(cls, *_: object, **__: object) -> Self:
        return super().__new__(cls)


class _NoDocstrings(ModuleType):
    """Stands in for the module that has a class for the documentation of each kind of method."""

    def __getattr__(self, attribute: str) -> type[_Undocumented]:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return _Undocumented


def _leave_undocumented() -> None:
    """Spares botocore its writers of documentation, which its clients hold ready for help()."""
    if "botocore.docs" in sys.modules or not (botocore := PathFinder.find_spec("botocore")):
        return
    docs = sys.modules["botocore.docs"] = _Postponed("botocore.docs")
    # One module of the package is needed, and none of what the package itself imports.
    docs.__path__ = [f"{place}/docs" for place in botocore.submodule_search_locations or ()]
    sys.modules["botocore.docs.docstring"] = _NoDocstrings("botocore.docs.docstring")


def settled() -> None:
    """Ends the start: from here on there may be garbage, and none of it is what was built so far."""
    gc.freeze()
    gc.enable()


gc.disable()
# Where asyncio is among the modules, even if only by name, logging asks it for a task at every line.
logging.logAsyncioTasks = False  # type: ignore[attr-defined]  # typeshed does not know it
for _name in _POSTPONED:
    sys.modules.setdefault(_name, _Postponed(_name))
_leave_undocumented()
