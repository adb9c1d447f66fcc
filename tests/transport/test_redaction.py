"""What is private is hidden in every spelling that a mail or an API gives it, and the rest can be read."""

from __future__ import annotations

import html
import json
import quopri
import re
import tomllib
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from time import thread_time
from urllib.parse import quote, quote_plus

import pytest
from cognito_mailroom.transport.redaction import redacted
from hypothesis import given, settings
from hypothesis import strategies as st

CODE, PASSWORD, KEY, ADDRESS = "482910", "T<m>p&\"'&copy9ü%41", "SG.x7-Kq_93hfJw2LpZ", "jane.doe@example.com"
REFUSALS = tomllib.loads((Path(__file__).parents[1] / "together" / "refusals.toml").read_text("utf-8"))[
    "reply"
]

ESCAPED: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "HTML": html.escape,
    "HTML, decimal": lambda text: "".join(f"&#{ord(char)};" for char in text),
    "HTML, hexadecimal": lambda text: "".join(f"&#x{ord(char):X};" for char in text),
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON, all of it": lambda text: "".join(f"\\u{ord(char):04x}" for char in text),
    "URL": lambda text: quote(text, safe=""),
    "form": quote_plus,
    "URL, all of it": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "quoted-printable": lambda text: quopri.encodestring(text.encode()).decode(),
    "quoted-printable, all of it": lambda text: "".join(f"={byte:02X}" for byte in text.encode()),
    "repr": lambda text: repr(text)[1:-1],
}
BROKEN: dict[str, Callable[[str, int], str]] = {
    "whole": lambda text, _: text,
    "by a blank": lambda text, place: f"{text[:place]} {text[place:]}",
    "by a line end": lambda text, place: f"{text[:place]}\r\n\t{text[place:]}",
    "by blanks": lambda text, _: "  ".join(text),
    "in capitals": lambda text, _: text.upper(),
    "cut at its end": lambda text, place: text[: max(4, place)],
    "cut at its beginning": lambda text, place: text[min(place, len(text) - 4) :],
}
ENCODED: dict[str, Callable[[str, int], str]] = {
    "base64": lambda text, place: b64encode(b"\0" * (place % 3) + text.encode()).decode(),
    "base64 for URLs": lambda text, place: urlsafe_b64encode(b":" * (place % 3) + text.encode()).decode(),
    "base64 in two lines": lambda text, place: re.sub(
        f"(?<=^.{{{place}}})", "\r\n", b64encode(text.encode()).decode()
    ),
}


@pytest.mark.parametrize("private", [CODE, PASSWORD, KEY])
@pytest.mark.parametrize("spell", ESCAPED.values(), ids=ESCAPED)
@settings(max_examples=15)  # of each of 36
@given(
    break_up=st.sampled_from([*BROKEN.values()]),
    place=st.integers(1, 5),
    twice=st.sampled_from([*ESCAPED.values()]),
)
def test_no_spelling_shows_it(
    private: str,
    spell: Callable[[str], str],
    break_up: Callable[[str, int], str],
    place: int,
    twice: Callable[[str], str],
) -> None:
    words = twice(spell(break_up(private, place)))
    shown = redacted(f"it was ({words}) there", [CODE, PASSWORD, KEY])
    assert re.fullmatch(r"it was \([^…]{0,3}…[^…]{0,3}\) there", shown), words


@pytest.mark.parametrize("private", [CODE, PASSWORD, KEY, ADDRESS])
@pytest.mark.parametrize("encode", ENCODED.values(), ids=ENCODED)
@pytest.mark.parametrize("place", range(1, 7))
def test_base64_does_not_show_it_either(private: str, encode: Callable[[str, int], str], place: int) -> None:
    shown = redacted(f"not ({encode(private, place)}) said", [CODE, PASSWORD, KEY], [ADDRESS])
    assert re.fullmatch(r"not \(\w{0,2}….{0,2}\) said", shown), shown


