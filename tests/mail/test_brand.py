"""Which brand a mail gets, and that all of ``brand.toml`` reaches it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from attrs import evolve
from cognito_mailroom import Address, ConfigurationError
from cognito_mailroom.mail import contrast
from cognito_mailroom.mail.brand import Brand, Brands
from cognito_mailroom.mail.brand_images import Images
from cognito_mailroom.mail.brand_keys import converters
from cognito_mailroom.settings.problems import Problems
from hypothesis import given
from hypothesis import strategies as st

FALLBACK = Brand(name="Fallback", sender=Address.parse("Fallback <no-reply@acme.example>"))
PNG, GIF = b"\x89PNG\r\n\x1a\n", b"GIF89a"
POOL, OTHER_POOL = "eu-west-1_Ab3dEfGh9", "us-east-1_Zz9"
PAGE = (Path(__file__).parents[2] / "docs/brands.md").read_text("utf-8")


def brands(folder: Path, text: str) -> Brands:
    (folder / "brand.toml").write_text(text, "utf-8")
    found = Brands.read(folder, FALLBACK, problems := Problems())
    assert not problems, problems.error()
    return found


@pytest.mark.parametrize("has_folder", [True, False])
def test_without_a_file_there_is_what_the_settings_say(tmp_path: Path, has_folder: bool) -> None:  # noqa: FBT001
    found = Brands.read(tmp_path if has_folder else None, FALLBACK, Problems())

    assert found.of("abc", POOL) == FALLBACK
    assert found.all() == {"default": FALLBACK}


@pytest.mark.parametrize(
    ("client", "pool", "name", "support", "width"),
    [
        (None, OTHER_POOL, "Default", "https://default.example", 100),
        ("unknown", OTHER_POOL, "Default", "https://default.example", 100),
        (None, POOL, "Pool", "https://pool.example", 100),
        ("unknown", POOL, "Pool", "https://pool.example", 100),
        ("one", POOL, "One", "https://pool.example", 50),
        ("one", OTHER_POOL, "One", "https://default.example", 50),
        ("two", POOL, "Pool", "", 100),
        (POOL, "one", "Default", "https://default.example", 100),
    ],
)
def test_a_client_goes_before_its_pool_key_by_key(
    tmp_path: Path, client: str | None, pool: str, name: str, support: str, width: int
) -> None:
    found = brands(
        tmp_path,
        f"""
        [brand]
        name = "Default"
        support_url = "https://default.example"
        logo_width = 100
        [clients.one]
        name = "One"
        logo_width = 50
        [clients.two]
        support_url = ""
        [pools.{POOL}]
        name = "Pool"
        support_url = "https://pool.example"
        """,
    ).of(client, pool)

    assert (found.name, found.support_url, found.logo_width) == (name, support, width)
    assert found.sender == FALLBACK.sender


def test_each_distinct_brand_is_listed_once(tmp_path: Path) -> None:
    found = brands(
        tmp_path,
        f'[brand]\nname = "A"\n[clients.b]\nname = "B"\n[clients.same]\n[pools.{POOL}]\nname = "C"\n',
    )

    assert {label: brand.name for label, brand in found.all().items()} == {
        "default": "A",
        "client b": "B",
        f"pool {POOL}": "C",
    }


def example(folder: Path) -> Brands:
    """The page's own, with its images."""
    (folder / "logo.png").write_bytes(PNG)
    (folder / "logo-dark.png").write_bytes(PNG + b"dark")
    sample = re.search(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert sample
    return brands(folder, sample[1])


def test_every_key_reaches_the_brand(tmp_path: Path) -> None:
    found = example(tmp_path).of(None, "")

    images = {image.content_id: image.content for image in found.inline_images}
    assert images == {"logo": PNG, "logo-2": PNG + b"dark"}
    assert evolve(found, inline_images=()) == Brand(
        name="Acme",
        sender=Address("no-reply@acme.example", "Acme"),
        reply_to=Address("help@acme.example"),
        logo="cid:logo",
        logo_dark="cid:logo-2",
        logo_width=120,
        accent="#0b5fff",
        accent_dark="#8ab4ff",
        sign_in_url="https://app.acme.example/sign-in",
        reset_url="https://app.acme.example/forgot",
        support_url="https://help.acme.example",
        postal_address="Acme Ltd, 1 High Street, London",
        languages=("en", "de", "ja"),
        code_in_subject=False,
        code_in_preheader=True,
    )


def test_the_page_lists_every_key_and_no_other(tmp_path: Path) -> None:
    section = PAGE.partition("\n## Keys\n")[2].partition("\n## ")[0]

    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == list(converters(Images(tmp_path), None))


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ('accent = "#05C"', "accent", "#0055cc"),
        ('languages = ["EN", "pt-br", "ZH-hant-tw"]', "languages", ("en", "pt-BR", "zh-Hant-TW")),
        ('reply_to = ""', "reply_to", None),
        ('logo = "https://acme.example/logo.png?v=2"', "logo", "https://acme.example/logo.png?v=2"),
        ('name = "  Grüße & <Co>  "', "name", "Grüße & <Co>"),
        ("code_in_preheader = false", "code_in_preheader", False),
        ("logo_width = 16", "logo_width", 16),
        ("logo_width = 560", "logo_width", 560),
    ],
)  # fmt: skip
def test_what_a_key_may_say(tmp_path: Path, line: str, key: str, value: object) -> None:
    found = brands(tmp_path, f"\ufeff[brand]\r\n{line}\r\n").of(None, "")

    assert getattr(found, key) == value
    assert found.inline_images == ()


