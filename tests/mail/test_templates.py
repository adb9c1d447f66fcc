"""The default mails: what each says, and that no value can break it."""

from __future__ import annotations

import html
from html.parser import HTMLParser

import jinja2
import pytest
from cognito_mailroom.mail.checking import example_renderer
from cognito_mailroom.mail.examples import SLUGS, example
from cognito_mailroom.mail.variables import NAMES
from cognito_mailroom.settings.problems import Problems

WITHOUT_CODE = "account_take_over_notification"
LOADER = jinja2.PackageLoader("cognito_mailroom.mail")
RENDERER = example_renderer(None, Problems())

UNKNOWN = dict.fromkeys(NAMES, "")
BARE = UNKNOWN | {
    "product_name": "Acme", "email": "ada@example.com", "user_name": "ada", "code": "0482910",
    "language": "en",
}  # fmt: skip
LINKS = {
    "one_click_link_valid": "https://login.acme.example/feedback?value=valid&token=a-b",
    "one_click_link_invalid": "https://login.acme.example/feedback?value=invalid&token=a-b",
}
FACTS = {
    "login_time": "Friday, March 19, 2021, 2:25 PM UTC", "ip_address": "2001:db8::17", "city": "Zürich",
    "country": "Switzerland", "device_name": "Firefox, Linux", "account_take_over_action": "MFA",
}  # fmt: skip
FULL = BARE | LINKS | FACTS | {"name": "Ada", "validity": "24 hours", "locale": "de-CH"}
LONG = FULL | {
    "product_name": "The very long-named product of a company that is fond of names " * 2,
    "email": f"{'a-' * 30}@{'b' * 60}.example.com", "name": "Ada " * 15, "device_name": "device " * 17,
    "city": "c" * 120,
}  # fmt: skip
HALF = BARE | {"city": "Zürich", "one_click_link_invalid": LINKS["one_click_link_invalid"]}
KNOWN = pytest.mark.parametrize("known", [BARE, HALF, FULL, LONG], ids=["bare", "half", "full", "long"])
ALL = pytest.mark.parametrize("slug", SLUGS)
WITH_CODE = pytest.mark.parametrize("slug", [slug for slug in SLUGS if slug != WITHOUT_CODE])


