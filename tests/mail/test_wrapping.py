"""Plain text is wrapped by the columns it takes, where its script allows a break."""

from __future__ import annotations

import string
import textwrap

import pytest
from cognito_mailroom.mail.wrapping import columns, wrap
from hypothesis import given
from hypothesis import strategies as st

JAPANESE = (
    "メールアドレスを確認するには、次のコードを入力してください。このコードは24時間有効です。"
    "心当たりがない場合は、このメールを無視してください（「Acme」のアカウントには影響しません）。"
)
CHINESE = (
    "如果您没有请求此验证码，请忽略此邮件：没有验证码，任何人都无法设置新密码。“Acme”绝不会向您索要验证码！"
)
KOREAN = "이메일 주소를 확인하려면 다음 코드를 입력하세요. 이 코드는 24시간 동안 유효합니다. 무시하세요."
ADDRESS = "https://app.acme.example/sign-in?next=%2Fwelcome&source=mail#a-rather-long-place-to-begin-at"
NOT_FIRST, NOT_LAST = set("、。」）！：，”っょー"), set("「（“")

ideographs = st.text("漢字かなカナ、。「」（）ー", min_size=1)


@given(st.text(string.ascii_letters[:6] + "-.@/  \n"), st.integers(5, 20))
def test_ascii_is_wrapped_as_textwrap_does(text: str, width: int) -> None:
    wrapper = textwrap.TextWrapper(width, break_long_words=False, break_on_hyphens=False)
    lines = ["\n".join(wrapper.wrap(line)) for line in text.splitlines()]
    assert wrap(text, width) == "\n".join(lines)


@pytest.mark.parametrize("text", [JAPANESE, CHINESE, KOREAN], ids=["ja", "zh", "ko"])
def test_no_line_is_wider_and_none_begins_or_ends_with_a_wrong_mark(text: str) -> None:
    for width in range(12, 73):
        lines = wrap(text, width).splitlines()
        assert max(map(columns, lines)) <= width
        assert not [
            line for line in lines if line[0] in NOT_FIRST or line[-1] in NOT_LAST | set("0123456789")
        ]
        assert (" " if text is KOREAN else "").join(lines) == text


def test_a_korean_word_is_not_broken() -> None:
    assert wrap(KOREAN, 30).split() == KOREAN.split()


def test_lines_are_full() -> None:
    first, *_ = wrap("漢" * 100).splitlines()
    assert first == "漢" * 36


@given(st.lists(ideographs | st.just(ADDRESS), max_size=6), st.integers(2, 40), st.booleans())
def test_nothing_is_lost_and_an_address_stays_whole(parts: list[str], width: int, blanks: bool) -> None:  # noqa: FBT001
    text = (" " if blanks else "").join(parts)
    wrapped = wrap(text, width)
    assert wrapped.count(ADDRESS) == text.count(ADDRESS)
    assert "".join(wrapped.split()) == "".join(text.split())


@given(st.text(), st.integers(1, 80))
def test_any_text_may_come(text: str, width: int) -> None:
    assert "".join(wrap(text, width).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [("abc", 3), ("é", 1), ("e\u0301", 1), ("漢字", 4), ("한", 2), ("ｶ", 1), ("\u200eabc", 3), ("שלום", 4)],
)  # fmt: skip
def test_columns(text: str, expected: int) -> None:
    assert columns(text) == expected


def test_a_number_stays_with_what_it_counts() -> None:
    assert wrap("漢24時間", 5) == "漢\n24時\n間"


def test_marks_stay_with_what_they_are_drawn_on() -> None:
    assert wrap("か\u3099" * 4, 4) == "か\u3099か\u3099\nか\u3099か\u3099"
    assert wrap("👩\u200d💻" * 3, 3).splitlines() == ["👩\u200d💻"] * 3
