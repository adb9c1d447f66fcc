"""Which inline images a provider is handed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cognito_mailroom import InlineImage
from cognito_mailroom.testing import a_message, a_notification
from cognito_mailroom.testing.driver import Driver
from cognito_mailroom.testing.leak_detection import LeakDetector

LOGO = InlineImage(content_id="logo", media_type="image/png", content=b"\x89PNG")
DARK = InlineImage(content_id="dark", media_type="image/png", content=b"\x89PNG")
SHOWS_WHAT_IT_GETS = """html=" ".join(f"<img src='cid:{each.content_id}'>" for each in draft.inline_images)"""
OWL = """
from cognito_mailroom import Receipt, hookimpl

class Owl:
    {attribute}
    @hookimpl
    def mailroom_render(self, draft): return draft.evolve({rendered})
    @hookimpl
    def mailroom_deliver(self): return Receipt()
"""


@pytest.mark.parametrize(
    ("attribute", "rendered", "handed"),
    [
        ("", SHOWS_WHAT_IT_GETS, (LOGO, DARK)),
        ("inline_images = True", SHOWS_WHAT_IT_GETS, (LOGO, DARK)),
        ("inline_images = False", SHOWS_WHAT_IT_GETS, ()),
        ("", "html='<img src=\"cid:dark\">'", (DARK,)),
        ("", "html='Acme'", ()),
        ("", "html='', hosted_template='welcome'", ()),
    ],
    ids=["as-default", "said", "cannot", "one-shown", "none-shown", "hosted"],
)
def test_a_provider_is_handed_what_it_carries_and_the_html_shows(
    attribute: str, rendered: str, handed: tuple[InlineImage, ...], install: Callable[..., None]
) -> None:
    source = OWL.replace("{attribute}", attribute).replace("{rendered}", rendered)
    install("acme-owl", source, providers={"owl": "Owl"})
    draft = a_message(inline_images=[LOGO, DARK])

    message = Driver("owl", {}, LeakDetector({}), ()).render(a_notification(), draft)

    assert message.inline_images == handed
    assert message.html.count("cid:") == len(handed)
