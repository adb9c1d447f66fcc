from __future__ import annotations

import base64
import logging
import sys
from urllib.parse import quote

import pytest
from cognito_mailroom.testing.leak_detection import LeakDetector, attributes, capturing_output
from hypothesis import given
from hypothesis import strategies as st

KEY = 'SG.kéy/"1"'
leaks = LeakDetector({"the key": KEY, "nothing": ""})


@pytest.mark.parametrize(
    "text", [KEY, f"x{KEY}y", quote(KEY, safe=""), r'"SG.k\u00e9y/\"1\""'], ids=["", "within", "url", "json"]
)
def test_a_secret_is_found(text: str) -> None:
    assert leaks.in_text(text) == "the key"


@given(st.binary(max_size=9), st.binary(max_size=9))
def test_a_secret_is_found_within_anything_in_base64(before: bytes, after: bytes) -> None:
    encoded = base64.b64encode(before + KEY.encode() + after).decode()
    assert leaks.in_text(f"Basic {encoded}") == "the key"


@pytest.mark.parametrize("text", ["", "SG.key", "a\x00b"])
def test_nothing_is_found_where_nothing_is(text: str) -> None:
    assert leaks.in_text(text) is None


def test_every_logger_is_heard_at_debug_and_left_as_it_was() -> None:
    loud, deaf = logging.getLogger("kit.loud"), logging.getLogger("kit.deaf")
    loud.setLevel(logging.ERROR)
    deaf.propagate = False
    root = logging.root.level, list(logging.root.handlers)
    logging.disable(logging.CRITICAL)
    try:
        with capturing_output("kit.ignored") as captured:
            loud.debug("loud %s", 1)
            deaf.info("deaf")
            logging.getLogger("kit.new").debug("new")
            logging.getLogger("kit.ignored.child").error("ignored")
            deaf.error("failed", exc_info=LookupError("the reason"))
    finally:
        logging.disable(logging.NOTSET)
    heard = [(name, text.splitlines()[0]) for name, text in captured.records]
    assert heard == [("kit.loud", "loud 1"), ("kit.deaf", "deaf"), ("kit.new", "new"), ("kit.deaf", "failed")]
    assert "LookupError: the reason" in captured.records[-1][1]
    assert (logging.root.level, logging.root.handlers) == root
    assert (loud.level, deaf.handlers) == (logging.ERROR, [])


def test_what_is_printed_is_heard() -> None:
    with capturing_output() as captured:
        sys.stdout.write("out\n")
        sys.stderr.write("err\n")
    assert captured.output.getvalue() == "out\nerr\n"


def test_attributes_are_found_in_slots_too() -> None:
    class Slotted:
        __slots__ = ("__weakref__", "a", "unset")

        def __init__(self) -> None:
            self.a = 1

    class Both(Slotted):
        b = 3

        def __init__(self) -> None:
            super().__init__()
            self.c = 2

    assert attributes(Both()) == {"a": 1, "c": 2}
