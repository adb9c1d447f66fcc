"""The rich console that all commands print on."""

from __future__ import annotations

import os

from rich.console import Console

_WIDTH_OF_A_FILE = 160


def console() -> Console:
    """Standard output; where that is no terminal, wide enough that no table has to fold."""
    found = Console(highlight=False)
    if not found.is_terminal and "COLUMNS" not in os.environ:
        found.width = _WIDTH_OF_A_FILE
    return found
