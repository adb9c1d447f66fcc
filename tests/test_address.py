"""What is let in as an e-mail address, and how it is shown."""

from __future__ import annotations

import re
import unicodedata

import pytest
from attrs.exceptions import FrozenInstanceError
from cognito_mailroom import Address
from cognito_mailroom.address import is_plain
from hypothesis import example, given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("alex@example.com", "alex@example.com"),
        ("Alex.O'Neil+tag@EXAMPLE.com", "Alex.O'Neil+tag@example.com"),
        ("alex@localhost", "alex@localhost"),
        ("a@sub_domain.example", "a@sub_domain.example"),
        ('"two words"@example.com', '"two words"@example.com'),
        ('"at@home"@example.com', '"at@home"@example.com'),
        (r'"quo\"te"@example.com', r'"quo\"te"@example.com'),
        ("用户@example.com", "用户@example.com"),
        ("a@münchen.example", "a@xn--mnchen-3ya.example"),
        ("a@MÜNCHEN.example", "a@xn--mnchen-3ya.example"),
        ("a@straße.example", "a@xn--strae-oqa.example"),  # IDNA 2003 would write to strasse.example
        ("a@例え。example", "a@xn--r8jz45g.example"),
        ("alex..dot@example.com", '"alex..dot"@example.com'),
        (".alex@example.com", '".alex"@example.com'),
        ("alex.@docomo.example", '"alex."@docomo.example'),
        ("用户.@example.com", '"用户."@example.com'),
        ("a=b?c@example.com", "a=b?c@example.com"),
        ("l" * 64 + "@example.com", "l" * 64 + "@example.com"),
    ],
)
def test_an_address_is_kept_with_its_domain_in_ascii(given: str, kept: str) -> None:
    assert str(Address(given)) == Address(given).addr_spec == kept


@pytest.mark.parametrize(
    "spec",
    [
        "",
        "alex",
        "@example.com",
        "alex@",
        "alex@example.com\r\nBcc: all@example.com",
        "alex\n@example.com",
        '"al\rex"@example.com',
        '"al\0ex"@example.com',
        "alex\x7f@example.com",
        "alex\x85@example.com",
        "alex\u2028@example.com",
        "alex\ud800@example.com",
        "alex\u202e@example.com",
        "alex\u200b@example.com",
        "al\u00a0ex@example.com",
        "al ex@example.com",
        " alex@example.com",
        "alex@example.com ",
        "alex@exam ple.com",
        "=?utf-8?q?=61=6c=65=78?=@example.com",
        "=?x?q?alex=40evil.example=3e=20?=@example.com",
        '"=?utf-8?b?YWxleA==?="@example.com',
        "=?utf-8?q?alex@example.com",
        '""@example.com"',
        "." * 63 + "@example.com",
        "al(ex)@example.com",
        "al<ex@example.com",
        "al,ex@example.com",
        'al"ex@example.com',
        '"open@example.com',
        "a@b@example.com",
        "alex@example..com",
        "alex@example.com.",
        "alex@-example.com",
        "alex@example-.com",
        "alex@[127.0.0.1]",
        "alex@exa/mple.com",
        "alex@ex\u202eample.com",
        "alex@\u00fc\u2028.com",
        "alex@\u00fc_.com",
        "alex@\uff20\u00fc.com",
        "l" * 65 + "@example.com",
        "ü" * 33 + "@example.com",
        "alex@" + "d" * 64 + ".com",
        "alex@" + "d." * 127 + "dd",
        "alex@" + "ü" * 64 + ".com",
        "x" * 100_000,
        "x" * 50_000 + ".." + "x" * 50_000 + " @example.com",
        "x" * 50_000 + "@" + "." * 50_000,
    ],
    ids=lambda spec: ascii(spec[:40]),
)
def test_a_malformed_address_is_refused_without_being_repeated(spec: str) -> None:
    with pytest.raises(ValueError, match=r"^the (address|local part|domain) ") as refused:
        Address(spec)
    assert len(spec) < 4 or spec not in str(refused.value)
    assert len(str(refused.value)) < 100


@pytest.mark.parametrize(
    ("text", "spec", "name"),
    [
        ("no-reply@acme.example", "no-reply@acme.example", ""),
        ("  no-reply@acme.example ", "no-reply@acme.example", ""),
        ("<no-reply@acme.example>", "no-reply@acme.example", ""),
        ("Acme <no-reply@acme.example>", "no-reply@acme.example", "Acme"),
        ('  "Acme, Inc."  <no-reply@acme.example> ', "no-reply@acme.example", "Acme, Inc."),
        (r'"The \"Acme\"" <no-reply@acme.example>', "no-reply@acme.example", 'The "Acme"'),
        ("Ärzte <no-reply@acme.example>", "no-reply@acme.example", "Ärzte"),
        ("=?UTF-8?Q?Caf=C3=A9?= <no-reply@acme.example>", "no-reply@acme.example", "Café"),
        ("=?utf-8?b?Q2Fmw6k=?= =?iso-8859-1?q?_Z=FCrich?= <a@b.example>", "a@b.example", "Café Zürich"),
        ('"=?UTF-8?Q?Caf=C3=A9?=" <a@b.example>', "a@b.example", "=?UTF-8?Q?Caf=C3=A9?="),
        ("What =? <a@b.example>", "a@b.example", "What =?"),
    ],
)
def test_a_named_address_is_read_as_people_write_it(text: str, spec: str, name: str) -> None:
    assert Address.parse(text) == Address(spec, name)


