"""A mail address of an SMTP envelope: read strictly, before anything is sent.

Promise: what `read` returns can stand between angle brackets on a command line as it is; a text that is
more, less or other than one mailbox is an UnfitAddressError, never a shortened address (the SMTP client's
own parser cuts at CR and LF and would write to somebody else).
"""

import re
import unicodedata
from dataclasses import dataclass

# RFC 5322 section 3.2.3 atext, widened by RFC 6531 section 3.3 to every character beyond ASCII.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u0080-\U0010FFFF]+"
_LOCAL = re.compile(rf'{_ATOM}(?:\.{_ATOM})*|"(?:[^"\\\x00-\x1f\x7f]|\\[\x20-\x7e])*"')
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_LITERAL = re.compile(r"\[(?:\d{1,3}(?:\.\d{1,3}){3}|IPv6:[0-9A-Fa-f:.]+)\]")

_INVISIBLE = ("Cc", "Cf", "Cs", "Zl", "Zp", "Cn")


class UnfitAddressError(ValueError):
    """Not one mailbox of RFC 5321; the reason never quotes the text."""


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox."""

    local: str  #: as written, quotes included
    domain: str  #: ASCII, lower case; an IDN in its A-labels: only the local part asks for SMTPUTF8

    @property
    def international(self) -> bool:
        """Whether the next hop must offer SMTPUTF8 (RFC 6531) for it."""
        return not self.local.isascii()

    def __str__(self) -> str:
        """The mailbox as it stands on the wire, without angle brackets."""
        return f"{self.local}@{self.domain}"


def read(text: str) -> Address:
    """The one mailbox that `text` is.

    Raises:
        UnfitAddressError: it is not one mailbox, the whole of it.
    """
    local, at, domain = unicodedata.normalize("NFC", text).rpartition("@")
    if not at:
        raise UnfitAddressError("no @")
    if not text.isprintable() and any(unicodedata.category(one) in _INVISIBLE for one in text):
        raise UnfitAddressError("a control or invisible character")
    if not _LOCAL.fullmatch(local):
        raise UnfitAddressError("the part before the @ is neither atoms nor a quoted string")
    # RFC 5321 section 4.5.3.1.1 and .2: 64 octets, 255 octets.
    if len(local.encode()) > 64:
        raise UnfitAddressError("the part before the @ is longer than 64 octets")
    return Address(local, _domain(domain))


def _domain(text: str) -> str:
    if _LITERAL.fullmatch(text):
        return text
    try:
        domain = text if text.isascii() else text.encode("idna").decode("ascii")
    except UnicodeError:
        raise UnfitAddressError("the domain has no ASCII form") from None
    labels = domain.split(".")
    # A name without a dot ("@gmailcom") is a slip of the pen seen in practice; only the loopback's own
    # name has none.
    if len(labels) < 2 and domain.lower() != "localhost":
        raise UnfitAddressError("the domain has no dot")
    if len(domain) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise UnfitAddressError("the domain is not made of labels")
    return domain.lower()
