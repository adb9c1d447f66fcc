"""A reader of encrypted messages that shares nothing with any Encryption SDK.

Source: https://docs.aws.amazon.com/encryption-sdk/latest/developer-guide/message-format.html
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable

import pytest
from attrs import frozen


@frozen
class Header:
    version: int
    type: int | None  # gone in version 2
    suite: int
    context: dict[str, str]
    keys: list[tuple[str, str]]  # provider id and provider info of each encrypted data key
    content_type: int
    iv_length: int | None  # gone in version 2
    frame_length: int
    frames: int


def _read(code: str) -> Header:
    stream = io.BytesIO(base64.b64decode(code, validate=True))

    def number(octets: int) -> int:
        return int.from_bytes(stream.read(octets), "big")

    def field() -> bytes:
        return stream.read(number(2))

    version = number(1)
    kind = number(1) if version == 1 else None
    suite = number(2)
    stream.read(16 if version == 1 else 32)  # message id
    number(2)  # the length of the context
    context = {field().decode(): field().decode() for _ in range(number(2))}
    keys = []
    for _ in range(number(2)):
        keys.append((field().decode(), field().decode()))
        field()  # the key itself
    content_type = number(1)
    if version == 1:
        assert number(4) == 0, "reserved"
    iv_length = number(1) if version == 1 else None
    frame_length = number(4)
    stream.read(12 + 16 if version == 1 else 32 + 16)  # authentication; suite data and authentication
    frames = 1
    while number(4) != 0xFFFFFFFF:  # the mark of the last frame
        stream.read(12 + frame_length + 16)
        frames += 1
    assert number(4) == frames, "the sequence number of the last frame"
    stream.read(12)
    stream.read(number(4) + 16)
    assert field(), "the signature"
    assert not stream.read(), "something after the message"
    return Header(version, kind, suite, context, keys, content_type, iv_length, frame_length, frames)


@pytest.fixture(scope="session")
def read_header() -> Callable[[str], Header]:
    return _read
