"""What lies in an operator's folder of templates."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path

import pytest
from cognito_mailroom.mail.ahead import compile_ahead
from cognito_mailroom.mail.checking import example_renderer
from cognito_mailroom.settings.problems import Problems

from tests.mail.rendered import problems, subject


def compiled(folder: Path) -> list[Path]:
    return compile_ahead(folder, example_renderer(folder, Problems()))


@pytest.mark.parametrize(
    "name",
    [".DS_Store", ".sign_up.txt.swp", ".git/HEAD", "Thumbs.db", "sign_up.txt~", "#sign_up.txt#", "a.bak"],
)
def test_what_other_programs_leave_behind_is_no_template(tmp_path: Path, name: str) -> None:
    left = tmp_path / name
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(b"\x00\xff{% if %}")
    (tmp_path / "sign_up.subject").write_text("Welcome")

    assert problems(tmp_path) == ""
    assert [path.suffix for path in compiled(tmp_path) if path.suffix == ".py"] == [".py"]


def test_a_byte_order_mark_does_not_reach_the_mail(tmp_path: Path) -> None:
    (tmp_path / "sign_up.subject").write_bytes(codecs.BOM_UTF8 + b"Welcome")

    assert problems(tmp_path) == ""
    assert subject(tmp_path, "sign_up") == "Welcome"
    compiled(tmp_path)
    assert subject(tmp_path, "sign_up") == "Welcome"


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda path: path.symlink_to("nowhere"), "sign_up.txt cannot be read: No such file or directory."),
        (lambda path: path.symlink_to(path.name), "sign_up.txt cannot be read: Too many levels"),
        (lambda path: path.write_bytes("Grüße".encode("latin-1")), "sign_up.txt is not in UTF-8"),
        (lambda path: path.write_bytes("Grüße".encode("utf-16")), "sign_up.txt is not in UTF-8"),
    ],
    ids=["dangling", "loop", "latin-1", "utf-16"],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, make: Callable[[Path], None], sentence: str) -> None:
    make(tmp_path / "sign_up.txt")

    assert f"The template {sentence}" in problems(tmp_path)
