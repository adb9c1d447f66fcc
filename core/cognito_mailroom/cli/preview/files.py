"""Writes the page as files that need no server: the page loads a script for each mail it shows."""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path

from cognito_mailroom.cli.replacing import replacing

from .clients import Support
from .everything import all_choices
from .facts import choices, facts, findings
from .mails import Mails
from .page import page


def write(folder: Path, mails: Mails, support: Support | None) -> Path:
    """Writes into a folder that is new or empty, and returns the path of the page.

    Raises:
        OSError: there cannot be written, or something is there.

    """
    with replacing(folder, folder=True) as made:
        (made / "mails").mkdir(parents=True)
        names = dict[str, str]()
        by_mail = groupby(all_choices(mails), lambda each: (each.brand, each.language, each.mail))
        for number, ((brand, language, mail), variants) in enumerate(by_mail, 1):
            path = f"mails/{number}-{language}-{mail}.js"
            names[f"{brand}/{language}/{mail}"] = path
            shown = {
                each.example: facts(mails, each) | {"findings": findings(mails, each, support)}
                for each in variants
            }
            # A script, since a page that is a file may read no others.
            call = f"mailroom({json.dumps(path)}, {json.dumps(shown, ensure_ascii=False)});\n"
            (made / path).write_text(call, "utf-8")
        begin = {"files": names, "choices": choices(mails), "folder": mails.check(), "sends": False}
        (made / "index.html").write_text(page(begin), "utf-8")
    return folder / "index.html"
