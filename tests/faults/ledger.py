"""What became of the events of each combination, and how that is printed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from attrs import frozen

NUMBERS = ("events", "mails", "rejected", "doubles", "losses")


@frozen
class Row:
    """What became of the events of one combination."""

    combination: tuple[str, ...]
    mails: int
    rejected: int = 0
    raised: str = ""
    events: int = 1

    @property
    def doubles(self) -> int:
        """Mails beyond one for each event."""
        return max(0, self.mails - self.events)

    @property
    def losses(self) -> int:
        """Events without a mail, although nobody refused the recipient."""
        return max(0, self.events - self.rejected - self.mails)


class Note(Protocol):
    """``note("Title: column, column", combination, mails=1)``: for the table at the end."""

    def __call__(
        self, title: str, combination: tuple[str, ...], *, mails: int, rejected: int = 0, raised: str = "",
        events: int = 1,
    ) -> Row: ...  # fmt: skip


def printed(columns: str, rows: list[Row]) -> Iterator[str]:
    """The lines of a table, with sums at its end."""
    names = [name.strip() for name in columns.split(",")]
    width = max(len(part) for row in rows for part in (*row.combination, *names)) + 2

    def line(parts: tuple[str, ...] | list[str], numbers: tuple[object, ...], last: object) -> str:
        words = "".join(f"{part:{width}}" for part in parts)
        return f"{words:{width * len(names)}}" + "".join(f"{number!s:>9}" for number in numbers) + f"  {last}"

    yield line(names, NUMBERS, "raised")
    for row in rows:
        yield line(row.combination, tuple(getattr(row, name) for name in NUMBERS), row.raised or "-")
    sums = tuple(sum(getattr(row, name) for row in rows) for name in NUMBERS)
    yield line([f"{len(rows)} combinations"], sums, sum(bool(row.raised) for row in rows))
