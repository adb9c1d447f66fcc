"""Leaves out files that the function does not need, each with its reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from importlib.metadata import Distribution

from attrs import field, frozen

from .build_folder import Files

_RULES = (
    ("the command line", r"cognito_mailroom/cli/.*"),
    ("stand-ins, tests and examples", r"cognito_mailroom/testing/.*|cognito_mailroom_\w+/reference\.json"),
    ("stand-ins, tests and examples", r"(.*/)?(tests|doc_tests|examples)/.*"),
    ("what only type checkers and compilers read", r".*(\.pyi|/py\.typed|\.[ch])"),
    # Entry points are how plugins are found, some libraries ask for their own version, and licences want to
    # be passed on.
    (
        "what installers write down for themselves",
        r"[^/]+\.dist-info/(?!METADATA$|entry_points\.txt$|(.*/)?(LICEN[CS]E|NOTICE|COPYING|AUTHORS)[^/]*$).*",
    ),
    ("models for boto3.resource(), which nothing here calls", r"boto3/data/.*"),
    ("time zones by name, which AWS does not use", r"dateutil/zoneinfo/.*\.tar\.gz"),
    ("the parser behind cffi, which compiled modules no longer need", r"pycparser/.*"),
    ("samples that only botocore's documentation shows", r"botocore/data/.*/examples-1\.json(\.gz)?"),
)


@frozen
class Trimming:
    """Tells the files that the function needs from those that it does not."""

    _rules: tuple[tuple[str, re.Pattern[str]], ...]
    left_out: Counter[str] = field(factory=Counter)
    """How many bytes were left out so far, by the reason."""

    @classmethod
    def of(
        cls,
        services: Collection[str],
        distributions: Iterable[Distribution],
        unspoken: Iterable[str] = (),
    ) -> Trimming:
        """The rules for a bundle that calls these services of AWS and holds these distributions.

        ``unspoken`` are the tags of languages that no mail will be written in.
        """
        kept = "|".join(re.escape(service) for service in sorted(services))
        rules = [
            *_RULES,
            ("AWS services that are not called", rf"botocore/data/(?!({kept})/)[^/]+/.*"),
            *(("stand-ins, tests and examples", re.escape(path)) for path in _stand_ins(distributions)),
            *(("languages that no brand speaks", _catalogue(tag)) for tag in unspoken),
        ]
        return cls(tuple((reason, re.compile(pattern)) for reason, pattern in rules))

    def reason(self, path: str) -> str | None:
        """Why a file is left out; None if it stays."""
        return next((reason for reason, pattern in self._rules if pattern.fullmatch(path)), None)

    def kept(self, files: Files) -> Files:
        """The files that stay."""
        for path, content in files:
            if reason := self.reason(path):
                self.left_out[reason] += len(content)
            else:
                yield path, content


def _catalogue(tag: str) -> str:
    return re.escape(f"cognito_mailroom/mail/catalogues/{tag.replace('-', '_')}.py")


def _stand_ins(distributions: Iterable[Distribution]) -> Iterable[str]:
    """The modules that hold a plugin's stand-in and nothing that the function loads."""
    for distribution in distributions:
        entries = distribution.entry_points
        loaded = {entry.module for entry in entries if entry.group != "cognito_mailroom.standins"}
        for module in {entry.module for entry in entries} - loaded:
            yield module.replace(".", "/") + ".py"
