"""Mistakes in ``brand.toml``: each is named, with its line and what is wanted."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from cognito_mailroom import Address
from cognito_mailroom.mail.brand import Brand, Brands
from cognito_mailroom.settings.problems import Problems

FALLBACK = Brand(name="Fallback", sender=Address.parse("no-reply@acme.example"))
WANT_IMAGE = "want PNG, JPEG or GIF"
FILES = {
    "logo.png": b"\x89PNG\r\n\x1a\n",
    "big.png": b"\x89PNG\r\n\x1a\n".ljust(100_001, b"\0"),
    "text.png": b"no image",
    "webp.png": b"RIFF\0\0\0\0WEBPVP8 ",
    "svg.png": b'<?xml version="1.0"?>\n<!-- drawn by hand -->\n<svg xmlns="http://www.w3.org/2000/svg"/>',
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("brand") / "templates"
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    (folder.parent / "outside.png").write_bytes(FILES["logo.png"])
    (folder / "link.png").symlink_to("../outside.png")
    for name in (".logo.png", "logo.dat"):
        (folder / name).write_bytes(FILES["logo.png"])
    (folder / "loop.png").symlink_to("loop.png")
    (folder / "images").mkdir()
    os.mkfifo(folder / "pipe.png")
    return folder


def faults(folder: Path, known_languages: list[str] | None = None) -> str:
    Brands.read(folder, FALLBACK, problems := Problems(), known_languages)
    assert problems
    return str(problems.error())


NO_ADDRESS = "the address is not a local part and a domain with an @ between them"
WANT_ADDRESS = "(want NAME <no-reply@acme.example>)."
MISTAKES: dict[str, list[str]] = {
    "there is no such key, did you mean 'accent'?": ['acent = "#0b5fff"'],
    "there is no such key.": ['x = "y"', 'colours = { accent = "#000" }'],
    "want a text in quotes.": ["name = 5", "support_url = 2026-01-01", "logo = ['logo.png']"],
    "it is empty: want a name, or leave the key out.": ['name = " "'],
    "it contains a line break or another control character: write it on one line.": [
        r'name = "A\u0007"',
        r'postal_address = "A\nB"',
        r'support_url = "https://a.example/\r\n"',
        r'logo = "a\u0000.png"',
    ],
    "want true or false, without quotes.": ['code_in_subject = "yes"', "code_in_preheader = 1"],
    "want a number of pixels from 16 to 560, without quotes.": [
        'logo_width = "120"',
        "logo_width = 15",
        "logo_width = 561",
        "logo_width = true",
    ],
    'want a colour such as "#0b5fff" or "#05f".': ['accent = "blue"', 'accent_dark = "#0b5fff80"'],
    "#ffcc00 on the light page, #f3f5f7, has a contrast of 1.38 : 1, "
    "want 4.5 : 1 at least, as #876c00 has.": ['accent = "#FC0"'],
    "#1f4b8f on the dark card, #1a2027, has a contrast of 1.92 : 1, want 4.5 : 1 at least, as #5186d9 has.": [
        'accent_dark = "#1f4b8f"'
    ],
    f"{NO_ADDRESS} {WANT_ADDRESS}": ['from = "Acme"', 'from = ""', 'reply_to = "help@"'],
    f"the local part of the address is malformed {WANT_ADDRESS}": ['from = "a@b.example, c@d.example"'],
    f"want a text in quotes {WANT_ADDRESS}": ["reply_to = false"],
    "want an https URL.": [
        'sign_in_url = "http://acme.example"',
        'reset_url = "javascript:alert(1)"',
        'support_url = "help.acme.example"',
        'support_url = "https://"',
    ],
    "the URL is malformed: want an https URL.": [
        'support_url = "https://a.example:x"',
        'support_url = "https://[a.example"',
    ],
    "the URL has a blank or another character in it that none may have: want an https URL.": [
        'support_url = "https://a.example/a b"',
        r'support_url = "https://a.example/\u200b"',
        "support_url = 'https://a.example/\"><script>'",
    ],
    "the URL has a user name or password in it, which every reader would see: leave it off.": [
        'support_url = "https://me:pass@a.example"',
        'logo = "https://me@a.example/logo.png"',
    ],
    'want a list of language tags such as ["en", "de"], or leave the key out for all.': [
        "languages = []",
        'languages = "en"',
    ],
    "one is no language tag: want such as de, pt-BR or zh-Hans, with hyphens.": [
        'languages = ["de_CH"]',
        'languages = ["en", 5]',
    ],
    "pt-BR occurs twice.": ['languages = ["pt-BR", "pt-br"]'],
    "there are no mails in pt-PT, did you mean 'pt-BR'?": ['languages = ["en", "pt-PT"]'],
    "there is no such file beside brand.toml.": ['logo = "none.png"', r"logo = 'C:\logo.png'"],
    "want a name as in images/logo.png, with .png, .jpg, .jpeg or .gif and no dot before.": [
        'logo = ".logo.png"',
        'logo = "logo.dat"',
        'logo = "./logo.png"',
    ],
    "the image lies outside the folder of brand.toml: copy it there.": [
        'logo = "../outside.png"',
        'logo = "/dev/null"',
        'logo = "link.png"',
    ],
    "it is not a file: want a PNG, JPEG or GIF beside brand.toml.": ['logo = "images"', 'logo = "pipe.png"'],
    "the image cannot be read: File name too long.": [f"logo = '{'x' * 300}'"],
    "the image is over 100 kB, which every mail would carry: make it smaller.": ['logo = "big.png"'],
    f"it is no image that mails can show: {WANT_IMAGE}.": ['logo = "text.png"'],
    f"it is WebP, which many mail programs do not show: {WANT_IMAGE}.": ['logo = "webp.png"'],
    f"it is SVG, which Gmail and Outlook drop: {WANT_IMAGE}.": ['logo = "svg.png"'],
    "want a file beside brand.toml, or an https URL.": [
        'logo = "http://acme.example/logo.png"',
        'logo = "data:image/png;base64,AAAA"',
    ],
    "want a logo beside it.": ['logo_dark = "logo.png"'],
}


@pytest.mark.parametrize(
    ("line", "sentence"), [(line, sentence) for sentence, lines in MISTAKES.items() for line in lines]
)
def test_a_key_at_fault_is_named(folder: Path, line: str, sentence: str) -> None:
    (folder / "brand.toml").write_text(f"# ours\n\n[ clients . 'abc' ] # partners\n{line}\n", "utf-8")

    key = line.partition(" ")[0]
    said = faults(folder, ["en", "de", "pt-BR"])
    assert said == f"MAILROOM_TEMPLATES: brand.toml, line 4: [clients.abc] {key}: {sentence}"


def test_a_loop_of_links_is_no_image(folder: Path) -> None:
    (folder / "brand.toml").write_text("[brand]\nlogo = 'loop.png'")

    assert "line 2: [brand] logo: the image cannot be read: " in faults(
        folder
    )  # each Python says it otherwise


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[brand]\n[client.x]", ", line 2: there is no table [client], did you mean 'clients'?"),
        ("\nname = 'Acme'", ", line 2: name belongs to a table: put it below [brand]."),
        ("brand = 'Acme'", ", line 1: [brand]: want a table."),
        ("[[brand]]", ", line 1: [brand]: want a table."),
        ("clients = 5", ", line 1: [clients]: want a table of each, [clients.ID]."),
        ("[pools]\n'eu-west-1_A' = 5", ", line 2: [pools.eu-west-1_A]: want a table."),
        ("[clients]\nabc.name = ''", ", line 2: [clients.abc] name: it is empty: "),
        ("clients.abc = {name = ''}", ", line 1: [clients.abc] name: it is empty: "),
        ("[clients.a-b]", ", line 1: [clients.a-b]: want the id of an app client, as Cognito shows it."),
        ("[clients.'']", ", line 1: [clients.]: want the id of an app client, as Cognito shows it."),
        ("[pools.euwest1]", ", line 1: [pools.euwest1]: want the id of a user pool, such as "),
        ('[clients."a\\nb"]', ", line 1: [clients.…]: want the id of an app client, as Cognito shows it."),
        ("[brand]\nname 5", ", line 2: it is not TOML: Expected '=' after a key in a key/value pair."),
        ("[brand]\nname = 'A'\nname = 'B'\n", ", line 3: it is not TOML: Cannot overwrite a value."),
        ("[brand]\nname = ", " at its end: it is not TOML: Invalid value."),
        ("[brand]\nname = 'A", " at its end: it is not TOML: "),
        (f"a = {'[' * 9000}", " has a number too long or nests too deeply."),
        (f"a = {'1' * 9000}", " has a number too long or nests too deeply."),
    ],
)  # fmt: skip
def test_a_table_at_fault_is_named(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "brand.toml").write_text(text, "utf-8")

    assert faults(tmp_path).startswith(f"MAILROOM_TEMPLATES: brand.toml{sentence}")


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda path: path.mkdir(), "cannot be read: Is a directory"),
        (lambda path: path.symlink_to("nowhere"), "cannot be read: No such file or directory"),
        (lambda path: path.symlink_to(path.name), "cannot be read: Too many levels of symbolic links"),
        (lambda path: path.write_bytes("# Grüße".encode("latin-1")), "is not in UTF-8: save it so"),
        (lambda path: path.write_bytes("[brand]".encode("utf-16")), "is not in UTF-8: save it so"),
    ],
    ids=["folder", "dangling", "loop", "latin-1", "utf-16"],
)
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, make: Callable[[Path], None], sentence: str
) -> None:
    make(tmp_path / "brand.toml")

    assert faults(tmp_path) == f"MAILROOM_TEMPLATES: brand.toml {sentence}."


def test_all_faults_are_named_at_once_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "brand.toml").write_text("[pools.x]\nname=''\n[brand]\nlogo='none'\n[clients.a]\ny=1\n[z]\n")

    lines = [clause.split(": ")[1] for clause in faults(tmp_path).split("; ")]
    assert lines == [f"brand.toml, line {number}" for number in (1, 2, 4, 6, 7)]
