"""A Handover is a finished letter with its SMTP envelope, and what it asks of the server that is to take it."""

import re
from dataclasses import dataclass

from outbound import address
from outbound.content import BadMessageError, Message, is_ascii
from outbound.outcome import unfit
from store.delivery import Attempt, Refused

_XTEXT_PLAIN = re.compile(r"[!-*,-<>-~]+")  # RFC 3461 section 4: printable, not "+" and not "="


@dataclass(frozen=True, slots=True)
class Handover:
    """What is to be handed over to a mail server."""

    id: str  #: the delivery's; goes out as ENVID
    sender: str  #: reverse path; "" = the empty one
    recipient: str
    message: Message


@dataclass(frozen=True, slots=True)
class Needs:
    """A handover looked at: its addresses as they go on the wire, and what the server must offer for it."""

    id: str
    sender: str
    recipient: str
    size: int  #: octets of the message
    utf8: bool  #: an address or a field is beyond ASCII (RFC 6531)
    eight_bit: bool  #: some octet is (RFC 6152)

    def lacking(self, offer: dict[str, str]) -> Refused | None:
        """What the server's offer rules out; it is known before MAIL."""
        if self.utf8 and "smtputf8" not in offer:
            return unfit("5.6.7", "the next hop takes no addresses beyond ASCII", "SMTPUTF8 is not offered")
        if self.eight_bit and "8bitmime" not in offer:
            return unfit("5.6.3", "the next hop takes no 8-bit content", "8BITMIME is not offered")
        limit = offer.get("size", "").strip()
        # RFC 1870 section 4: no number, or 0, is no fixed limit.
        if limit.isascii() and limit.isdigit() and 0 < int(limit) < self.size:
            return unfit("5.3.4", f"too large for the next hop: {self.size} octets, it takes {limit}", "SIZE")
        return None

    def mail(self, offer: dict[str, str]) -> bytes:
        """The command MAIL, with what is offered and of use."""
        words = [f"MAIL FROM:<{self.sender}>"]
        if "size" in offer:
            words.append(f"SIZE={self.size}")
        if self.eight_bit:
            words.append("BODY=8BITMIME")
        if self.utf8:
            words.append("SMTPUTF8")
        if "dsn" in offer:
            words += ["RET=HDRS", f"ENVID={_xtext(self.id)}"]
        return " ".join(words).encode()

    def rcpt(self, offer: dict[str, str], notify: tuple[str, ...]) -> bytes:
        """The command RCPT."""
        words = [f"RCPT TO:<{self.recipient}>"]
        if "dsn" in offer:
            # A receipt has the empty reverse path and no one to report to (RFC 3461 section 4.1, NEVER).
            words.append(f"NOTIFY={','.join(notify) if self.sender and notify else 'NEVER'}")
            if self.recipient.isascii():
                words.append(f"ORCPT=rfc822;{_xtext(self.recipient)}")
        return " ".join(words).encode()


def needs(letter: Handover) -> Needs | Attempt:
    """What the letter needs; Refused where it can go nowhere as it is."""
    try:
        sender = str(address.read(letter.sender)) if letter.sender else ""
        recipient = str(address.read(letter.recipient))
    except address.UnfitAddressError as bad:
        return unfit("5.1.3", "not a mail address", str(bad))
    try:
        plain = is_ascii(letter.message)
    except BadMessageError as bad:
        return unfit("5.6.0", "not a finished message", str(bad))
    utf8 = not (f"{sender}{recipient}".isascii() and letter.message.head.isascii())
    return Needs(letter.id, sender, recipient, letter.message.size, utf8, not plain)


def _xtext(text: str) -> str:
    if _XTEXT_PLAIN.fullmatch(text):
        return text
    return "".join(letter if _XTEXT_PLAIN.fullmatch(letter) else f"+{ord(letter):02X}" for letter in text)
