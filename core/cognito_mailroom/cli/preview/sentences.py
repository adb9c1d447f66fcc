"""A file of all sentences of a language, for an operator to begin with."""

from __future__ import annotations

import json

import click

from cognito_mailroom.mail.language_tags import rules
from cognito_mailroom.mail.languages import installed, load

_HEAD = """\
# All sentences of the mails in {tag}: save this as sentences/{tag}.toml in the folder of your templates.
# {what}
# Values stand in braces, and <b> and <a> stay where the English has them.
"""


def starting_file(tag: str) -> str:
    """TOML, as ``sentences/TAG.toml`` takes it; of a language that core does not speak, in English.

    Raises:
        click.ClickException: it is no tag of a language.

    """
    if not tag.replace("-", "").isalnum() or not tag[:2].isalpha():
        raise click.ClickException(f"{tag!r} is no tag of a language: want one such as de or pt-BR.")
    known = tag in installed()
    if not known and rules(tag) is None:
        raise click.ClickException(f"There is no language {tag!r} in CLDR.")
    catalogue, english = load(tag if known else "en"), load("en").SENTENCES
    what = (
        "Keep what you change, and delete the rest: what is not here, core says."
        if known
        else "Translate all of it: core does not speak this language, so that none may be missing."
    )
    _, categories, _ = rules(tag) or ("", catalogue.CATEGORIES, "")
    lines = [_HEAD.format(tag=tag, what=what)]
    for key, said in catalogue.SENTENCES.items():
        lines.append(f"\n[{key}]\nenglish = {_text(english[key])}\n")
        if isinstance(said, str):
            forms = {"text": said}
        elif known:
            forms = dict(zip(catalogue.CATEGORIES, said, strict=True))
        else:  # in English, as often as the language has forms
            forms = dict.fromkeys(categories, said[-1])
        lines += [f"{name} = {_quoted(form)}\n" for name, form in forms.items()]
    return "".join(lines)


def _text(sentence: str | tuple[str, ...]) -> str:
    return _quoted(sentence if isinstance(sentence, str) else sentence[-1])


def _quoted(text: str) -> str:
    """A basic string: TOML knows the escapes of JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
