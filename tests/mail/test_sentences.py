"""Sentences are data: values and markup in them stay what they are, and numbers get their form."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from babel import Locale
from cognito_mailroom.mail.ahead import compile_ahead
from cognito_mailroom.mail.checking import example_renderer
from cognito_mailroom.mail.examples import SLUGS, example
from cognito_mailroom.mail.languages import installed, load
from cognito_mailroom.mail.sentences import Duration, Sentence, Sentences, UnknownSentence
from cognito_mailroom.mail.variables import NAMES
from cognito_mailroom.settings.problems import Problems
from hypothesis import given
from hypothesis import strategies as st

SNIPPETS = (
    "<script>alert(1)</script>", "</bdi></p>", "{code}", "{{ code }}", "&lt;b&gt;", "<b>", "</a>", "%s",
    "\\1",
)  # fmt: skip
MARKUP = st.text("<>&\"'ab/={}%$ #;x1\u202e\u05d0\n\\") | st.sampled_from(SNIPPETS)
UNITS = ("days", "hours", "minutes", "seconds")
RENDERER = example_renderer(None, Problems())


def sentences(language: str = "en", **own: Sentence) -> Sentences:
    return Sentences(load(language), own)


@given(MARKUP)
def test_no_value_becomes_markup_or_a_placeholder(value: str) -> None:
    said = sentences(label="<b>{label}</b> {label} {x}")
    values = {"label": value, "x": "X"}.__getitem__
    assert said.text("label", values) == f"{value} {value} X"
    page = said.html("label", values)
    assert re.findall("<[^>]*>", page) == ["<b>", "<bdi>", "</bdi>", "</b>", *["<bdi>", "</bdi>"] * 2]
    assert unescape(re.sub("<[^>]*>", "", page)) == f"{value} {value} X"


@given(MARKUP.filter(lambda own: not re.search(r"\{[^{}]*\}|</?[ab]>", own)))
def test_no_markup_of_an_operator_becomes_ours(own: str) -> None:
    said = sentences(label=own or "x")
    assert said.text("label", str) == (own or "x")
    assert "<" not in said.html("label", str)
    assert unescape(str(said.html("label", str))) == (own or "x")


@given(st.dictionaries(st.sampled_from(NAMES), MARKUP), st.sampled_from(installed()), st.sampled_from(SLUGS))
def test_no_value_changes_the_structure_of_a_mail(hostile: dict[str, str], language: str, slug: str) -> None:
    notification = example(slug, locale=language)
    plain = RENDERER.variables(notification) | {"subject": "A subject"}
    # What is empty is left out, and so stays empty here; an unknown action has no sentence.
    known = {name: hostile.get(name) or value if value else value for name, value in plain.items()}
    fixed = ("trigger", "language", "account_take_over_action", "code")
    known |= {name: plain[name] for name in fixed}
    tags = [re.findall(r"<(/?\w+)", RENDERER.bodies(notification, each)[1]) for each in (plain, known)]
    assert tags[0] == tags[1]


# -- plurals ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", installed())
def test_every_number_gets_its_form_in_every_sentence_that_counts(language: str) -> None:
    locale, catalogue, said = Locale.parse(language, sep="-"), load(language), sentences(language)
    counting = {
        key.rpartition(".")[0] for key, forms in load("en").SENTENCES.items() if isinstance(forms, tuple)
    }
    assert len(counting) == 4
    for key in counting:
        for unit in UNITS:
            forms = catalogue.SENTENCES[f"{key}.{unit}"]
            for number in (*range(201), 1_000, 1_001, 1_002, 1_005, 1_011, 1_100, 100_003):
                index = catalogue.CATEGORIES.index(locale.plural_form(number))
                expected = forms[index].replace("{n}", str(number)).replace("{code}", "C")
                assert said.text(key, {"code": "C"}.__getitem__, Duration(unit, number)) == expected


@pytest.mark.parametrize(
    ("language", "numbers"),
    [
        ("ar", {"zero": 0, "one": 1, "two": 2, "few": 3, "many": 11, "other": 100}),
        ("he", {"one": 1, "two": 2, "other": 3}),
        ("pl", {"one": 1, "few": 22, "many": 12}),
        ("uk", {"one": 21, "few": 22, "many": 12}),
    ],
)
def test_all_forms_of_a_language_are_told_apart(language: str, numbers: dict[str, int]) -> None:
    assert tuple(numbers) == load(language).CATEGORIES
    said = sentences(language)
    forms = {
        said.text("duration", str, Duration("hours", number)).replace(str(number), "#")
        for number in numbers.values()
    }
    # In Arabic no hour, many hours and a hundred of them have one word.
    assert len(forms) == (4 if language == "ar" else len(numbers))


def test_an_operators_forms_are_chosen_as_cores_are() -> None:
    own = {"one": "jedna", "few": "{n} kilka", "many": "{n} wiele"}
    said = Sentences(load("pl"), {"duration.hours": own})
    told = [said.text("duration", str, Duration("hours", number)) for number in (1, 2, 5, 22, 112)]
    assert told == ["jedna", "2 kilka", "5 wiele", "22 kilka", "112 wiele"]


def test_a_sentence_there_is_none_of_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(UnknownSentence, match=r"'sign_up\.into', did you mean 'sign_up\.intro'\?"):
        sentences().text("sign_up.into", str)


# -- what is loaded --------------------------------------------------------------------------------------

LOADED = """
import sys
before = set(sys.modules)  # coverage reads its settings
import handler
from cognito_mailroom.mail.examples import example
renderer = sys.modules["cognito_mailroom.function.trigger"].mailroom._renderer
for slug in ("account_take_over_notification", "sign_up"):
    notification = example(slug, locale="ar")
    known = renderer.variables(notification)
    subject = renderer.subject(notification, known)
    assert 'dir="rtl"' in renderer.bodies(notification, {**known, "subject": subject})[1]
assert not renderer.is_unchecked
print(sorted(name for name in sys.modules if ".catalogues." in name))
print({"gettext", "babel", "tomllib"} & (sys.modules.keys() - before))
checks = ("checking", "sentence_files", "template_source", "language_tags", "brand_file", "contrast")
print([name for name in checks if f"cognito_mailroom.mail.{name}" in sys.modules])
"""


def test_an_arabic_mail_of_what_was_made_ahead_loads_no_more_than_arabic(
    run_python: Callable[..., str], key_arn: str, tmp_path: Path
) -> None:
    (tmp_path / "brand.toml").write_text('[brand]\nname = "Acme"\nlanguages = ["ar", "en"]\n')
    (tmp_path / "sentences").mkdir()
    (tmp_path / "sentences" / "ar.toml").write_text("[sign_up]\nheading = 'أهلا'\n", "utf-8")
    compile_ahead(tmp_path, example_renderer(tmp_path, Problems()))
    printed = run_python(
        LOADED, MAILROOM_PROVIDER="smtp", MAILROOM_FROM="no-reply@acme.example", SMTP_HOST="localhost",
        MAILROOM_KMS_KEY_ARN=key_arn, MAILROOM_TEMPLATES=str(tmp_path), MAILROOM_EXTENSIONS="none",
    )  # fmt: skip
    assert printed == "['cognito_mailroom.mail.catalogues.ar']\nset()\n[]\n"
