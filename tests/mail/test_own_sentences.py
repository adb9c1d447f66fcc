"""The operator's files of sentences: every mistake is named, and what is right is said in the mails."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cognito_mailroom.mail.ahead import compile_ahead
from cognito_mailroom.mail.checking import example_renderer
from cognito_mailroom.mail.examples import example, examples
from cognito_mailroom.mail.languages import installed, load
from cognito_mailroom.mail.rendering import Renderer
from cognito_mailroom.mail.sentences import Duration
from cognito_mailroom.settings.problems import Problems

from tests.mail.rendered import problems

ENGLISH = load("en").SENTENCES
# Two languages are enough to render, and cheaper than all.
FEW = {"brand.toml": '[brand]\nlanguages = ["en", "de"]\n'}
CZECH = ("one", "few", "other")


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def toml(entries: Mapping[str, str | Mapping[str, str]]) -> str:
    """A file of sentences."""
    forms = {key: said if isinstance(said, Mapping) else {"": said} for key, said in entries.items()}
    return "\n".join(
        f"{key}{'.' if form else ''}{form} = {json.dumps(text, ensure_ascii=False)}"
        for key, said in forms.items()
        for form, text in said.items()
    )


def complete(mark: str, categories: tuple[str, ...] = CZECH) -> str:
    """A file with all sentences: the English ones, each marked, and each form by its category."""
    return toml(
        {
            key: f"{mark} {said}"
            if isinstance(said, str)
            else {each: f"{mark} {each} {said[-1]}" for each in categories}
            for key, said in ENGLISH.items()
        }
    )


def mail(folder: Path, language: str, slug: str = "sign_up", **changes: Any) -> str:
    """Subject, text and HTML, and what a hosted template would get."""
    return written(example_renderer(folder, Problems()), language, slug, **changes)


def written(renderer: Renderer, language: str, slug: str = "sign_up", **changes: Any) -> str:
    notification = example(slug, locale=language, **changes)
    known = renderer.variables(notification)
    subject = renderer.subject(notification, known)
    bodies = renderer.bodies(notification, {**known, "subject": subject})
    return "\n".join((known["validity"], subject, *bodies))


PLURAL = "code_valid.hours: want a table of its plural forms: one, other"


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("sentences/de.txt", "", "sentences/de.txt: this is no file of sentences, such as sentences/de.toml"),
        ("sentences/a/b/de.toml", "", "sentences/a/b/de.toml: this is no file of sentences"),
        ("sentences/german.toml", "", "sentences/german.toml: its name has to be the tag of a language"),
        ("sentences/de-.toml", "", "sentences/de-.toml: its name has to be the tag"),
        ("sentences/xx.toml", "", "sentences/xx.toml: CLDR knows no language 'xx'."),
        ("sentences/de.toml", "[sign_up]\nheadng = 'x'", "'sign_up.headng', did you mean 'sign_up.heading'?"),
        ("sentences/de.toml", "nothing = 'x'", "sentences/de.toml: there is no sentence 'nothing'."),
        ("sentences/de.toml", "[sign_up.heading.more]\nx = 1", "sign_up.heading: want a text."),
        ("sentences/de.toml", "greeting = ''", "greeting: want a text."),
        ("sentences/de.toml", "greeting = 7", "greeting: want a text."),
        ("sentences/de.toml", "greeting = ['x']", "greeting: want a text."),
        ("sentences/de.toml", "greeting = { text = 'x', englisch = 'y' }", "greeting: want a text."),
        ("sentences/de.toml", "greeting = { text = 'x', english = ['y'] }", "greeting.english: want a text."),
        ("sentences/de.toml", "code_valid.hours = '{n}'", PLURAL),
        ("sentences/de.toml", "code_valid.hours.other = '{n}'", PLURAL),
        ("sentences/de.toml", "code_valid.hours = { one = '1', other = '{n}', few = '{n}' }", PLURAL),
        ("sentences/de.toml", "code_valid.hours = { one = '1', other = 'x' }", "s.other: {n} is missing."),
        ("sentences/fr.toml", "code_valid.hours = { one = '1', other = '{n}' }", "s.one: {n} is missing."),
        ("sentences/de.toml", "a = 1\nb =\n", "it is not TOML: Invalid value (at line 2, "),
        ("sentences/de.toml", "[a", "sentences/de.toml: it is not TOML: "),
        ("sentences/de.toml", "a = " + "[" * 9_000, "it has a number too long or nests"),
        ("sentences/de.toml", "a = " + "9" * 9_000, "it has a number too long or nests"),
        ("sentences/de.toml", 'greeting = "a\\u0007"', "greeting: it holds a control character."),
        ("sentences/de.toml", 'greeting = "a\\u202e"', "greeting: it holds a control character."),
        ("sentences/de.toml", "help = 'Fragen?'", "help: want the tags of the English: <a> </a>."),
        ("sentences/de.toml", "help = '</a>Fragen?<a>'", "help: want the tags of the English: <a> </a>."),
        ("sentences/de.toml", "greeting = '<b>Hallo</b>'", "greeting: want the tags of the English: none."),
        ("sentences/cs.toml", "greeting = 'Ahoj'", "does not speak cs, so that it has to be complete, and"),
        ("sentences/cs.toml", "greeting = 'Ahoj'", "lacks account_take_over_notification.BLOCK, account_"),
        ("sentences/de-AT.toml", "", "; to change some of de, name it de.toml."),
        ("sentences/zh.toml", "", "; to change some of zh-Hans, name it zh-Hans.toml."),
    ],
)  # fmt: skip
def test_every_mistake_is_named_with_file_and_key(name: str, text: str, fault: str, tmp_path: Path) -> None:
    told = problems(write(tmp_path, {name: text}))
    assert told.startswith(f"MAILROOM_TEMPLATES: {name}: ")
    assert fault in told


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"sentences/de.toml": ""})
    (tmp_path / "sentences" / "de.toml").write_bytes("greeting = 'Grüße'".encode("latin-1"))
    assert "sentences/de.toml: it is not in UTF-8: save it so." in problems(tmp_path)
    (tmp_path / "sentences" / "de.toml").unlink()
    (tmp_path / "sentences" / "de.toml").symlink_to("nowhere")
    assert "sentences/de.toml: it cannot be read: No such file or directory." in problems(tmp_path)


def test_two_files_of_one_language_are_refused(tmp_path: Path) -> None:
    write(tmp_path, {"sentences/pt-BR.toml": "", "sentences/pt_br.toml": ""})
    assert "sentences/pt_br.toml: another file is of pt-BR, too: put both into one." in problems(tmp_path)


def test_what_editors_leave_behind_is_no_file_of_sentences(tmp_path: Path) -> None:
    assert (
        problems(write(tmp_path, FEW | dict.fromkeys(("sentences/.git/HEAD", "sentences/de.toml~"), "x")))
        == ""
    )


def test_all_mistakes_of_a_file_are_named_at_once(tmp_path: Path) -> None:
    told = problems(write(tmp_path, {"sentences/de.toml": "a = 1\ngreeting = 2\nhelp = 3"}))
    assert [fault in told for fault in ("sentence 'a'", "greeting: want", "help: want")] == [True] * 3


# -- each sentence, mutated ------------------------------------------------------------------------------


def _mutations(sentence: str) -> dict[str, str]:
    """Each with what is said of it."""
    mutations = {
        f"{sentence} {{x.__class__}}": "there is no {x.__class__} here",
        f"{sentence} {{nmae}}": "there is no {nmae} here",
        f"{sentence} {{{{x}}}}": "there is no {x} here",
        f"{sentence} {{": "a brace stands alone",
        f"{sentence} }}": "a brace stands alone",
        f"{sentence} </b>": "want the tags of the English",
        " ": "want a text",
    }
    for name in re.findall(r"\{(\w+)\}", sentence):
        mutations[sentence.replace(f"{{{name}}}", f"{{{name}s}}")] = f"there is no {{{name}s}} here"
        if name not in {"product_name", "email"}:
            mutations[sentence.replace(f"{{{name}}}", "X")] = f"{{{name}}} is missing"
    return mutations


def test_a_mutated_sentence_is_named_by_its_key(tmp_path: Path) -> None:
    mutated: dict[str, list[tuple[str, str]]] = {}
    for key, own in load("de").SENTENCES.items():
        mutated[key] = list(_mutations(own if isinstance(own, str) else own[-1]).items())
    for number in range(max(map(len, mutated.values()))):
        entries: dict[str, str | Mapping[str, str]] = {}
        expected = []
        for key, mutations in mutated.items():
            text, words = mutations[number % len(mutations)]
            several = isinstance(ENGLISH[key], tuple)
            entries[key] = (
                {"one": "{n} {code}" if "preheader" in key else "{n}", "other": text} if several else text
            )
            expected.append(f"sentences/de.toml: {key}{'.other' if several else ''}: {words}")
        told = problems(write(tmp_path, {"sentences/de.toml": toml(entries)}))
        assert [each for each in expected if each not in told] == []


# -- what is right ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", installed())
def test_a_language_of_core_may_be_copied_whole(language: str, tmp_path: Path) -> None:
    catalogue = load(language)
    copied = {
        key: said if isinstance(said, str) else dict(zip(catalogue.CATEGORIES, said, strict=True))
        for key, said in catalogue.SENTENCES.items()
    }
    write(tmp_path, {f"sentences/{language}.toml": toml(copied)})
    renderer = example_renderer(tmp_path, found := Problems())
    assert not found
    plain = example_renderer(None, Problems())
    for each in examples(language):
        known = renderer.variables(each) | {"subject": ""}
        assert renderer.bodies(each, known) == plain.bodies(each, known)


def test_a_percent_sign_and_markup_that_is_not_ours_are_text(tmp_path: Path) -> None:
    write(tmp_path, {"sentences/en.toml": "sign_up.intro = '100 % <i>{product_name}</i> %s {% x %}'"})
    assert "there is no {% x %} here" in problems(tmp_path)
    write(tmp_path, FEW | {"sentences/en.toml": "sign_up.intro = '100 % <i>{product_name}</i> %s &amp;'"})
    assert problems(tmp_path) == ""
    said = mail(tmp_path, "en")
    assert "100 % <i>Acme</i> %s &amp;\n" in said
    assert "100 % &lt;i&gt;<bdi>Acme</bdi>&lt;/i&gt; %s &amp;amp;" in said


def test_some_values_may_be_named_anywhere(tmp_path: Path) -> None:
    duration = "{ one = '1 {email}', other = '{n} h, {product_name} {email}' }"
    greeting = "'{email}, {name} ({product_name})'"
    write(tmp_path, FEW | {"sentences/en.toml": f"greeting_name = {greeting}\nduration.hours = {duration}"})
    assert problems(tmp_path) == ""
    said = mail(tmp_path, "en")
    assert said.startswith("24 h, Acme alex@example.com\n")
    assert "alex@example.com, Alex (Acme)" in said


def test_one_override_changes_its_sentence_alone(tmp_path: Path) -> None:
    write(tmp_path, {"sentences/de.toml": "code_private = 'Nur für dich.'"})
    own, core = example_renderer(tmp_path, Problems()), example_renderer(None, Problems())
    before = load("de").SENTENCES["code_private"]
    assert isinstance(before, str)
    changed = 0
    for language in installed():
        for each in examples(language):
            known = core.variables(each) | {"subject": ""}
            assert own.variables(each) | {"subject": ""} == known
            assert own.subject(each, known) == core.subject(each, known)
            for pair in zip(core.bodies(each, known), own.bodies(each, known), strict=True):
                was, now = (" ".join(body.split()) for body in pair)
                assert now == (was.replace(before, "Nur für dich.") if language == "de" else was)
                changed += now != was
    assert (
        changed == 2 * 2 * 7
    )  # in text and HTML, with and without a name, in each mail that has a code to keep


@pytest.mark.parametrize("scope", ["", "abc/", "eu-west-1_Ab/"])
def test_a_client_goes_before_a_pool_and_a_pool_before_all(scope: str, tmp_path: Path) -> None:
    names = ["", "eu-west-1_Ab/", "abc/"]
    there = names[: names.index(scope) + 1]
    write(tmp_path, {f"sentences/{each}en.toml": f"sign_up.heading = 'For {each}.'" for each in there})
    write(tmp_path, {"brand.toml": FEW["brand.toml"] + "[clients.abc]\n[pools.eu-west-1_Ab]\n"})
    assert problems(tmp_path) == ""
    assert f"For {scope}." in mail(tmp_path, "en", client_id="abc", pool_id="eu-west-1_Ab")
    assert f"For {there[-1] if scope != 'abc/' else there[1]}." in mail(
        tmp_path, "en", pool_id="eu-west-1_Ab"
    )
    assert "For ." in mail(tmp_path, "en")
    assert "For ." in mail(tmp_path, "en", client_id="abd", pool_id="eu-west-1_Ac")
    assert "For " not in mail(tmp_path, "de", client_id="abc", pool_id="eu-west-1_Ab")


def test_a_language_is_added(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "sentences/cs.toml": complete("Česky", CZECH),
            "sentences/fa.toml": complete("فارسی", ("one", "other")),
        },
    )
    assert problems(tmp_path) == ""
    renderer = example_renderer(tmp_path, Problems())
    for slug in ("sign_up", "account_take_over_notification"):
        said = written(renderer, "cs-CZ", slug)
        assert '<html lang="cs" dir="ltr"' in said
        assert "Česky" in said
        said = written(renderer, "fa-IR", slug)
        assert '<html lang="fa" dir="rtl"' in said
        assert 'align="left"' not in said
    assert "2021-03-19 14:25 UTC" in written(renderer, "cs", "account_take_over_notification")
    sentences = renderer.own.sentences("cs", None, "")
    forms = [sentences.text("duration", str, Duration("hours", number)).split()[1] for number in range(200)]
    assert [forms.index(each) for each in CZECH] == [1, 2, 0]
    assert forms.count("few") == 3


def test_a_brand_may_speak_a_language_that_is_added(tmp_path: Path) -> None:
    write(tmp_path, {"sentences/cs.toml": complete("Česky"), "brand.toml": '[brand]\nlanguages = ["cs"]'})
    assert problems(tmp_path) == ""
    assert '<html lang="cs"' in mail(tmp_path, "de")


@pytest.mark.parametrize(
    ("entry", "warned"),
    [
        ("{ english = 'Hello,', text = 'Hallo!' }", False),
        ("{ english = 'Hi,', text = 'Hallo!' }", True),
        ("{ english = 'H', text = 'Hallo!' }", True),
        ("'Hallo!'", False),
    ],
)
def test_an_override_of_a_sentence_that_core_has_reworded_is_told(
    entry: str, warned: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture  # noqa: FBT001
) -> None:  # fmt: skip
    plural = "{ english = 'The code is valid for {n} hours.', one = 'A', other = '{n}' }"
    write(tmp_path, FEW | {"sentences/de.toml": f"greeting = {entry}\ncode_valid.hours = {plural}"})
    with caplog.at_level(logging.WARNING, "cognito_mailroom"):
        assert problems(tmp_path) == ""
    told = "sentences/de.toml: greeting was written for another English sentence than today's"
    assert [record.getMessage() for record in caplog.records] == [told] * warned
    assert "Hallo!" in mail(tmp_path, "de", name="")


# -- ahead, for bundles ----------------------------------------------------------------------------------

OWN = {
    "brand.toml": '[brand]\nname = "Ours"\nlanguages = ["de", "cs"]\n[clients.abc]\nname = "Theirs"\n',
    "sentences/de.toml": "sign_up.heading = 'Hallo'",
    "sentences/abc/de.toml": "sign_up.heading = 'Servus'",
    "sentences/cs.toml": complete("Česky"),
    "sign_up.subject": "{{ say('sign_up.heading') }}, {{ product_name }}",
}


def test_what_was_made_ahead_counts(tmp_path: Path) -> None:
    write(tmp_path, OWN)
    readers = [("de", None), ("de", "abc"), ("cs", None)]
    before = [mail(tmp_path, language, client_id=client) for language, client in readers]
    assert ["Hallo, Ours" in before[0], "Servus, Theirs" in before[1], "Česky" in before[2]] == [True] * 3
    compile_ahead(tmp_path, example_renderer(tmp_path, Problems()))

    renderer = example_renderer(tmp_path, Problems())

    assert not renderer.is_unchecked
    assert [written(renderer, language, client_id=client) for language, client in readers] == before
    made = tmp_path / "__compiled__" / "sentences.json"
    made.write_text(made.read_text("utf-8").replace("Servus", "Grüezi"), "utf-8")
    assert "Grüezi, Theirs" in mail(tmp_path, "de", client_id="abc")


@pytest.mark.parametrize("name", OWN)
def test_a_file_that_was_changed_since_is_read_and_checked_anew(name: str, tmp_path: Path) -> None:
    write(tmp_path, OWN)
    compile_ahead(tmp_path, example_renderer(tmp_path, Problems()))
    write(tmp_path, {name: OWN[name] + ("\n{# again #}" if name.endswith("subject") else "\n# again\n")})
    assert example_renderer(tmp_path, Problems()).is_unchecked
    assert problems(tmp_path) == ""
    write(tmp_path, {name: "{{ nothing }}"})
    assert name in problems(tmp_path)
    (tmp_path / name).unlink()
    assert example_renderer(tmp_path, Problems()).is_unchecked