@pytest.mark.parametrize(
    "text",
    [
        "Acme",
        "Acme <>",
        "Acme <a@b> x",
        "Acme <a@b",
        "Ac\r\nme <a@b.example>",
        "\x1b <a@b.example>",
        "=?UTF-8?Q?Acme_=3Cno-reply=40acme.example=3E?=",
        "=?UTF-8?Q?Ac=0D=0Ame?= <a@b.example>",
        "=?utf-8?q?=ff?= <a@b.example>",
        "=?utf-8?b?A?= <a@b.example>",
        "=?no-charset?q?Acme?= <a@b.example>",
    ],
)
def test_a_malformed_named_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^the (address|local part|display name) "):
        Address.parse(text)


def test_a_display_name_is_quoted_where_it_is_shown() -> None:
    assert Address("a@b.example").formatted == "a@b.example"
    assert Address("a@b.example", 'Acme "X", Inc.\\').formatted == r'"Acme \"X\", Inc.\\" <a@b.example>'


@pytest.mark.parametrize("text", ['"Acme <no-reply@acme.example>"', "'no-reply@acme.example'", ' "" '])
def test_quotation_marks_that_are_left_on_are_named(text: str) -> None:
    with pytest.raises(ValueError, match=r"^the address has quotation marks around it: leave them off$"):
        Address.parse(text)


def test_an_address_tells_its_parts() -> None:
    quoted = Address('"at@home"@Example.com')
    assert (quoted.local_part, quoted.domain) == ('"at@home"', "example.com")
    assert not Address("a@münchen.example").needs_smtputf8
    assert Address("ä@example.com").needs_smtputf8


def test_the_repr_shows_the_domain_alone() -> None:
    assert repr(Address("alex@example.com", "Alex")) == "<Address …@example.com>"


def test_an_address_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Address("a@b.example").addr_spec = "c@d.example"  # type: ignore[misc]


@given(
    st.one_of(
        st.text(),
        st.builds("{}@{}".format, st.text(min_size=1), st.text(min_size=1)),
        st.builds("{}@b.example".format, st.text('a."\\@=?<>(), é', min_size=1)),
    )
)
@example("a@" + "\u0300.example")
@example("a@xn--ü.example")
@example("a@xn--\u00df.example")
def test_any_text_is_an_address_fit_for_a_header_or_a_value_error(text: str) -> None:
    try:
        address = Address(text)
    except ValueError:
        return
    assert address.domain.isascii()
    assert all(unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in str(address))
    assert "=?" not in address.local_part
    unquoted = re.sub(r'^"(?:[^"\\]|\\.)*"$', "quoted", address.local_part)
    assert all(atom and not set(atom) & set(' "(),:;<>@[\\]') for atom in unquoted.split("."))
    assert Address(str(address)) == address


@pytest.mark.parametrize(
    ("name", "encoded"),
    [
        ("", "a@b.example"),
        ("Acme, Inc.", '"Acme, Inc." <a@b.example>'),
        ("Café, Ltd", "=?utf-8?q?Caf=C3=A9=2C_Ltd?= <a@b.example>"),
        ("=?utf-8?q?x?=", "=?utf-8?b?PT91dGYtOD9xP3g/PQ==?= <a@b.example>"),
    ],
)
def test_an_address_in_ascii(name: str, encoded: str) -> None:
    assert Address("a@b.example", name).encoded == encoded


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=200))
@example("株式会社アクメ" * 12)
@example("🔑" * 40)
@example("Größe " * 30)
def test_a_name_of_any_length_is_in_words_of_75_characters(name: str) -> None:
    address = Address("no-reply@acme.example", name)
    encoded = address.encoded
    assert encoded.isascii()
    assert encoded.isprintable()
    if not is_plain(name):
        *words, spec = encoded.split(" ")
        assert spec == "<no-reply@acme.example>"
        assert all(re.fullmatch(r"=\?utf-8\?[bq]\?[!->@-~]+\?=", word) and len(word) <= 75 for word in words)
        assert Address.parse(encoded) == address


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])))
def test_what_is_formatted_can_be_read_again(name: str) -> None:
    address = Address("no-reply@acme.example", name)
    assert Address.parse(address.formatted) == address
