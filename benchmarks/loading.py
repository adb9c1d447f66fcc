"""What our function imports, in words and tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from .figures import table
from .imports import Profile
from .reasons import reason

COSTLIEST, LISTED = 10, 8


def loading(profiles: Mapping[str, Profile]) -> Iterator[str]:
    """The paragraphs, from the profiles by the provider's name."""
    yield "## What is imported"
    yield (
        "By our function in a bare process, from the import of the handler to the end of the first event. A "
        "module's milliseconds are its own, without those of the modules that it imports."
    )
    for name, profile in profiles.items():
        costs, unused = profile.costs, sum(profile.costs[module] for module in profile.unused)
        rows = [
            [f"`{module}`", f"{cost:.1f}", reason(module)] for module, cost in list(costs.items())[:COSTLIEST]
        ]
        yield f"### {name}"
        yield (
            f"{profile.init} modules at import and {len(profile.first)} more with the first event; "
            f"{sum(costs.values()):.0f} ms in all. The ten costliest:"
        )
        yield table(["", "ms", "why"], rows, words=(0, 2))
        late = ", ".join(f"`{module}`" for module in profile.first) or "none"
        yield f"Loaded with the first event: {late}."
        counted = Counter(module.partition(".")[0] for module in profile.unused)
        listed = [f"`{package}` ({count})" for package, count in counted.most_common(LISTED)]
        most = [f"`{module}` ({costs[module]:.1f})" for module in profile.unused[:COSTLIEST]]
        yield (
            f"Of {len(profile.unused)} modules, which take {unused:.1f} ms, no function ran, though a "
            f"constant or a class of some may be made use of. By package: {', '.join(listed) or 'none'}; "
            f"the costliest, with their ms: {', '.join(most) or 'none'}."
        )
