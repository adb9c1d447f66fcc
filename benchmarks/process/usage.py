"""Notes which modules have functions, and of which of these none ever ran.

The probe imports it where ``BENCHMARK_NOTES`` says so. What Python itself loads at its start is left out.
"""

# mypy: allow-untyped-defs, allow-untyped-calls
import sys

_FUNCTION = 1  # CO_OPTIMIZED, which the bodies of modules and classes lack
_monitoring = vars(sys)["monitoring"]  # from 3.12 on, where not all run mypy
_python = set(sys.modules)
_ran: dict[str, set[str]] = {}
_loaded: dict[str, list[str]] = {}


def _started(code, _):
    if code.co_flags & _FUNCTION:
        _ran.setdefault(code.co_filename, set()).add(code.co_qualname)
    return _monitoring.DISABLE  # once is enough


_monitoring.use_tool_id(_monitoring.PROFILER_ID, "benchmark")
_monitoring.register_callback(_monitoring.PROFILER_ID, _monitoring.events.PY_START, _started)
_monitoring.set_events(_monitoring.PROFILER_ID, _monitoring.events.PY_START)


def ready() -> None:
    """The handler is imported."""
    _loaded["init"] = [name for name in sys.modules if name not in _python]


def end() -> None:
    """The first invocation is over."""
    _monitoring.set_events(_monitoring.PROFILER_ID, 0)
    known = _python.union(_loaded["init"])
    _loaded["first"] = [name for name in sys.modules if name not in known]


def _functions(code):
    inner = [each for each in code.co_consts if hasattr(each, "co_consts")]
    return sum(bool(each.co_flags & _FUNCTION) + _functions(each) for each in inner)


def _is_unused(name: str) -> bool:
    spec = sys.modules[name].__spec__
    # Some are made up while Python runs, and some are known by a second name.
    if not spec or not spec.loader or spec.name != name or not hasattr(spec.loader, "get_code"):
        return False
    code = spec.loader.get_code(name)
    return bool(code and _functions(code) and not {spec.origin, code.co_filename} & set(_ran))


def taken() -> dict[str, list[str]]:
    """The modules loaded by ``init``, those by the ``first`` event, and of both the ``unused``."""
    return {**_loaded, "unused": [name for name in _loaded["init"] + _loaded["first"] if _is_unused(name)]}
