"""A file of all sentences of a language, for an operator to begin with."""

from __future__ import annotations

import json

import click

from cognito_mailroom.mail.language_tags import canonical, rules
from cognito_mailroom.mail.languages import installed, load

_HEAD = """\
# All sentences of the mails in {tag}: save this as sentences/{tag}.toml in the folder of your templates.
# {what}
# Values stand in braces, and <b> and <a> stay where the English has them.
"""


def starting_file(asked: str) -> str:
    """TOML, as ``sentences/TAG.toml`` takes it; of a language that core does not speak, in English.

    Raises:
        click.ClickException: there is no such language.

    """
    try:
        tag = canonical(asked)
    except ValueError:
        raise click.ClickException(
            f"{asked!r} is no tag of a language: want one such as de or pt-BR."
        ) from None
    english = load("en").SENTENCES
    if tag in installed():
        what = "Keep what you change, and delete the rest: what is not here, core says."
        sentences, categories = load(tag).SENTENCES, load(tag).CATEGORIES
    elif known := rules(tag):
        what = "Translate all of it: core does not speak this language, so that none may be missing."
        _, categories, _ = known
        # In English, as often as the language has forms.
        sentences = {
            key: said if isinstance(said, str) else (said[-1],) * len(categories)
            for key, said in english.items()
        }
    else:
        raise click.ClickException(f"There is no language {tag!r} in CLDR.")
    lines = [_HEAD.format(tag=tag, what=what)]
    for key, said in sentences.items():
        written = english[key]
        forms = {"text": said} if isinstance(said, str) else dict(zip(categories, said, strict=True))
        entry = {"english": written if isinstance(written, str) else written[-1], **forms}
        lines += [f"\n[{key}]\n", *(f"{name} = {_quoted(form)}\n" for name, form in entry.items())]
    return "".join(lines)


def _quoted(text: str) -> str:
    """A basic string: TOML knows the escapes of JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