class Html(HTMLParser):
    """What a reader of the HTML part meets, told apart by the element that holds it."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.cells: dict[str, list[str]] = {}
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open.append(f"{tag} {dict(attrs).get('class') or ''}".strip())
        self.cells.setdefault(self._open[-1], []).append("")
        if tag in {"meta", "br", "img"}:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().split()[0] == tag
        if tag == "a":  # the text part spells the link out
            self.words.append(self.tags[-1][1]["href"] or "")

    def handle_data(self, data: str) -> None:
        if self._open:
            self.cells[self._open[-1]][-1] += data
        if not {"head", "h1 heading", "div preheader", "td brand ink"} & set(self._open):
            self.words += data.split()


def render(slug: str, known: dict[str, str]) -> tuple[str, str, str]:
    notification = example(slug, code=bool(known["validity"]))
    known = known | {"trigger": slug}
    subject = RENDERER.subject(notification, known)
    return subject, *RENDERER.bodies(notification, known | {"subject": subject})


def test_every_trigger_has_its_three_templates_and_all_share_the_rest() -> None:
    shared = {"layout.subject", "layout.html", "layout.txt", "macros.html"}
    mails = {f"{slug}.{part}" for slug in SLUGS for part in ("subject", "txt", "html")}
    assert set(LOADER.list_templates()) == mails | shared


@KNOWN
@WITH_CODE
def test_the_code_stands_alone_in_both_parts_and_not_in_the_subject(slug: str, known: dict[str, str]) -> None:
    subject, text, body = render(slug, known)
    assert f"\n\n    {known['code']}\n\n" in text
    assert Html(body).cells["td box code"] == [known["code"]]
    # Nobody gets in by these codes alone, so that the inbox may show them.
    may_show = slug in {"sign_up", "resend_code", "update_user_attribute", "verify_user_attribute"}
    assert text.count(known["code"]) == 1
    assert body.count(known["code"]) == 1 + (may_show and bool(known["validity"]))
    assert known["code"] not in subject


@pytest.mark.parametrize(
    "password",
    [
        "<b>&amp;'\"</b>", "a&copy;b&copy", "{{ product_name }}{% if %}", "two  spaces,   three", " around ",
        "\\n%s%(a)s$&", "Ünïcödé-pässwörd", "x" * 99, "end.", "- -", "#1", "<!-- -->", "]]>", "a-b " * 24,
    ],
)  # fmt: skip
def test_a_temporary_password_arrives_intact_in_both_parts(password: str) -> None:
    _, text, body = render("admin_create_user", FULL | {"code": password})
    assert f"Temporary password:\n\n    {password}\n\n" in text
    assert Html(body).cells["td box code"] == [password]


def test_without_a_temporary_password_there_is_no_word_of_one() -> None:
    subject, text, body = render("admin_create_user", FULL | {"code": ""})
    said = " ".join([subject, text, *Html(body).words])
    assert "password" not in said
    assert "valid" not in said


@KNOWN
@ALL
def test_the_subject_is_one_tidy_line_that_names_the_product(slug: str, known: dict[str, str]) -> None:
    subject, _, body = render(slug, known)
    assert known["product_name"].strip() in subject
    assert subject.split() == subject.split(" ")
    assert Html(body).cells["title"] == [subject]


@KNOWN
@ALL
def test_lines_of_text_are_short_but_for_what_cannot_be_broken(slug: str, known: dict[str, str]) -> None:
    _, text, _ = render(slug, known)
    for line in text.splitlines():
        assert len(line) <= 78 or " " not in line.strip()
        assert line == line.rstrip()
        assert "  " not in line or line.startswith("    ")
    assert known["email"] in text
    assert "\n\n\n" not in text
    assert text == text.strip()


@KNOWN
@ALL
def test_both_parts_say_the_same(slug: str, known: dict[str, str]) -> None:
    _, text, body = render(slug, known)
    assert sorted("".join(Html(body).words).replace(":", "")) == sorted(
        "".join(text.split()).replace(":", "")
    )


@ALL
def test_facts_that_are_not_known_leave_no_trace(slug: str) -> None:
    _, text, body = render(slug, BARE)
    assert text.startswith("Hello,\n\n")
    assert "Hello,</p>" in body
    assert "None" not in text + body
    assert not {"p", "th fact quiet", "td fact ink", "a", "h1"} & {
        cell for cell, held in Html(body).cells.items() if not all(map(str.strip, held))
    }


@pytest.mark.parametrize(
    ("slug", "validity"),
    [
        ("sign_up", "24 hours"), ("forgot_password", "1 hour"), ("authentication", "3 minutes"),
        ("admin_create_user", "7 days"), ("generic", ""),
    ],
)  # fmt: skip
def test_how_long_the_code_is_valid_is_told_where_known(slug: str, validity: str) -> None:
    _, text, body = render(slug, FULL)
    for part in (text, " ".join(Html(body).words)):
        assert (f"is valid for {validity}." in " ".join(part.split())) == bool(validity)
        assert ("valid" in part) == bool(validity)


@ALL
def test_nothing_is_loaded_from_elsewhere(slug: str) -> None:
    _, _, body = render(slug, FULL)
    parsed = Html(body)
    links = [attributes["href"] for tag, attributes in parsed.tags if "href" in attributes and tag == "a"]
    assert links == (list(LINKS.values()) if slug == WITHOUT_CODE else [])
    bare = html.unescape(body)
    for link in LINKS.values():
        bare = bare.replace(link, "")
    assert not [sign for sign in ("//", "url(", "@import", "src=", "cid:", "data:") if sign in bare]
    assert {tag for tag, _ in parsed.tags} <= {
        "html", "head", "meta", "title", "style", "body", "div", "table", "tr", "td", "th", "h1", "p", "a",
        "bdi", "span",
    }  # fmt: skip


@ALL
def test_a_screen_reader_finds_its_way(slug: str) -> None:
    parsed = Html(render(slug, FULL)[2])
    assert [attributes["lang"] for _, attributes in parsed.tags if "lang" in attributes] == ["en", "en"]
    assert len(parsed.cells["h1 heading"]) == 1
    roles = [attributes.get("role") for tag, attributes in parsed.tags if tag == "table"]
    facts = [None] if slug == WITHOUT_CODE else []  # a table that is one: its cells have headings
    assert sorted(roles, key=str) == facts + ["presentation"] * (len(roles) - len(facts))


@ALL
def test_no_value_becomes_markup_or_a_template(slug: str) -> None:
    hostile = "<b onclick=x>'\"&lt;{{ 7*7 }}{% raw %}"
    _, text, body = render(slug, dict.fromkeys(FULL, hostile))
    tame = Html(render(slug, dict.fromkeys(FULL, "tame"))[2])
    assert [tag for tag, _ in Html(body).tags] == [tag for tag, _ in tame.tags]
    assert hostile in text
    assert "49" not in text


@pytest.mark.parametrize(
    ("action", "subject", "words"),
    [
        ("BLOCK", "We blocked a sign-in", "We blocked it. Was"),
        ("NO_ACTION", "Unusual sign-in", "We allowed it. Was"),
        ("MFA", "Unusual sign-in", "We asked for a second sign-in step. Was"),
        ("MFA_IF_CONFIGURED", "Unusual sign-in", "or allowed it if your account has none set up."),
        ("MFA_REQUIRED", "Unusual sign-in", "or blocked it if your account has none set up."),
        ("", "Unusual sign-in", "to your Acme account. Was this you?"),
        ("SOMETHING_NEW", "Unusual sign-in", "to your Acme account. Was this you?"),
    ],
)
def test_the_notice_tells_what_was_done(action: str, subject: str, words: str) -> None:
    known = BARE | LINKS | {"account_take_over_action": action}
    line, text, body = render(WITHOUT_CODE, known)
    assert line == f"{subject} to your Acme account"
    assert words in " ".join(text.split())
    assert words in " ".join(Html(body).words)
    assert not action or action not in text + body


@pytest.mark.parametrize(
    ("known", "said", "unsaid"),
    [
        (FACTS, "When: Friday, March 19, 2021, 2:25 PM UTC Where: Zürich, Switzerland Device: ", "it was me"),
        (FACTS, "Device: Firefox, Linux IP address: 2001:db8::17 If it was you, there is", "this you"),
        ({"city": "Zürich"}, "Where: Zürich If it", "Device"),
        ({"country": "Switzerland"}, "Where: Switzerland If it", "When"),
        ({}, "If it was you, there is nothing to do. If it was not you, change your password", "Where"),
        (LINKS, "you? Please let us know. Yes, it was me: {one_click_link_valid} No", "nothing to do"),
        (LINKS, "No, this was not me: {one_click_link_invalid} If it was not you, change", "nothing to do"),
        (
            {"one_click_link_invalid": "https://a.example"},
            "No, this was not me: http",
            "Yes, it was me",
        ),
        ({"one_click_link_valid": "https://a.example/"}, "Yes, it was me: https://a.example/ If", "not me"),
    ],
)
def test_the_notice_tells_what_is_known_and_no_more(known: dict[str, str], said: str, unsaid: str) -> None:
    words = " ".join(render(WITHOUT_CODE, BARE | known)[1].split())
    assert said.format(**known) in words
    assert unsaid not in words
