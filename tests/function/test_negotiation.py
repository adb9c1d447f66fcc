"""Which language a mail is in: the user's, where the brand speaks it; else the brand's own; else English."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cognito_mailroom import Message

Load = Callable[..., dict[str, Any]]
Handler = Callable[..., Callable[..., dict[str, Any]]]

CLIENT, POOL = "1example23456789", "eu-west-1_AbCdEfGhI"
FOLDER = {
    "none": "",
    "brand": '[brand]\nlanguages = ["de", "ja", "en"]\n',
    "client": f'[brand]\nlanguages = ["de", "ja"]\n[pools.{POOL}]\nlanguages = ["fr"]\n'
    f'[clients.{CLIENT}]\nlanguages = ["pt-BR", "zh-Hant"]\n',
    "pool": f'[brand]\nlanguages = ["de", "ja"]\n[pools.{POOL}]\nlanguages = ["fr", "he"]\n',
}
CASES: list[tuple[str, str, dict[str, str], str]] = [
    # the folder, MAILROOM_DEFAULT_LOCALE, what the event says, the language of the mail
    *(("none", "", {"locale": tag}, "zh-Hant") for tag in ("zh-TW", "zh-HK", "zh_Hant")),
    *(("none", "", {"locale": tag}, "en") for tag in ("sr-Latn", "rubbish", "{x}", "")),
    ("none", "", {"locale": "zh"}, "zh-Hans"),
    ("none", "", {"locale": "iw"}, "he"),
    ("none", "", {"locale": "pt-PT"}, "pt-BR"),
    ("none", "", {"locale": "de_CH"}, "de"),
    ("none", "", {"locale": "AR"}, "ar"),
    ("none", "pt", {"locale": "sr-Latn"}, "pt-BR"),
    ("none", "pt", {"locale": "it"}, "it"),
    ("none", "xx", {"locale": "sr-Latn"}, "en"),
    ("none", "", {"custom:locale": "fr"}, "fr"),
    ("brand", "fr", {"locale": "ja-JP"}, "ja"),
    ("brand", "ja", {"locale": "fr"}, "de"),
    ("brand", "", {"locale": "en-AU"}, "en"),
    ("brand", "ja", {}, "de"),
    ("client", "", {"locale": "de"}, "pt-BR"),
    ("client", "", {"locale": "zh-HK"}, "zh-Hant"),
    ("client", "", {"locale": "fr"}, "pt-BR"),
    ("pool", "", {"locale": "de"}, "fr"),
    ("pool", "", {"locale": "iw-IL"}, "he"),
]  # fmt: skip


def language(message: Message) -> str:
    found = re.search(r'<html lang="([\w-]+)"', message.html)
    assert found
    return found[1]


@pytest.mark.parametrize("folder", FOLDER)
def test_a_mail_is_in_the_language_of_the_user_where_its_brand_speaks_it(
    *, folder: str, handler: Handler, sent: list[Message], load: Load, encrypted: Callable[..., str],
    tmp_path: Path,
) -> None:  # fmt: skip
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails" / "brand.toml").write_text(FOLDER[folder])
    code = encrypted("482910")
    for default in {default for name, default, *_ in CASES if name == folder}:
        lambda_handler = handler(MAILROOM_TEMPLATES=str(tmp_path / "mails"), MAILROOM_DEFAULT_LOCALE=default)
        cases = [
            (told, expected) for name, given, told, expected in CASES if (name, given) == (folder, default)
        ]
        for told, expected in cases:
            event = load("sign_up", code)
            del event["request"]["userAttributes"]["locale"]
            event["request"]["userAttributes"] |= told
            lambda_handler(event, None)
            assert language(sent.pop()) == expected, (default, told)


def test_clientmetadata_is_a_users_last_word(
    handler: Handler, sent: list[Message], load: Load, encrypted: Callable[..., str]
) -> None:
    lambda_handler, code = handler(), encrypted("482910")
    for told, expected in (("de", "de"), (None, "fr")):
        event = load("sign_up", code)
        event["request"]["userAttributes"]["locale"] = told
        event["request"]["clientMetadata"] = {"locale": "fr"}
        lambda_handler(event, None)
        assert language(sent.pop()) == expected


def test_one_process_leaks_nothing_of_one_language_into_another(
    handler: Handler, sent: list[Message], load: Load, encrypted: Callable[..., str]
) -> None:
    lambda_handler, code = handler(), encrypted("482910")

    def mail(locale: str, name: str = "Alex") -> tuple[str, str, str]:
        event = load("sign_up", code)
        event["request"]["userAttributes"] |= {"locale": locale, "given_name": name}
        lambda_handler(event, None)
        message = sent.pop()
        return message.subject, message.text, message.html

    first = {locale: mail(locale) for locale in ("en", "ar", "he")}
    for _ in range(3):
        for locale in ("ar", "en", "he", "en", "ar", "he"):
            assert mail(locale) == first[locale]
            assert "Zoe" in mail("en", "Zoe")[1]
    assert len(set(first.values())) == 3
    assert not re.search(r"[\u0590-\u06ff\u200e\u200f]", "".join(first["en"]))