@pytest.mark.parametrize("spell", ESCAPED.values(), ids=ESCAPED)
@pytest.mark.parametrize(
    "address", [ADDRESS, "JANE.DOE@Example.com", "jane.d oe@example.com", "jane.doe", "jane.do", "ne.doe"]
)
def test_no_address_is_shown(spell: Callable[[str], str], address: str) -> None:
    shown = redacted(f"not <{spell(address)}> said", [], [ADDRESS])
    assert re.fullmatch(r"not <…> said", shown)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("550 5.1.1 no 550551", "550 5.1.1 no …"),
        ("at 5505, 5055 and 550", "at …, … and 550"),
        ("maryjane.doe stays, and jane.doesn't matter", "maryjane.doe stays, and jane.doesn't matter"),
        ("the user mailbox is full", "the user mailbox is full"),
        ("mail and user are nobody's", "mail and user are nobody's"),
        ("id 0123456789abcdef0123456789abcdef stays", "id 0123456789abcdef0123456789abcdef stays"),
        ("dGhpcyBpcyBhIHdob2xlIG1haWwsIGNvZGUgYW5k\r\nIGFsbA==\r\nbye all", "…\r\nbye all"),
        ("KeyError at /var/task/cognito_mailroom_acme/provider/of_mails.py:12",) * 2,
        ("100% of <b>&amp; \\ = all &unknown; stays\0", "100% of <b>&amp; \\ = all &unknown; stays\0"),
        ("", ""),
    ],
)  # fmt: skip
def test_what_is_not_private_can_be_read(words: str, shown: str) -> None:
    assert redacted(words, ["550551", "", "x"], ["jane.doe@example.com", "user@mail.example", "bo"]) == shown


@pytest.mark.parametrize(
    ("code", "words", "shown"),
    [
        ("918273", "918-273, 918.273, 918 - 273 or 918–273", "…, …, … or …"),  # noqa: RUF001
        ("918273", "9.1.8.2.7.3 and 9·1·8·2·7·3 and 9-1-8-2-7-3", "… and … and …"),
        ("918273", "９１８２７３ and ９１８-２７３", "… and …"),  # noqa: RUF001
        ("918273", "918%2D273", "…"),
        ("550511", "550-5.1.1 no\r\n550 5.1.1 such user", None),
        ("957139", "450 5.7.139 of 2026-11-28 at 192.0.2.7", None),
    ],
)
def test_digits_that_are_parted(code: str, words: str, shown: str | None) -> None:
    assert redacted(words, [code]) == (shown or words)


@pytest.mark.parametrize(
    ("secret", "name", "words", "shown"),
    [
        ("mailroom@acme.example", "", "check MAILROOM_FROM, or SMTP_OAUTH_…", None),
        ("mailroom@acme.example", "", "KeyError at /var/task/cognito_mailroom_smtp/provider.py:35", None),
        ("mailroom", "", "check MAILROOM_FROM for mailroom", "check MAILROOM_FROM for …"),
        ("no-reply@acme.example", "", "The SMTP server mail.acme.example did not answer: no reply", None),
        ("no-reply@acme.example", "", "bm8tcmVwbHlAYWNtZS5leGFtcGxl of no-reply", "… of …"),
        ("prod-mail-Password", "", "password not accepted: check SMTP_PASSWORD", None),
        ("prod-mail-Password", "", "PROD-MAIL-PASSWORD", "…"),
        ("P@ssword.9", "", "no ssword.9", "no …"),
        ("HUNTER_SEASON", "", "SMTP_HUNTER, HUNTER_SEASON, HUNTER_", "SMTP_HUNTER, …, …"),
        ("", "squid-proxy@example.com", "The proxy that HTTPS_PROXY names did not answer in time", None),
        ("", "suspended", "the account is suspended", None),
    ],
)
def test_what_an_operator_looks_for_can_be_read(
    secret: str, name: str, words: str, shown: str | None
) -> None:
    assert redacted(words, [secret], [name]) == (shown or words)


def test_a_secret_that_is_an_ordinary_word_is_hidden_whole() -> None:
    assert redacted("no user recipient", ["recipient", "user-1"], ["user"]) == "no user …"


def test_the_words_of_real_servers_can_be_read() -> None:
    secrets = ["550551", "Kz7!pQ2w", "SG.x7-Kq_93hfJw2LpZ", "IQoJb3JpZ2luX2VjE" * 60]
    for reply in REFUSALS:
        for line in reply["lines"]:
            if "@" not in line and "550 550" not in line and not re.search(r"[\w/+-]{40}", line):
                assert redacted(line, secrets, ["jane.doe@example.com", "Jane"]) == line


HOSTILE = (
    "a",
    "a ",
    "@",
    "a@",
    "%34",
    "&amp;",
    "=\r\n",
    "\\",
    "482910",
    "4 8 2 9 1 0 ",
    '"@',
    "&#",
    "\\u0034",
)


@pytest.mark.parametrize("words", HOSTILE)
def test_endless_words_take_no_time(words: str) -> None:
    """Twice as many take twice as long: of 2,048 characters it is a few milliseconds."""
    started = thread_time()
    redacted(words * (20_000 // len(words)), [CODE, PASSWORD, KEY], [ADDRESS])
    assert thread_time() - started < 5


@given(st.text(max_size=80), st.text(st.characters(categories=["L", "N"]), max_size=20), st.text(max_size=20))
def test_no_words_do_harm(words: str, secret: str, name: str) -> None:
    shown = redacted(words + secret, [secret], [name])
    assert len(secret) < 4 or secret not in shown or secret in words
