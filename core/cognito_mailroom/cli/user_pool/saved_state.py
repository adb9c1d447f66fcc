"""Saves what a pool had before ``attach``, as tags of the function, for ``detach`` to restore."""

from __future__ import annotations

from .function import Function, unless_missing
from .lambda_config import KEY, SENDER, Config, in_words
from .pool import Pool


class SavedState:
    """Tags of the function, one for each part of the Lambda configuration that it replaced."""

    def __init__(self, function: Function, pool: Pool) -> None:
        self._client = function.client
        self._arn = function.unqualified  # an alias has no tags
        self._prefix = f"cognito-mailroom:before:{pool.id}:"

    def read(self) -> Config:
        """What was kept; nothing where the function is gone."""
        tags = unless_missing(self._client.list_tags, Resource=self._arn).get("Tags", {})
        kept: Config = {
            name: tags[self._prefix + name] for name in (SENDER, KEY) if self._prefix + name in tags
        }
        if SENDER in kept:
            version, _, arn = kept[SENDER].partition(" ")
            kept[SENDER] = {"LambdaVersion": version, "LambdaArn": arn}
        return kept

    def write(self, before: Config) -> None:
        """Keeps this, instead of what was kept."""
        stale = [self._prefix + name for name in self.read() if name not in before]
        # In plain words: a tag's value takes neither quotes nor braces, and no more than 256 characters.
        tags = {self._prefix + name: in_words(value) for name, value in before.items()}
        if tags:
            self._client.tag_resource(Resource=self._arn, Tags=tags)
        if stale:
            self._client.untag_resource(Resource=self._arn, TagKeys=stale)
