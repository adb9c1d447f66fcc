"""Shortens the cold start: imports libraries lazily and pauses the garbage collector.

The libraries it stands on are imported here, without a good deal that they import and no event needs.

And nothing that is built while starting is garbage, so to look for some costs time and finds nothing;
`finish` ends that. The handler's own module disables the collector too, before it imports anything.
"""

from __future__ import annotations

import gc
from importlib import import_module
from importlib.machinery import PathFinder
from types import ModuleType
from typing import Self

from cognito_mailroom.lazy_imports import LazyModule, lazy_imports


class _Undocumented(str):
    """What help() shows of a method that botocore made: its writers of documentation are many modules."""

    __slots__ = ()

    def __new__(cls, *_: object, **__: object) -> Self:
        return super().__new__(cls)


class _NoDocstrings(ModuleType):
    """Stands in for the module that has a class for the documentation of each kind of method."""

    def __getattr__(self, _: str) -> type[_Undocumented]:
        return _Undocumented


def finish() -> None:
    """Ends the start: from here on there may be garbage, and none of it is what was built so far."""
    gc.freeze()
    gc.enable()


def _documentation() -> ModuleType:
    """Of the package that writes it, one module is needed, and none of what the package itself imports."""
    docs = LazyModule("botocore.docs")
    botocore = PathFinder.find_spec("botocore")
    places = botocore.submodule_search_locations if botocore else None
    docs.__path__ = [f"{place}/docs" for place in places or ()]
    return docs


gc.disable()
with lazy_imports(
    "asyncio",  # by the Encryption SDK's wrapt, for decorators that nobody applies
    "boto3",  # by the Encryption SDK, to build clients; it gets one that is built, by botocore itself
    "botocore.waiter",
    "environ.secrets",  # other sources than the environment
    "jmespath",  # by botocore, for waiters and pages
    _documentation(),
    _NoDocstrings("botocore.docs.docstring"),
):
    for _library in ("aws_encryption_sdk", "botocore.session", "environ", "jinja2"):
        import_module(_library)
