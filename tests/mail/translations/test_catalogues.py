"""What is built from PO files and CLDR: all that CLDR says, and nothing that a translator has to mend."""

from __future__ import annotations

import importlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from babel.dates import format_date, format_time, get_datetime_format
from cognito_mailroom.mail.dates import in_words
from cognito_mailroom.mail.languages import installed, load

ROOT = Path(__file__).parents[3]
TRANSLATIONS = ROOT / "core" / "translations"
# As no type checker finds it: installed, it would be part of no distribution.
build: Any = importlib.import_module("core.build_backend.modules")

HEADER = 'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
TEMPLATE = f"""{HEADER}
msgctxt "greeting"
msgid "Hello <b>{{name}}</b>,"
msgstr ""

msgctxt "valid.hours"
msgid "Good for {{n}} hour."
msgid_plural "Good for {{n}} hours."
msgstr[0] ""
msgstr[1] ""
"""
GERMAN = f"""{HEADER}
msgctxt "greeting"
msgid "Hello <b>{{name}}</b>,"
msgstr "Hallo <b>{{name}}</b>,"

msgctxt "valid.hours"
msgid "Good for {{n}} hour."
msgid_plural "Good for {{n}} hours."
msgstr[0] "Eine Stunde gültig."
msgstr[1] "{{n}} Stunden gültig."
"""


@pytest.fixture
def translations(tmp_path: Path) -> Path:
    folder = tmp_path / "translations"
    folder.mkdir()
    (folder / "mails.pot").write_text(TEMPLATE, "utf-8")
    return folder


def write(translations: Path) -> dict[str, Any]:
    """What the modules hold that are made from a folder, by their names."""
    modules = translations.with_name("modules")
    modules.mkdir(exist_ok=True)
    build.write_all(translations, modules)
    found: dict[str, Any] = {}
    for path in modules.iterdir():
        exec(path.read_text("utf-8"), found.setdefault(path.stem, {}))  # noqa: S102 - what was just written
    return found


# -- what is installed -----------------------------------------------------------------------------------


def test_every_language_that_was_translated_is_installed() -> None:
    assert set(installed()) == {"en", *(path.stem for path in TRANSLATIONS.glob("*.po"))}


@pytest.mark.parametrize("tag", installed())
def test_a_language_says_all_that_english_says(tag: str) -> None:
    own, english = load(tag), load("en")
    assert tag == own.LANGUAGE
    assert list(own.SENTENCES) == list(english.SENTENCES)
    for key, said in own.SENTENCES.items():
        several = isinstance(english.SENTENCES[key], tuple)
        assert len(said) == len(own.CATEGORIES) if several else isinstance(said, str), key


@pytest.mark.parametrize("tag", installed())
def test_dates_and_times_are_those_of_cldr(tag: str) -> None:
    locale, catalogue = Locale.parse(tag, sep="-"), load(tag)
    joined = str(get_datetime_format("full", locale=locale)).replace("'", "")
    for month in range(1, 13):
        for hour in range(24):
            when = datetime(2024, month, 1 + hour, hour, 5 * (hour % 12) + 3, tzinfo=UTC)
            date, time = format_date(when, "full", locale), format_time(when, "short", locale=locale)
            expected = joined.replace("{1}", date).replace("{0}", time).replace("\u202f", "\u00a0")
            assert in_words(when, catalogue) == expected


@pytest.mark.parametrize("tag", installed())
def test_on_the_hour_only_midnight_in_taiwan_has_a_name_that_we_leave_out(tag: str) -> None:
    locale, catalogue = Locale.parse(tag, sep="-"), load(tag)
    midnight = datetime(2024, 2, 29, tzinfo=UTC)
    said = {
        hour
        for hour in range(24)
        if catalogue.TIMES[hour].format(minute="00")
        != format_time(midnight + timedelta(hours=hour), "short", locale=locale).replace("\u202f", "\u00a0")
    }
    assert said == ({0} if tag == "zh-Hant" else set())


@pytest.mark.parametrize("tag", installed())
def test_plurals_and_direction_are_those_of_cldr(tag: str) -> None:
    locale, catalogue = Locale.parse(tag, sep="-"), load(tag)
    assert (catalogue.DIRECTION == "rtl") == (locale.text_direction == "rtl")
    assert len(catalogue.PLURALS) == 200
    for number in range(1000):
        form = int(catalogue.PLURALS[number if number < 200 else 100 + number % 100])
        assert catalogue.CATEGORIES[form] == locale.plural_form(number), number


# -- what is built ---------------------------------------------------------------------------------------


