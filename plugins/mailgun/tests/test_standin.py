"""The stand-in is as strict as the API: what breaks a rule is refused, in the API's own format."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
import urllib3
from cognito_mailroom_mailgun.standin import Mailgun

MAIL: dict[str, Any] = {"from": '"A, B" <a@example.com>', "to": "b@example.com", "subject": "s", "text": "t"}
TEMPLATE = {"text": [], "template": "welcome", "t:variables": '{"code": "1"}', "t:text": "yes"}


def post(
    mailgun: Mailgun, mail: Any, path: str = "/v3/mg.example.com/messages", user: str = "api"
) -> urllib3.BaseHTTPResponse:
    login = urllib3.make_headers(basic_auth=f"{user}:{mailgun.environ['MAILGUN_API_KEY']}")
    headers = {**login, "Content-Type": "application/x-www-form-urlencoded"}
    return urllib3.request(
        "POST", mailgun.server.url + path, body=urlencode(mail, doseq=True), headers=headers
    )


@pytest.mark.parametrize(
    "changes",
    [{}, {"text": [], "html": "<p>"}, {"html": "<p>"}, TEMPLATE, {"h:X-Note": "ä"}, {"o:tag": ["a", "b"]}],
    ids=str,
)
def test_a_mail_by_the_rules_is_taken(mailgun: Mailgun, changes: dict[str, Any]) -> None:
    assert post(mailgun, MAIL | changes).status == 200
    assert len(mailgun.messages) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"unknown": "1"}, ""),
        ({"from": []}, ""),
        ({"from": ""}, "from"),
        ({"from": "A, B <a@example.com>"}, "from"),
        ({"to": []}, ""),
        ({"to": "b example.com"}, "to"),
        ({"to": ["b@example.com", "c@example.com"]}, "to"),
        ({"subject": []}, ""),
        ({"text": []}, ""),
        ({"text": ""}, "text"),
        ({"template": "welcome", "html": "<p>"}, ""),
        ({"t:variables": "{}"}, ""),
        (TEMPLATE | {"t:variables": "code=1"}, "t:variables"),
        (TEMPLATE | {"t:text": "no"}, "t:text"),
        ({"h:X Note": "x"}, ""),
        ({"h:X-Note": "x\r\ny"}, "h:X-Note"),
        ({"o:tag": ["a", "b", "c", "d"]}, "o:tag"),
        ({"o:tag": ["a", "a"]}, "o:tag"),
        ({"o:tag": "x" * 129}, "o:tag"),
        ({"o:tag": "ä"}, "o:tag"),
        ({"o:testmode": "no"}, "o:testmode"),
        ({"o:tracking": "off"}, "o:tracking"),
        ({"o:track": "no"}, ""),
    ],
    ids=str,
)
def test_a_mail_that_breaks_a_rule_is_refused(mailgun: Mailgun, changes: dict[str, Any], field: str) -> None:
    answer = post(mailgun, MAIL | changes)
    assert answer.status == 400
    assert answer.json()["message"].startswith(f"{field} parameter: ")
    assert mailgun.messages == []


@pytest.mark.parametrize(
    ("file", "status"),
    [
        (("inline", ("logo", b"\x89PNG", "image/png")), 200),
        (("inline", ("my logo", b"\x89PNG", "image/png")), 400),
        (("inline", ("logo", b"\x89PNG", "text/html")), 400),
        (("image", ("logo", b"\x89PNG", "image/png")), 400),
    ],
    ids=str,
)
def test_of_files_it_takes_inline_images(mailgun: Mailgun, file: tuple[str, Any], status: int) -> None:
    login = urllib3.make_headers(basic_auth=f"api:{mailgun.environ['MAILGUN_API_KEY']}")
    url = f"{mailgun.server.url}/v3/mg.example.com/messages"
    answer = urllib3.request("POST", url, fields=[*MAIL.items(), file], headers=login)
    assert (answer.status, len(mailgun.messages)) == (status, int(status == 200))


def test_a_request_that_is_no_such_request_is_refused(mailgun: Mailgun) -> None:
    assert post(mailgun, MAIL, "/v3/mg.acme.example/messages").status == 404
    refused = post(mailgun, MAIL, user="root")
    assert (refused.status, refused.data) == (401, b"Forbidden")
