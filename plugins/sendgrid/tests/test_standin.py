"""The stand-in is as strict as the API: what breaks a rule is refused, in the API's own format."""

from __future__ import annotations

import json
from typing import Any

import pytest
import urllib3
from cognito_mailroom_sendgrid.standin import SendGrid

ON = {"enable": True}
PERSON = {"email": "a@example.com"}
MAIL: dict[str, Any] = {
    "personalizations": [{"to": [PERSON]}],
    "from": PERSON,
    "subject": "s",
    "content": [{"type": "text/plain", "value": "t"}],
}
LOGO = {"content": "iVBORw==", "filename": "a.png", "type": "image/png"}
INLINE = {"disposition": "inline", "content_id": "a"}
TEXT, HTML = ({"type": f"text/{kind}", "value": "x"} for kind in ("plain", "html"))


def post(
    sendgrid: SendGrid, mail: Any, path: str = "/v3/mail/send", **headers: str
) -> urllib3.BaseHTTPResponse:
    given = {
        "Authorization": f"Bearer {sendgrid.environ['SENDGRID_API_KEY']}",
        "Accept": "application/json",
        "Content-Type": "application/json",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return urllib3.PoolManager().request(
        "POST", sendgrid.server.url + path, body=json.dumps(mail), headers=given
    )


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"content": [TEXT, HTML]},
        {"content": [HTML]},
        {"attachments": [LOGO]},
        {"attachments": [LOGO | INLINE]},
    ],
    ids=str,
)
def test_a_mail_by_the_rules_is_taken(sendgrid: SendGrid, changes: dict[str, Any]) -> None:
    assert post(sendgrid, MAIL | changes).status == 202
    assert len(sendgrid.messages) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"unknown": 1}, ""),
        ({"from": {"name": "A"}}, "from"),
        ({"from": {"email": "a"}}, "from.email"),
        ({"from": {"email": "a@b", "mail": "a@b"}}, "from"),
        ({"reply_to": []}, "reply_to"),
        ({"personalizations": []}, "personalizations"),
        ({"personalizations": [{}]}, "personalizations.0"),
        ({"personalizations": [{"to": [{"email": "a b@c"}]}]}, "personalizations.0.to.0.email"),
        ({"personalizations": [{"to": [PERSON], "subs": {}}]}, "personalizations.0"),
        ({"subject": ""}, "subject"),
        ({"content": []}, "content"),
        ({"content": [{"type": "text/plain", "value": ""}]}, "content.0.value"),
        ({"content": [{"type": "text/rtf", "value": "x"}]}, "content.0.type"),
        ({"content": [HTML, TEXT]}, "content.1.type"),
        ({"template_id": "d-1"}, ""),
        ({"template_id": "welcome"}, ""),
        ({"mail_settings": {"bypass_list_management": ON, "bypass_spam_management": ON}}, "mail_settings"),
        ({"headers": {"Subject": "x"}}, "headers"),
        ({"headers": {"X-Sg-Id": "x"}}, "headers"),
        ({"headers": {"X-Note": "ä"}}, "headers.X-Note"),
        ({"headers": {"X-Note": 1}}, "headers.X-Note"),
        ({"attachments": [{"content": "iVBORw=="}]}, "attachments.0"),
        ({"attachments": [LOGO | {"content": "\x89PNG"}]}, "attachments.0.content"),
        ({"attachments": [LOGO | INLINE | {"content_id": "a\r\nb"}]}, "attachments.0.content_id"),
        ({"attachments": [LOGO | {"disposition": "INLINE"}]}, "attachments.0.disposition"),
        ({"attachments": [LOGO | {"disposition": "inline"}]}, "attachments.0"),
        ({"attachments": [LOGO | {"cid": "a"}]}, "attachments.0"),
        ({"categories": ["a", "a"]}, "categories"),
        ({"categories": ["x" * 256]}, "categories.0"),
        ({"categories": [str(number) for number in range(11)]}, "categories"),
        ({"custom_args": {"n": "1"}}, ""),
        (
            {"personalizations": [{"to": [PERSON], "custom_args": {"n": 1}}]},
            "personalizations.0.custom_args.n",
        ),
        ({"mail_settings": {"sandbox_mode": {"enable": "true"}}}, "mail_settings.sandbox_mode.enable"),
        ({"tracking_settings": {"clicks": {}}}, "tracking_settings"),
    ],
    ids=str,
)
def test_a_mail_that_breaks_a_rule_is_refused(
    sendgrid: SendGrid, changes: dict[str, Any], field: str
) -> None:
    answer = post(sendgrid, MAIL | changes)
    assert answer.status == 400
    assert answer.json()["errors"][0]["field"] == field
    assert sendgrid.messages == []


@pytest.mark.parametrize("lacking", ["personalizations", "from", "subject", "content"])
def test_a_mail_that_lacks_something_is_refused(sendgrid: SendGrid, lacking: str) -> None:
    assert post(sendgrid, {name: value for name, value in MAIL.items() if name != lacking}).status == 400


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/v3/mail/sent", {}, 404),
        ("/v3/mail/send", {"Authorization": "Bearer SG.another"}, 401),
        ("/v3/mail/send", {"Accept": "text/html"}, 406),
        ("/v3/mail/send", {"Content_Type": "text/plain"}, 415),
    ],
)
def test_a_request_that_is_no_such_request_is_refused(
    sendgrid: SendGrid, path: str, headers: dict[str, str], status: int
) -> None:
    assert post(sendgrid, MAIL, path, **headers).status == status
