"""The operator's own sentences: files that replace single ones by their keys, or add a language.

``sentences/de.toml`` counts for all brands, ``sentences/CLIENT-OR-POOL/de.toml`` for one. An entry is the
sentence itself, or a table of its plural forms. Where the table has ``english`` too, what core said when the
entry was written, a warning tells that core has reworded it since; a sentence of one form is ``text`` then:

    [sign_up]
    heading = "Schön, dass Sie da sind"

    [sign_up.preheader]
    english = "One more step, and you are signed up."
    text = "Noch ein Schritt, und Sie sind dabei."

    [code_valid.hours]
    english = "The code is valid for {n} hours."
    one = "Sie haben eine Stunde Zeit."
    other = "Sie haben {n} Stunden Zeit."
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cognito_mailroom.settings.problems import Problems

from .languages import AddedLanguage, installed, load
from .sentences import Scopes, Sentence, Sentences

FOLDER = "sentences"
_ALL = ""


class OwnSentences:
    """What the folder holds; ``added`` has by language what those stand on that core does not speak."""

    def __init__(
        self, scopes: Scopes | None = None, added: Mapping[str, AddedLanguage] | None = None
    ) -> None:
        self.scopes, self.added = scopes or {}, added or {}

    @classmethod
    def read(cls, folder: Path | None, made: Path | None, problems: Problems) -> OwnSentences:
        """Reads and checks the files, or what was ``made`` of them ahead, and checked then."""
        if folder is None:
            return cls()
        if made:
            return cls.from_json((made / "sentences.json").read_text("utf-8"))
        if not (folder / FOLDER).is_dir():
            return cls()
        from .sentence_files import read  # which brings what parses and checks

        return cls(*read(folder, problems))

    @property
    def languages(self) -> tuple[str, ...]:
        """All that mails can be written in."""
        return (*installed(), *self.added)

    def sentences(self, language: str, client_id: str | None, pool_id: str) -> Sentences:
        """The sentences of a language for one client of a pool; the most special go before."""
        own: dict[str, Sentence] = {}
        for scope in dict.fromkeys((_ALL, pool_id, client_id or _ALL)):
            own |= self.scopes.get(scope, {}).get(language, {})
        return Sentences(self.added.get(language) or load(language), own)

    def to_json(self) -> str:
        """What `from_json` reads."""
        added = {tag: [each.DIRECTION, each.CATEGORIES, each.PLURALS] for tag, each in self.added.items()}
        return json.dumps({"scopes": self.scopes, "added": added}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> OwnSentences:
        """What was read before, as `to_json` wrote it."""
        data: dict[str, Any] = json.loads(text)
        return cls(data["scopes"], {tag: AddedLanguage(tag, *each) for tag, each in data["added"].items()})
