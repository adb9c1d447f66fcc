"""Compares a received mail with the message that was sent."""

from __future__ import annotations

from cognito_mailroom import Address, Message
from cognito_mailroom.testing.driver import violated
from cognito_mailroom.testing.harness import Counterpart
from cognito_mailroom.testing.stand_in import ReceivedMail


def only(counterpart: Counterpart) -> ReceivedMail:
    """The one mail that arrived."""
    if (arrived := len(counterpart.messages)) != 1:
        violated(f"One mail was sent, and {arrived} arrived.")
    return counterpart.messages[0]


def check_arrival(counterpart: Counterpart, message: Message) -> None:
    """Fails the test unless the mail arrived once, and as it was."""
    mail = only(counterpart)
    check_headers(mail, message)
    for kind, body in (("plain", message.text), ("html", message.html)):
        part = mail.message.get_body((kind,))
        arrived = part.get_content() if part else ""
        # Transports may turn line breaks, and add one at the end.
        if arrived.splitlines() != body.splitlines():
            violated(f"The {kind} body of the mail arrived changed: {arrived!r} instead of {body!r}.")
    if {*mail.inline_images} != {*message.inline_images}:
        violated(
            "The inline images must arrive as they were, each with its content id, "
            "unless the provider's class says inline_images = False."
        )


def check_headers(mail: ReceivedMail, message: Message) -> None:
    """Fails the test unless the mail went to the recipient alone, with all its headers."""
    if mail.rcpt_to != [str(message.recipient)]:
        violated(f"The mail went to {', '.join(mail.rcpt_to) or 'nobody'} instead of {message.recipient}.")
    for name, address in (
        ("From", message.sender), ("To", message.recipient), ("Reply-To", message.reply_to),
    ):  # fmt: skip
        header = mail.message[name]
        # Where only dots are the matter, the email package takes quotes off.
        arrived = [
            (each.display_name, str(Address(each.addr_spec))) for each in (header.addresses if header else [])
        ]
        if arrived != ([(address.display_name, str(address))] if address else []):
            violated(f"The header {name} arrived as {header!r}, not as {address and address.formatted!r}.")
    for name, text in {"Subject": message.subject, **message.headers}.items():
        if (mail.message[name] or "") != text:
            violated(f"The header {name} arrived as {mail.message[name]!r}, not as {text!r}.")
