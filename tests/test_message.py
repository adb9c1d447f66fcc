"""The mail and the receipt: checked on construction, silent in a repr, read-only."""

from __future__ import annotations

from typing import Any

import pytest
from attrs.exceptions import FrozenInstanceError
from cognito_mailroom import Address, InlineImage, Message, Receipt

CONTROLS = ["\r", "\n", "\0", "\x1b", "\x7f", "\x85", "\u2028", "\u2029", "\ud800"]


def message(**fields: Any) -> Message:
    return Message(
        **{
            "sender": Address("no-reply@acme.example"),
            "recipient": Address("alex@example.com"),
            "subject": "Your code",
            **fields,
        }
    )


@pytest.mark.parametrize("control", CONTROLS, ids=ascii)
@pytest.mark.parametrize(
    "field",
    [
        lambda text: {"subject": text},
        lambda text: {"idempotency_key": text},
        lambda text: {"tags": ("fine", text)},
        lambda text: {"headers": {"X-Fine": "fine", "X-Header": text}},
        lambda text: {"headers": {text: "value"}},
    ],
    ids=["subject", "idempotency_key", "tag", "header", "header name"],
)
def test_no_control_character_comes_near_a_header(field: Any, control: str) -> None:
    with pytest.raises(ValueError, match="message") as refused:
        message(**field(f"s3cret{control}Bcc"))
    assert "s3cret" not in str(refused.value)
    with pytest.raises(ValueError, match="message"):
        message().evolve(**field(f"s3cret{control}Bcc"))


@pytest.mark.parametrize("name", ["", "X Y", "X:", "Ü"])
def test_a_malformed_header_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="a header of the message has a malformed name"):
        message(headers={name: "value"})


def test_a_message_copies_what_it_is_given_and_can_not_be_changed() -> None:
    headers, variables, tags = {"X-A": "1"}, {"code": "1"}, ["sign_up"]
    made = message(headers=headers, variables=variables, tags=tags)
    headers["X-A"] = variables["code"] = tags[0] = "2"
    assert (made.headers, made.variables, made.tags) == ({"X-A": "1"}, {"code": "1"}, ("sign_up",))
    with pytest.raises(TypeError):
        made.headers["X-A"] = "2"  # type: ignore[index]
    with pytest.raises(TypeError):
        made.variables["code"] = "2"  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        made.subject = "Other"  # type: ignore[misc]


def test_evolving_leaves_the_original_alone() -> None:
    first = message()
    second = first.evolve(hosted_template="d-1")
    assert (first.hosted_template, second.hosted_template) == (None, "d-1")
    assert second.recipient == first.recipient


def test_the_repr_shows_neither_bodies_nor_addresses() -> None:
    shown = repr(
        message(
            text="482910", html="482910", subject="Acme", variables={"code": "482910"},
            idempotency_key="0123456789abcdef",
        )
    )  # fmt: skip
    assert shown == "<Message 0123456789ab>"
    assert repr(message()) == "<Message without key>"


def test_a_receipt_is_frozen() -> None:
    receipt = Receipt(message_id="1")
    assert (receipt.message_id, receipt.detail, receipt.provider) == ("1", "", "")
    with pytest.raises(FrozenInstanceError):
        receipt.provider = "pigeon"  # type: ignore[misc]


def image(**fields: Any) -> InlineImage:
    return InlineImage(**{"content_id": "logo", "media_type": "image/png", "content": b"\x89PNG", **fields})


@pytest.mark.parametrize(
    ("content_id", "media_type", "file_name"),
    [
        ("logo", "image/png", "logo.png"),
        ("logo.png", "image/png", "logo.png"),
        ("logo@acme.example", "image/jpeg", "logo.jpeg"),
        ("l" * 64, "image/svg+xml", "l" * 64 + ".svg"),
    ],
)
def test_an_inline_image_is_a_file_of_its_kind(content_id: str, media_type: str, file_name: str) -> None:
    made = image(content_id=content_id, media_type=media_type)
    assert made.file_name == file_name
    assert made.base64 == "iVBORw=="
    assert "PNG" not in repr(made)


@pytest.mark.parametrize(
    "fields",
    [
        *(
            {"content_id": text}
            for text in ("", "<logo>", "a b", "logo\n", "@acme.example", "löwe", "l" * 65)
        ),
        *({"media_type": text} for text in ("", "png", "image/", "text/html", "image/PNG", "image/png\n")),
    ],
    ids=str,
)
def test_an_inline_image_that_no_header_can_name_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=f"an inline image's {next(iter(fields))} is malformed"):
        image(**fields)
