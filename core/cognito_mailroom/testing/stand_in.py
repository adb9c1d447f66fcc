"""The protocol of a provider's stand-in, and the mails it received.

A provider with an HTTP API subclasses `cognito_mailroom.testing.http.HttpStandIn`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from time import monotonic
from types import MappingProxyType
from typing import Protocol, Self, cast

from attrs import field, frozen

from cognito_mailroom import Address, InlineImage
from cognito_mailroom.transport.mime import add_images


class _Utf8(policy.EmailPolicy):
    """Reads headers in UTF-8 (RFC 6532), of which Python's own policy leaves the parts undecoded."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


_UTF8 = cast("policy.EmailPolicy[EmailMessage]", _Utf8())


@frozen
class ReceivedMail:
    """A mail as a stand-in took it, whatever way it came."""

    mail_from: str
    rcpt_to: list[str]
    content: bytes = field(repr=False)
    """As RFC 5322 has it; without bodies where a hosted template is to fill them."""
    received_at: float = field(factory=monotonic, kw_only=True)
    """By `time.monotonic`."""
    hosted_template: str | None = field(default=None, kw_only=True)
    """The template at the provider that was asked for."""
    variables: Mapping[str, str] = field(factory=dict, kw_only=True, repr=False)
    """What that template was given."""

    @classmethod
    def written(
        cls,
        sender: Address,
        recipients: Sequence[Address],
        *,
        headers: Mapping[str, str],
        text: str = "",
        html: str = "",
        hosted_template: str | None = None,
        variables: Mapping[str, str] = MappingProxyType({}),
        inline_images: Sequence[InlineImage] = (),
    ) -> Self:
        """The mail that a provider writes from its API's fields; ``headers`` hold the subject too.

        Raises:
            ValueError: a header holds a line break.

        """
        mail = EmailMessage(policy.SMTPUTF8)
        mail["From"] = sender.formatted
        mail["To"] = ", ".join(each.formatted for each in recipients)
        for name, value in headers.items():
            mail[name] = value
        if text:
            mail.set_content(text)
        if html:
            (mail.add_alternative if text else mail.set_content)(html, subtype="html")
        add_images(mail, inline_images)
        return cls(
            str(sender),
            [str(each) for each in recipients],
            mail.as_bytes(),
            hosted_template=hosted_template,
            variables=dict(variables),
        )

    @property
    def message(self) -> EmailMessage:
        """The content, parsed."""
        return message_from_bytes(self.content, policy=_UTF8)

    @property
    def inline_images(self) -> tuple[InlineImage, ...]:
        """The images beside the HTML, which it can show by ``cid:``.

        Raises:
            ValueError: one has no content id, or a malformed one.

        """
        related = self.message.get_body(("related",))
        return tuple(
            InlineImage(
                content_id=str(part["Content-ID"]).removeprefix("<").removesuffix(">"),
                media_type=part.get_content_type(),
                content=part.get_content(),
            )
            for part in (() if related is None else related.iter_attachments())
        )


class StandIn(Protocol):
    """A provider on the loopback interface, for the length of a ``with`` block.

    A plugin's distribution may name such a class, under the provider's name, in the entry-point group
    ``cognito_mailroom.standins``: the demo then works with that provider too.
    """

    @property
    def environ(self) -> Mapping[str, str]:
        """The provider's own settings, its key included, that point the real plugin here."""

    @property
    def messages(self) -> Sequence[ReceivedMail]:
        """What arrived so far, in order of arrival."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...