@pytest.mark.parametrize(
    ("content", "media_type"), [(PNG, "png"), (b"\xff\xd8\xff\xe0", "jpeg"), (GIF, "gif")]
)
def test_an_image_is_told_by_what_it_holds(tmp_path: Path, content: bytes, media_type: str) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "logo.PNG").write_bytes(content.ljust(100_000, b"\0"))
    (image,) = brands(tmp_path, '[brand]\nlogo = "images/logo.PNG"').of(None, "").inline_images

    assert (image.content_id, image.media_type) == ("logo", f"image/{media_type}")


def test_a_mail_carries_only_the_images_of_its_brand_and_each_once(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.png").write_bytes(PNG + name.encode())
    found = brands(
        tmp_path,
        """
        [brand]
        logo = "a.png"
        logo_dark = "b.png"
        [clients.one]
        logo = "c.png"
        logo_dark = "c.png"
        [clients.two]
        logo = "b.png"
        """,
    )

    def carried(client: str | None) -> list[bytes]:
        return [image.content[-1:] for image in found.of(client, POOL).inline_images]

    assert [carried(client) for client in (None, "one", "two")] == [[b"a", b"b"], [b"c"], [b"b"]]
    assert found.of("two", POOL).logo_dark == ""  # the default's does not go with it


@pytest.mark.parametrize("accent", ["#000000", "#7a1fa2", "#0b5fff", "#b00020"])
def test_a_brand_without_a_dark_accent_gets_one_of_its_own(tmp_path: Path, accent: str) -> None:
    found = brands(tmp_path, f'[brand]\naccent_dark = "#ffff00"\n[clients.a]\naccent = "{accent}"').of(
        "a", ""
    )

    assert found.accent == accent
    assert found.accent_dark not in {"#ffff00", FALLBACK.accent_dark, accent}
    assert contrast.worst(found.accent_dark, contrast.DARK)[1] >= contrast.LEAST


COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@given(COLOURS)
def test_every_colour_has_a_neighbour_that_reads(colour: str) -> None:
    for backgrounds in (contrast.LIGHT, contrast.DARK):
        near = contrast.nearest(colour, backgrounds)
        assert contrast.worst(near, backgrounds)[1] >= contrast.LEAST
        assert near == contrast.nearest(near, backgrounds)
        assert contrast.ratio(contrast.ink(near), near) >= contrast.LEAST  # the words on a button


@given(COLOURS, COLOURS)
def test_contrast_is_the_same_both_ways(one: str, other: str) -> None:
    assert 1 <= contrast.ratio(one, other) == contrast.ratio(other, one) <= 21


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21),
        ("#777777", "#ffffff", 4.48),
        ("#0000ff", "#ffffff", 8.59),
        ("#123456", "#123456", 1),
    ],
)
def test_contrast_is_what_others_compute(one: str, other: str, ratio: float) -> None:
    assert contrast.ratio(one, other) == pytest.approx(ratio, abs=0.005)


def test_the_defaults_read_well() -> None:
    assert contrast.worst(FALLBACK.accent, contrast.LIGHT)[1] >= contrast.LEAST
    assert contrast.worst(FALLBACK.accent_dark, contrast.DARK)[1] >= contrast.LEAST
    inks = contrast.ink(FALLBACK.accent), contrast.ink(FALLBACK.accent_dark)
    assert inks == (FALLBACK.on_accent, FALLBACK.on_accent_dark)


def test_what_a_bundle_holds_is_the_same(tmp_path: Path) -> None:
    found = example(tmp_path)
    compiled = found.to_json()

    again = Brands.from_json(compiled, tmp_path, FALLBACK)
    assert again.all() == found.all()
    assert again.to_json() == compiled
    (tmp_path / "logo.png").unlink()
    with pytest.raises(
        ConfigurationError, match=r"^The image logo\.png of brand\.toml cannot be read: No such"
    ):
        Brands.from_json(compiled, tmp_path, FALLBACK)


@pytest.mark.parametrize(
    "sender", ["Acme, Inc. <a@b.example>", '"A \\"b\\" <c>" <a@b.example>', "Ä <a@ü.example>", "a@b.example"]
)
def test_a_bundle_holds_any_sender(tmp_path: Path, sender: str) -> None:
    found = brands(tmp_path, f"[brand]\nfrom = '{sender}'\nreply_to = ''\nlanguages = ['en']")

    assert Brands.from_json(found.to_json(), tmp_path, FALLBACK).all() == found.all()
