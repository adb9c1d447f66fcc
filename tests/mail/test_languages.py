"""Which language a mail is written in, and what is loaded for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cognito_mailroom.mail.languages import installed, load, match
from hypothesis import example, given
from hypothesis import strategies as st

SPOKEN = [
    "ar", "de", "en", "es", "fr", "he", "it", "ja", "ko",
    "nl", "pl", "pt-BR", "sv", "tr", "uk", "zh-Hans", "zh-Hant",
]  # fmt: skip
OTHERS = ["en-GB", "nb", "pt-PT", "sr", "sr-Latn", "zh-Hant-HK"]
RUBBISH = ["", "-", "_", "C", "POSIX", "x-klingon", "i-default", "english", "\uff44\uff45", "d e", "\0"]


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        *((tag, tag) for tag in SPOKEN),
        *(("de-CH", "de"), ("de_CH", "de"), ("DE", "de")),
        *(("de_DE.UTF-8", "de"), ("de-1996", "de"), ("de-", "de"), ("de-Latn", "de")),
        *(("zh", "zh-Hans"), ("zh-CN", "zh-Hans"), ("zh-SG", "zh-Hans"), ("zh-Hans-TW", "zh-Hans")),
        *(("zh-TW", "zh-Hant"), ("zh-HK", "zh-Hant"), ("zh-MO", "zh-Hant"), ("zh_hant_hk", "zh-Hant")),
        *(("cmn", "zh-Hans"), ("cmn-TW", "zh-Hant"), ("zh-cmn-Hans", "zh-Hans"), ("zh-Latn", None)),
        *(("yue", "zh-Hant"), ("zh-yue", "zh-Hant"), ("yue-CN", "zh-Hans"), ("yue-Hans", "zh-Hans")),
        *(("pt", "pt-BR"), ("pt-PT", "pt-BR"), ("es-419", "es"), ("en-u-ca-buddhist", "en")),
        *(("iw", "he"), ("iw-IL", "he"), ("nb", None), ("no", None), ("nn", None)),
        *(("sr", None), ("sr-Latn", None)),
        *((tag, None) for tag in RUBBISH),
    ],
)  # fmt: skip
def test_it_is_looked_for_as_rfc_4647_does_with_the_scripts_of_cldr(tag: str, expected: str | None) -> None:
    assert match(tag, SPOKEN) == expected


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        *(("en-GB", "en-GB"), ("en_gb", "en-GB"), ("en", "en"), ("en-AU", "en")),
        *(("no", "nb"), ("nb-NO", "nb"), ("nn", None)),
        *(("pt-PT", "pt-PT"), ("pt-AO", "pt-BR"), ("pt", "pt-BR")),
        *(("sr", "sr"), ("sr-RS", "sr"), ("sr-ME", "sr-Latn"), ("sr-Latn-RS", "sr-Latn"), ("sr-Cyrl", "sr")),
        *(("zh-HK", "zh-Hant-HK"), ("yue-HK", "zh-Hant-HK"), ("zh-TW", "zh-Hant")),
    ],
)
def test_an_operator_may_speak_more(tag: str, expected: str | None) -> None:
    assert match(tag, SPOKEN + OTHERS) == expected


def test_no_region_goes_before_another_one() -> None:
    assert match("en-AU", ["en-GB", "en"]) == "en"


@given(st.text() | st.from_regex(r"[a-z]{2,3}([-_][a-zA-Z0-9]{1,8}){0,5}", fullmatch=True))
@example("-" * 1_000_000)
@example("de-" + "x" * 1_000_000)
def test_any_text_gets_a_language_that_is_spoken_or_none(tag: str) -> None:
    assert match(tag, SPOKEN) in {*SPOKEN, None}
    assert match(tag, ()) is None


def test_a_language_that_is_not_used_is_not_loaded(run_python: Callable[..., str]) -> None:
    printed = run_python(
        "import sys; before = set(sys.modules)\n"  # coverage reads its settings
        "from cognito_mailroom.mail.languages import installed, load, match\n"
        "found = load(match('en', installed()))\n"
        "print(*(name for name in sys.modules if '.catalogues.' in name), found.LANGUAGE)\n"
        "print({'babel', 'gettext', 'tomllib'} & (sys.modules.keys() - before))\n"
    )
    assert printed == "cognito_mailroom.mail.catalogues.en en\nset()\n"


def test_what_is_loaded_is_loaded_once() -> None:
    assert "en" in installed()
    assert load("en") is load("en")
