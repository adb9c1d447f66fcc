"""All mails that there are: of every brand, in each of its languages, from every example."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import asdict

from cognito_mailroom.mail.examples import SLUGS

from .choice import Choice, examples
from .clients import Support
from .facts import findings
from .mails import Mails


def all_choices(mails: Mails) -> Iterator[Choice]:
    """Everything that can be shown, the examples of a mail one after the other."""
    for brand in mails.brands():
        for language in mails.languages(brand):
            for slug in SLUGS:
                yield from (Choice(slug, language, brand, example) for example in examples(slug))


def all_findings(mails: Mails, support: Support | None) -> list[dict[str, Any]]:
    """What the checks say of each."""
    return [asdict(choice) | {"findings": findings(mails, choice, support)} for choice in all_choices(mails)]
