"""What the page is told of the mails, as plain data: from a server, or in files."""

from __future__ import annotations

from attrs import asdict

from cognito_mailroom.errors import ConfigurationError
from cognito_mailroom.mail.examples import SLUGS

from .checks import check
from .choice import Choice, examples
from .clients import Support
from .excerpt import excerpt
from .mails import Mails


def choices(mails: Mails, fault: str = "") -> dict[str, object]:
    """All that one can choose from, and what is wrong with the folder; ``fault`` where it cannot be read."""
    problems = [fault] if fault else mails.problems
    return {
        "mails": {slug: list(examples(slug)) for slug in SLUGS},
        "brands": {
            label: {"name": brand.name, "languages": mails.languages(label)}
            for label, brand in mails.brands().items()
        },
        "problems": [_fault(problem, mails) for problem in problems],
    }


def facts(mails: Mails, choice: Choice) -> dict[str, object]:
    """One mail, or why there is none."""
    try:
        mail = mails.mail(choice)
    except ConfigurationError as error:
        return {"fault": _fault(str(error), mails)}
    return asdict(mail) | {"sender": [mail.sender.display_name, mail.sender.addr_spec]}


def findings(mails: Mails, choice: Choice, support: Support | None) -> list[dict[str, object]]:
    """What the checks say of one mail; nothing where there is none."""
    try:
        mail = mails.mail(choice)
    except ConfigurationError as error:
        return [{"check": "templates", "level": "error", "says": str(error), "places": []}]
    return [asdict(finding) for finding in check(mails, choice, mail, support)]


def _fault(said: str, mails: Mails) -> dict[str, object]:
    place = excerpt(said, mails.folder)
    return {"says": said, "place": asdict(place) if place else None}
