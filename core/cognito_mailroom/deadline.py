"""A deadline that is passed along and bounds every wait."""

from __future__ import annotations

from time import monotonic


class Deadline:
    """A point in time that every wait is bounded by; ``Deadline(3.0)`` is three seconds from now."""

    __slots__ = ("_end",)

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds

    def remaining(self) -> float:
        """The seconds that are left, never negative."""
        return max(0.0, self._end - monotonic())

    def within(self, seconds: float) -> Deadline:
        """The same deadline, or one ``seconds`` from now, whichever comes first."""
        return Deadline(min(self.remaining(), seconds))

    def __repr__(self) -> str:
        return f"<Deadline in {self.remaining():.3f} s>"