def test_a_module_of_each_language_and_none_of_one_that_is_gone(translations: Path) -> None:
    (translations / "de.po").write_text(GERMAN, "utf-8")
    (translations / "pt-BR.po").write_text(
        GERMAN.replace("(n != 1)", "(n > 1)").replace("Eine", "{n}"), "utf-8"
    )
    modules = write(translations)
    assert modules.keys() == {"de", "en", "pt_BR", "_rules", "_scripts"}
    assert modules["de"]["SENTENCES"] == {
        "greeting": "Hallo <b>{name}</b>,", "valid.hours": ("Eine Stunde gültig.", "{n} Stunden gültig."),
    }  # fmt: skip
    assert modules["en"]["SENTENCES"]["valid.hours"] == ("Good for {n} hour.", "Good for {n} hours.")
    assert modules["pt_BR"]["LANGUAGE"] == "pt-BR"

    (translations / "de.po").unlink()
    (translations / "pt-BR.po").unlink()
    for path in translations.with_name("modules").iterdir():
        if path.stem not in write(translations):
            assert not path.exists()
    assert write(translations).keys() == {"en", "_rules", "_scripts"}


@pytest.mark.parametrize(
    ("right", "wrong", "problem"),
    [
        ('"Hallo <b>{name}</b>,"', '""', "line 5: greeting is not translated."),
        ('\nmsgctxt "greeting"', '\n#, fuzzy\nmsgctxt "greeting"', "line 6: greeting is marked as fuzzy: "),
        ('"greeting"', '"greting"', "line 5: greting is no key of mails.pot."),
        ('"greeting"', '"greting"', "de.po: greeting is missing."),
        ('"Hello <b>{name}</b>,"', '"Hi <b>{name}</b>,"', "line 5: greeting translates an English sentence"),
        ("Hallo <b>{name}", "Hallo <b>{nmae}", "line 5: greeting lacks {name}."),
        ("Hallo <b>{name}", "Hallo <b>{nmae}", "line 5: greeting names {nmae}, which is not in the English."),
        ("Hallo <b>{name}", "Hallo {code} <b>{name}", "line 5: greeting names {code}, "),
        ("Hallo <b>{name}", "Hallo <b>{name.__class__}", "line 5: greeting holds a brace "),
        ("Hallo <b>{name}", "Hallo { <b>{name}", "line 5: greeting holds a brace "),
        ("Hallo <b>{name}</b>", "Hallo <i>{name}</i>", "line 5: greeting has other tags than the English."),
        ("Hallo <b>{name}</b>", "Hallo </b>{name}<b>", "line 5: greeting has other tags than the English."),
        ("Hallo <b>{name}</b>", "Hallo <b>{name}", "line 5: greeting has other tags than the English."),
        ('"{n} Stunden gültig."', '""', "line 9: valid.hours is not translated in the form “other”."),
        ("{n} Stunden", "Einige Stunden", "line 9: valid.hours lacks {n} in the form “other”."),
        ('msgstr[1] "{n} Stunden gültig."', "", "line 9: valid.hours is not translated in the form"),
        ("gültig.", "gültig.\n", "this is no line of a PO file."),
        ("msgstr[1]", "msgstr[2]", "msg has more translations than num_plurals of catalog"),
        ("nplurals=2", "nplurals=1", "line 9: msg has more translations than num_plurals of catalog."),
        ("(n != 1)", "0", "Plural-Forms contradicts CLDR at n = 1"),
        ("(n != 1)", "(n > 1)", "Plural-Forms contradicts CLDR at n = 0"),
        ("(n != 1)", "(n !! 1)", "de.po: "),
        ('"valid.hours"', '"greeting"', "line 8: greeting stands in line 4 already."),
        ("ü", "\udcfc", "de.po is not in UTF-8."),
        ("(n != 1)", "n % 0", "de.po: "),
        ("nplurals=2", "nplurals=3", "Plural-Forms has 3 forms, and CLDR knows 2."),
        ("msgstr[1]", "msgstr", "de.po, line"),
    ],
)  # fmt: skip
def test_a_mistake_of_a_translator_ends_the_build(
    translations: Path, right: str, wrong: str, problem: str
) -> None:
    assert right in GERMAN
    (translations / "de.po").write_text(GERMAN.replace(right, wrong), "utf-8", "surrogateescape")
    with pytest.raises(SystemExit) as ended:
        write(translations)
    told = str(ended.value)
    assert problem in told
    assert all(line.startswith("translations/de.po") and line.endswith(".") for line in told.splitlines())
    assert not list(translations.with_name("modules").iterdir()), "nothing is written"
