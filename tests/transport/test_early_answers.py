"""Answers that come before the proper one, and proper ones that come before the request is sent."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cognito_mailroom import Unavailable
from cognito_mailroom.testing.exchange import Exchange
from cognito_mailroom.testing.http_server import HttpServer
from cognito_mailroom.testing.server_faults import Garbage
from cognito_mailroom.transport.answers import Answer

EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@pytest.mark.parametrize(
    "interim",
    [
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 102 Processing\r\nContent-Length: 5\r\n\r\n",
        EARLY * 16,
    ],
)
def test_an_interim_answer_is_passed_over(
    interim: bytes, server: HttpServer, post: Callable[..., Answer]
) -> None:
    server.next(Garbage(interim + ANSWER))
    assert post().json() == {}
    assert post("second").json()["body"] == "second"


@pytest.mark.parametrize("interim", [b"HTTP/1.1 101 Switching Protocols\r\n\r\n", EARLY * 17, EARLY])
def test_interim_answers_alone_are_none_and_the_next_request_does_not_get_the_rest(
    interim: bytes, server: HttpServer, post: Callable[..., Answer], fails: Callable[..., str]
) -> None:
    server.next(Garbage(interim if interim == EARLY else interim + ANSWER))
    assert "cannot be reached" in fails()
    assert post("second").json()["body"] == "second"


class RefusesUnread:
    """Answers at the first byte of a request, and closes without the rest; or only closes."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer

    def play(self, exchange: Exchange) -> bool:
        exchange.send(self.answer)
        return False


TOO_LARGE = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno"


@pytest.mark.parametrize("before", [0, 1], ids=["fresh", "kept"])
def test_an_answer_to_a_request_that_could_not_be_sent_whole_counts(
    before: int, server: HttpServer, post: Callable[..., Answer]
) -> None:
    for _ in range(before):
        post()
    server.next(RefusesUnread(TOO_LARGE))
    answer = post("x" * 8_000_000)
    assert (answer.status, answer.body) == (413, b"no")
    assert server.connections == 1
    assert post("second").json()["body"] == "second"


@pytest.mark.parametrize(("answer", "connections"), [(b"", 2), (TOO_LARGE[:40], 1)])
def test_half_an_answer_to_half_a_request_is_not_followed_by_another(
    answer: bytes, connections: int, server: HttpServer, post: Callable[..., Answer]
) -> None:
    post()
    server.next(RefusesUnread(answer), RefusesUnread(answer))
    with pytest.raises(Unavailable):
        post("x" * 8_000_000)
    assert server.connections == connections
