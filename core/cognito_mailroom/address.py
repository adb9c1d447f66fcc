"""An e-mail address, validated when it is constructed."""

from __future__ import annotations

import re
import unicodedata
from email.utils import quote

from attrs import field, frozen

# RFC 5322 atext, with RFC 6531's addition of everything outside ASCII; said by what it is not, since `re`
# takes 8 ms to compile a range of all Unicode.
_ATOM = r'[^\x00-\x20"(),.:;<>@[\\\]\x7f]+'
_DOT_ATOM = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_QUOTED = re.compile(r'"([^"\\]|\\.)*"')
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9])?", re.IGNORECASE)
_NAMED = re.compile(r"\s*(?P<name>.*?)\s*<(?P<spec>[^<>]*)>\s*")

_MAX_LOCAL_OCTETS, _MAX_DOMAIN_OCTETS, _MAX_LABEL_OCTETS = 64, 255, 63  # RFC 5321, 4.5.3.1


def has_controls(text: str) -> bool:
    """Whether a text holds what no header may: CR, LF, NUL, other controls, line separators."""
    # Nearly all texts are printable through and through, which is told at once; not all that is not is wrong.
    return not text.isprintable() and any(
        unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in text
    )


def is_plain(text: str) -> bool:
    """Whether a text can stand in a header as it is: in ASCII, and with no encoded word."""
    return text.isascii() and "=?" not in text


def _decoded(words: str) -> str:
    from email.errors import HeaderParseError
    from email.header import decode_header, make_header

    try:
        return str(make_header(decode_header(words)))
    except (HeaderParseError, LookupError, ValueError):
        raise ValueError("the display name of the address cannot be decoded") from None


def _to_ascii(domain: str) -> str:
    if domain.isascii():
        return domain.lower()
    # IDNA 2008, not the standard library's 2003: that one turns ß into ss, which is another domain.
    import idna

    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise ValueError("the domain of the address is not a valid internationalised name") from None


def _check_spec(spec: str) -> str:
    """The address as SMTP has it; raises ValueError without quoting what it was given."""
    local, at, domain = spec.rpartition("@")
    if not at or not local or not domain:
        raise ValueError("the address is not a local part and a domain with an @ between them")
    if has_controls(spec):
        raise ValueError("the address contains a control character")
    if any(unicodedata.category(char) in {"Cf", "Zs"} for char in local if char != " "):
        raise ValueError("the address contains an invisible character")
    if "=?" in local:  # some servers decode it, and write to whom it then names
        raise ValueError("the local part of the address looks like an encoded word")
    if not (_DOT_ATOM.fullmatch(local) or _QUOTED.fullmatch(local)):
        # Japanese carriers gave away some with dots in a row or at an end, which RFC 5321, 4.1.2 knows in
        # quotes alone. What else there would be to quote is more likely two addresses, or none.
        if not _DOT_ATOM.fullmatch(local.replace(".", "_")):
            raise ValueError("the local part of the address is malformed")
        local = f'"{local}"'
    if len(local.encode()) > _MAX_LOCAL_OCTETS:
        raise ValueError(f"the local part of the address exceeds {_MAX_LOCAL_OCTETS} octets")
    domain = _to_ascii(domain)
    labels = domain.split(".")
    if len(domain) > _MAX_DOMAIN_OCTETS or any(len(label) > _MAX_LABEL_OCTETS for label in labels):
        raise ValueError("the domain of the address is too long")
    if not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError("the domain of the address is malformed")
    return f"{local}@{domain}"


def _check_display_name(_: Address, __: object, name: str) -> None:
    if has_controls(name):
        raise ValueError("the display name of the address contains a control character")


@frozen(repr=False, str=False)
class Address:
    """An e-mail address, checked on construction; ``str(address)`` is the bare addr-spec.

    An internationalised domain is kept in its ASCII form (IDNA 2008), and in quotes a local part with dots
    in a row or at an end. The repr shows the domain only.

    Raises:
        ValueError: the address is malformed; the text says how and does not repeat the address.

    """

    addr_spec: str = field(converter=_check_spec)
    display_name: str = field(default="", validator=_check_display_name)

    @classmethod
    def parse(cls, text: str) -> Address:
        """Reads ``Acme <no-reply@acme.example>``, its name in encoded words or not, or the bare address.

        Raises:
            ValueError: the address or its name is malformed.

        """
        text = text.strip()
        if text and text[0] == text[-1] and text[0] in "\"'":
            raise ValueError("the address has quotation marks around it: leave them off")
        if not (named := _NAMED.fullmatch(text)):
            return cls(text)
        name = named["name"]
        if _QUOTED.fullmatch(name):
            name = re.sub(r"\\(.)", r"\1", name[1:-1])
        elif "=?" in name:
            name = _decoded(name)
        elif "<" in name or ("@" in name and "," in name):
            raise ValueError("there are several addresses: want one")
        return cls(named["spec"], name)

    @property
    def local_part(self) -> str:
        """What stands before the last ``@``."""
        return self.addr_spec.rpartition("@")[0]

    @property
    def domain(self) -> str:
        """What stands behind the last ``@``, in ASCII."""
        return self.addr_spec.rpartition("@")[2]

    @property
    def needs_smtputf8(self) -> bool:
        """Whether the local part needs a server that speaks SMTPUTF8 (RFC 6531)."""
        return not self.local_part.isascii()

    @property
    def formatted(self) -> str:
        """``"Acme, Inc." <no-reply@acme.example>``, in Unicode, quoted where it must be."""
        if not self.display_name:
            return self.addr_spec
        return f'"{quote(self.display_name)}" <{self.addr_spec}>'

    @property
    def encoded(self) -> str:
        """As `formatted`, but with a name beyond ASCII in words of 75 characters at most (RFC 2047, 2)."""
        if is_plain(self.display_name):
            return self.formatted
        from email.header import Header

        words = Header(self.display_name, "utf-8", maxlinelen=75).encode(linesep="")
        return f"{words} <{self.addr_spec}>"

    def __str__(self) -> str:
        return self.addr_spec

    def __repr__(self) -> str:
        return f"<Address …@{self.domain}>"
