"""The one page, with its style and script in it: from the server, or as a file."""

from __future__ import annotations

import json
from importlib import resources
from secrets import token_urlsafe


def page(begin: object) -> str:
    """``begin`` is what its script is told at the start."""
    text, style, script = (
        resources.files(__package__).joinpath(f"page.{kind}").read_text("utf-8")
        for kind in ("html", "css", "js")
    )
    # As JSON in a script element; it ends only at what cannot be in it then.
    data = json.dumps(begin, ensure_ascii=False).replace("<", "\\u003c")
    parts = {"style": style, "script": script, "begin": data, "nonce": token_urlsafe()}
    for name, part in parts.items():
        text = text.replace(f"{{{{ {name} }}}}", part)
    return text
