"""Contract: a mail arrives once and unchanged, and hosted templates get all variables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cognito_mailroom import Address, InlineImage, Trigger, Unsupported
from cognito_mailroom.testing.builders import CODE, a_message, a_notification
from cognito_mailroom.testing.driver import violated
from cognito_mailroom.testing.harness import Counterpart

from .fixtures import ContractFixtures, Load
from .received import check_arrival, check_headers, only

Change = Callable[[str], dict[str, Any]]

_PLACES: dict[str, Change] = {
    "subject": lambda text: {"subject": text},
    "header": lambda text: {"headers": {"X-Note": text}},
    "header-name": lambda text: {"headers": {text: "note"}},
    "tag": lambda text: {"tags": (text,)},
    "idempotency-key": lambda text: {"idempotency_key": text},
    "sender": lambda text: {"sender": Address("no-reply@acme.example", text)},
    "reply-to": lambda text: {"reply_to": Address("support@acme.example", text)},
}

_IMAGES = (
    InlineImage(content_id="logo", media_type="image/png", content=bytes(range(256))),
    InlineImage(content_id="dark@acme.example", media_type="image/jpeg", content=b"\r\n\n\r\xff\xd8\r\n"),
)


class MailContract(ContractFixtures):
    """What goes over the wire."""

    def test_plain_mail(self, counterpart: Counterpart, load: Load) -> None:
        """A mail arrives with all it has."""
        message = a_message()
        load().deliver(message).expect_receipt("A mail must be delivered")
        check_arrival(counterpart, message)

    def test_beyond_ascii(self, counterpart: Counterpart, load: Load) -> None:
        """So it does in any script."""
        message = a_message(
            sender=Address("no-reply@acme.example", "Zoë's Bäckerei, 東京店"),
            recipient=Address("sentinel.recipient@bücher.example"),
            reply_to=Address("support@acme.example", "Поддержка"),
            subject="Ihr Code für Acme: 認証コード · رمزك · 🔑",
            text=f"Grüß Gott, Zoë!\n\n認証コード: {CODE}\nرمز التحقق 🔑\n",
            html=f"<!doctype html><p>Grüß Gott, Zoë! 認証コード: <b>{CODE}</b> 🔑</p>\n",
        )
        load().deliver(message).expect_receipt("A mail beyond ASCII must be delivered")
        check_arrival(counterpart, message)

    def test_local_part_in_quotes(self, counterpart: Counterpart, load: Load) -> None:
        """A local part that RFC 5321 knows in quotes alone is sent in quotes, unless it is Unsupported."""
        message = a_message(recipient=Address("sentinel..recipient.@example.com"))
        outcome = load().deliver(message)
        if not isinstance(outcome.result, Unsupported):
            outcome.expect_receipt("A mail to a local part in quotes must be delivered, or be Unsupported")
            check_arrival(counterpart, message)

    def test_long_subject(self, counterpart: Counterpart, load: Load) -> None:
        """A subject longer than a line arrives as it was."""
        message = a_message(subject="Ihr Bestätigungscode für die Anmeldung " * 6 + "und Schluss")
        load().deliver(message).expect_receipt("A mail with a long subject must be delivered")
        check_arrival(counterpart, message)

    def test_inline_images(self, counterpart: Counterpart, load: Load) -> None:
        """Images inside the mail arrive beside its HTML, or the provider's class says that they cannot."""
        shown = "".join(f'<img src="cid:{image.content_id}" alt="Acme">' for image in _IMAGES)
        driver = load()
        draft = a_message(html=f"<!doctype html>{shown}<p>{CODE}</p>\n", inline_images=_IMAGES)
        message = driver.render(a_notification(), draft)
        driver.deliver(message).expect_receipt("A mail with inline images must be delivered")
        check_arrival(counterpart, message)

    @pytest.mark.parametrize("change", _PLACES.values(), ids=_PLACES.keys())
    def test_header_injection(self, change: Change) -> None:
        """No header can smuggle in another: such a message cannot even be built."""
        with pytest.raises(ValueError, match=r"control character|malformed"):
            a_message().evolve(**change("Hello\r\nBcc: eve@evil.example"))

    def test_hosted_template(self, counterpart: Counterpart, load: Load, hosted: str) -> None:
        """The template that a setting names is asked for, with all the variables as they are."""
        template = self.harness.hosted_template
        draft = a_message(text="", html="")
        draft = draft.evolve(variables={**draft.variables, "name": "Zoë\r\nBcc: eve@evil.example"})
        driver = load(**{hosted: template})
        message = driver.render(a_notification(), draft)
        if message.hosted_template != template:
            violated(f"mailroom_render must name the template that {hosted} holds.")
        driver.deliver(message).expect_receipt("A mail by a hosted template must be delivered")
        mail = only(counterpart)
        if mail.hosted_template != template:
            violated(f"The provider must be asked for the template that {hosted} holds.")
        for name, text in message.variables.items():
            if mail.variables.get(name) != text:
                violated(f"A hosted template must get every variable as it is; {name} is not.")
        if "Bcc" in mail.message:
            violated("A variable became a header of its own.")
        # The subject is the template's.
        check_headers(mail, message.evolve(subject=str(mail.message["Subject"] or "")))

    def test_no_hosted_template(self, load: Load, hosted: str) -> None:
        """Without a template for the trigger, the bodies are left to core."""
        draft = a_message(text="", html="")
        other = a_notification(trigger=Trigger.FORGOT_PASSWORD)
        if load(**{hosted: self.harness.hosted_template}).render(other, draft) is not draft:
            violated("mailroom_render must return None where no template is set for the trigger.")
