"""The stand-in is as strict as Postmark's reference."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cognito_mailroom.testing import Request
from cognito_mailroom_postmark.standin import PostmarkServer

HEADERS = {
    "X-Postmark-Server-Token": "server-token-of-the-stand-in",
    "Accept": "application/json",
    "Content-Type": "application/json",
}
MAIL: dict[str, Any] = {"From": "a@acme.example", "To": "b@example.com", "TextBody": "Hello", "Headers": []}
LOGO = {"Name": "a.png", "Content": "iVBORw==", "ContentType": "image/png", "ContentID": "cid:a"}
TEMPLATED: dict[str, Any] = {**MAIL, "TextBody": None, "TemplateAlias": "reset", "TemplateModel": {}}
TEMPLATES = "/email/withTemplate"


def answer(path: str = "/email", method: str = "POST", body: Any = MAIL, **headers: str) -> tuple[int, int]:
    """The status and the ErrorCode."""
    given = {name: headers.get(name.replace("-", "_"), value) for name, value in HEADERS.items()}
    reply = PostmarkServer().answer(Request(method, path, {}, given, json.dumps(body).encode()))
    return reply.status, json.loads(reply.content)["ErrorCode"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/email", MAIL),
        ("/email", MAIL | {"Attachments": [LOGO]}),
        (TEMPLATES, TEMPLATED),
        (f"{TEMPLATES}/", TEMPLATED),
    ],
)
def test_it_takes_a_mail(path: str, body: Any) -> None:
    assert answer(path, body=body) == (200, 0)


def test_it_takes_a_mail_at_the_right_place_only() -> None:
    assert answer("/emails") == (404, 0)
    assert answer(method="PUT") == (405, 0)


@pytest.mark.parametrize(
    ("header", "value", "status", "code"),
    [
        ("X_Postmark_Server_Token", "other", 401, 10),
        ("Accept", "*/*", 422, 409),
        ("Content_Type", "text/json", 422, 409),
    ],
)
def test_it_wants_its_headers(header: str, value: str, status: int, code: int) -> None:
    assert answer(**{header: value}) == (status, code)


@pytest.mark.parametrize(
    "change",
    [
        {"From": None},
        {"To": None},
        {"To": "b@example.com, c@example.com, d"},
        {"From": "Acme, Inc. <a@acme.example>"},
        {"TextBody": None},
        {"Subject": "s" * 2001},
        {"Subject": "s\nBcc: eve@evil.example"},
        {"Tag": "t" * 1001},
        {"Tag": ["sign_up"]},
        {"TrackOpens": "false"},
        {"TrackLinks": "none"},
        {"Metadata": {"n" * 21: "v"}},
        {"Metadata": {"n": "v" * 81}},
        {"Metadata": {"n": 1}},
        {"Metadata": {f"n{number}": "v" for number in range(11)}},
        {"MessageStream": "nowhere"},
        {"Headers": {"X-A": "b"}},
        {"Headers": [{"Name": "X-A"}]},
        {"Attachments": [LOGO | {"ContentID": "a"}]},
        {"Attachments": [LOGO | {"Content": "\x89PNG"}]},
        {"Attachments": [LOGO | {"Name": ""}]},
        {"Attachments": [LOGO | {"ContentType": "png"}]},
        {"Attachments": [LOGO | {"Disposition": "inline"}]},
        {"TemplateAlias": "reset"},
        {"Unknown": "field"},
    ],
    ids=str,
)
def test_it_refuses_a_mail(change: dict[str, Any]) -> None:
    assert answer(body={**MAIL, **change}) == (422, 300)


@pytest.mark.parametrize(
    "change",
    [
        {"TemplateModel": None},
        {"TemplateAlias": None},
        {"TemplateId": 1},
        {"TemplateAlias": None, "TemplateId": "1"},
        {"TextBody": "Hello"},
    ],
    ids=str,
)
def test_it_refuses_a_mail_by_a_template(change: dict[str, Any]) -> None:
    assert answer(TEMPLATES, body={**TEMPLATED, **change}) == (422, 300)
