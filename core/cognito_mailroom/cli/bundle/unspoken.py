"""Tells the languages of core that no brand of an operator's folder speaks."""

from __future__ import annotations

from pathlib import Path

from cognito_mailroom.mail.checking import example_renderer
from cognito_mailroom.mail.languages import installed
from cognito_mailroom.settings.problems import Problems

_ALWAYS_THERE = "en"  # what sentences are checked against, should a file be changed later


def unspoken(templates: Path | None) -> frozenset[str]:
    """The tags of the languages; none where a brand does not say which it speaks."""
    renderer = example_renderer(templates, Problems())
    spoken = {tag for brand in renderer.brands.all().values() for tag in renderer.languages(brand)}
    return frozenset(installed()) - spoken - {_ALWAYS_THERE}
