"""Every mail in every language, as Lambda sends it and as a mailbox gets it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from cognito_mailroom.mail.languages import installed, load
from cognito_mailroom.testing.aws_server import AwsServer
from cognito_mailroom.testing.smtp_server import SmtpServer

Load = Callable[..., dict[str, Any]]
Handler = Callable[..., Callable[..., dict[str, Any]]]

SECRETS = {
    "sign_up": "482910", "resend_code": "000017", "forgot_password": "901817",
    "update_user_attribute": "771203", "verify_user_attribute": "339170", "authentication": "58102937",
    "admin_create_user": "T<m>p&9x", "undocumented_source": "610244", "account_take_over_notification": "",
}  # fmt: skip
BRAND = """
[brand]
name = "{name}"
sign_in_url = "https://app.acme.example/sign-in"
reset_url = "https://app.acme.example/forgot"
support_url = "https://help.acme.example"
postal_address = "Acme Ltd, 1 High Street, London"
"""
# What is nobody's language: names, addresses, what a browser calls itself.
DATA = re.compile(
    r"https://[\w./?=&-]+|[\w.-]+@[\w.-]+|Acme Ltd, 1 High Street, London|Acme|Alex|Zurich|Switzerland|"
    r"Firefox, Linux|UTC"
)
# Of which no other language has any.
ENGLISH_WORDS = {
    "the", "you", "your", "this", "that", "with", "and", "if", "enter", "sign", "signed", "ignore", "valid",
    "hours", "days", "please", "hello", "from", "address", "someone", "somebody", "because", "asked", "when",
    "where", "device", "confirm", "yes", "keep", "will",
}  # fmt: skip
RIGHT_TO_LEFT = {"ar", "he"}
ISOLATES_AND_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")


@frozen
class Mail:
    """One that arrived."""

    language: str
    slug: str
    secret: str
    subject: str
    text: str
    html: str

    @property
    def page(self) -> str:
        """What a reader sees of the HTML."""
        bare = re.sub(r"(?s)<head>.*?</head>|<!--.*?-->|&(zwnj|nbsp|#847|#8199);", "", self.html)
        return unescape(re.sub("<[^>]*>", "", bare))

    @property
    def parts(self) -> tuple[str, str, str]:
        return self.subject, self.text, self.page

    def faults(self) -> Iterator[str]:
        """What is wrong with it."""
        yield from (f"a key, {key}" for key in KEYS if any(key in part for part in self.parts))
        yield from ("a brace" for part in self.parts if re.search("[{}]", part))
        yield from ("an isolate" for part in (*self.parts, self.html) if ISOLATES_AND_OVERRIDES.search(part))
        direction = "rtl" if self.language in RIGHT_TO_LEFT else "ltr"
        if not re.match(rf'\s*<!doctype html>\s*<html lang="{self.language}" dir="{direction}"', self.html):
            yield "another lang or dir"
        start = "right" if self.language in RIGHT_TO_LEFT else "left"
        if set(re.findall(r'align="(left|right)"', self.html)) != {start}:
            yield "an alignment against its direction"
        yield from (f"a line too wide: {line}" for line in self.text.splitlines() if not _fits(line))
        if self.secret:
            cells = re.findall(r'<td class="box code" dir="ltr"[^>]*>(.*?)</td>', self.html)
            if [unescape(re.sub("<[^>]*>", "", cell)) for cell in cells] != [self.secret]:
                yield "another code in the HTML"
            if self.text.splitlines().count(f"    {self.secret}") != 1:
                yield "another code in the text"
        if self.language != "en":
            yield from self._english()

    def _english(self) -> Iterator[str]:
        for part in self.parts:
            said = " ".join(DATA.sub("", part).split())
            words = ENGLISH_WORDS.intersection(re.findall(r"[a-z']+", said.lower()))
            yield from (f"an English word, {word}" for word in words)
            yield from (f"English, {piece!r}" for piece in ENGLISH if piece in said)


KEYS = [key for key in load("en").SENTENCES if "." in key]
ENGLISH = {
    " ".join(piece.split())
    for said in load("en").SENTENCES.values()
    for sentence in ([said] if isinstance(said, str) else said)
    for piece in re.split(r"\{\w+\}|</?[ab]>", sentence)
    if len(piece.split()) > 1
}


def _fits(line: str) -> bool:
    columns = sum(
        0 if unicodedata.category(char) in {"Mn", "Cf"} else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in line
    )
    return columns <= 72 or (line.strip().isascii() and " " not in line.strip())


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    folder = tmp_path / "mails"
    folder.mkdir()
    (folder / "brand.toml").write_text(BRAND.format(name="Acme"))
    return folder


@pytest.fixture
def profiles(aws: AwsServer, pool_id: str) -> Callable[[str], None]:
    """``profiles("de")``: the pool of the run knows a user, ``reader``, of that language."""
    client = aws.client("cognito-idp")
    client.admin_create_user(UserPoolId=pool_id, Username="reader")

    def profiles(language: str) -> None:
        client.admin_update_user_attributes(
            UserPoolId=pool_id, Username="reader", UserAttributes=[{"Name": "locale", "Value": language}]
        )

    return profiles


@pytest.fixture
def arrive(
    *, smtp: SmtpServer, load: Load, encrypted: Callable[..., str], pool_id: str,
    profiles: Callable[[str], None],
) -> Callable[..., Mail]:  # fmt: skip
    """``arrive(lambda_handler, "sign_up", "de")``: the mail that came of an event."""

    def arrive(lambda_handler: Callable[..., Any], name: str, language: str) -> Mail:
        secret = SECRETS[name]
        event = load(name, secret and encrypted(secret, escape=name == "admin_create_user"))
        event["request"]["userAttributes"]["locale"] = language
        if not secret:  # a take-over notice, which brings no profile
            profiles(language)
            del event["request"]["userAttributes"]["locale"]
            event["userPoolId"], event["request"]["userAttributes"]["USER_NAME"] = pool_id, "reader"
        lambda_handler(event, None)
        message = smtp.messages.pop().message
        text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
        assert text
        assert html
        return Mail(language, name, secret, message["Subject"], text.get_content(), html.get_content())

    return arrive


def test_every_mail_says_the_same_in_every_language_and_nothing_in_another(
    handler: Handler, arrive: Callable[..., Mail], templates: Path
) -> None:
    lambda_handler = handler(MAILROOM_TEMPLATES=str(templates))
    mails = [arrive(lambda_handler, name, tag) for name in SECRETS for tag in installed()]
    assert len(mails) == 9 * 17
    faults = [f"{mail.language} {mail.slug}: {fault}" for mail in mails for fault in mail.faults()]
    assert not faults, "\n".join(faults)
    subjects = {(mail.slug, mail.subject) for mail in mails}
    assert len(subjects) == len(mails), "two languages have one subject"
