"""The parameters of MAIL and RCPT: SIZE, BODY, SMTPUTF8 (RFC 1870, 6152, 6531) and DSN's four (RFC 3461).

Promise: each is known, given once, and its value is one of those the standard allows; else the answer is the Reply
that says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from smtp_in import replies, xtext
from smtp_in.address import Path, path
from store.mail import ForwardPath
from store.reply import Reply

_OF_MAIL = frozenset({"SIZE", "BODY", "SMTPUTF8", "RET", "ENVID"})
_OF_MAIL_WITH_AUTH = _OF_MAIL | {"AUTH"}
_OF_RCPT = frozenset({"NOTIFY", "ORCPT"})


@dataclass(frozen=True, slots=True)
class ReversePath:
    """MAIL, understood."""

    address: str  #: "" = the empty reverse path
    size: int = 0  #: what the client says it will send; 0 = not said
    body: str = ""  #: 7BIT, 8BITMIME or ""
    smtputf8: bool = False
    ret: str = ""  #: FULL or HDRS
    envid: str = ""  #: decoded from xtext


def read_mail(text: str, extended: bool, with_auth: bool = False) -> ReversePath | Reply:
    """The argument of MAIL. `with_auth`: AUTH was offered, and so is its parameter.

    Who a relay says was authenticated elsewhere (AUTH=<> or a mailbox) is read and not believed (RFC 4954 section 5).
    """
    named = _path_after("FROM:", text)
    if named is None or (named.address and "@" not in named.address):
        return replies.BAD_SENDER
    if not named.parameters and named.address.isascii():
        return ReversePath(named.address)
    given = _given(named.parameters, _OF_MAIL_WITH_AUTH if with_auth else _OF_MAIL, extended)
    if isinstance(given, Reply):
        return given
    size = given.get("SIZE", "0")
    body = given.get("BODY", "7BIT").upper()
    ret = given.get("RET", "FULL").upper()
    envid = xtext.decode(given.get("ENVID", "none"))
    if (
        not (size.isascii() and size.isdigit() and len(size) <= 20)  # RFC 1870 section 4
        or body not in ("7BIT", "8BITMIME")
        or ret not in ("FULL", "HDRS")
        or not envid
        or len(given.get("ENVID", "")) > 100  # RFC 3461 section 4.4
        or xtext.decode(given.get("AUTH", "<>")) is None
    ):
        return replies.BAD_PARAMETER
    smtputf8 = "SMTPUTF8" in given
    if not named.address.isascii() and not smtputf8:
        return replies.NEEDS_SMTPUTF8
    return ReversePath(
        named.address,
        int(size),
        body if "BODY" in given else "",
        smtputf8,
        ret if "RET" in given else "",
        envid if "ENVID" in given else "",
    )


def read_rcpt(text: str, extended: bool, smtputf8: bool) -> ForwardPath | Reply:
    """The argument of RCPT. `smtputf8`: MAIL asked for it."""
    named = _path_after("TO:", text)
    # Without a domain there is only the postmaster, who must be reachable (RFC 5321 section 4.5.1).
    if named is None or not ("@" in named.address or named.address.lower() == "postmaster"):
        return replies.BAD_RECIPIENT
    if not named.parameters and named.address.isascii():
        return ForwardPath(named.address)
    given = _given(named.parameters, _OF_RCPT, extended)
    if isinstance(given, Reply):
        return given
    if not named.address.isascii() and not smtputf8:
        return replies.NEEDS_SMTPUTF8
    notify = _notify(given["NOTIFY"]) if "NOTIFY" in given else ()
    orcpt = _orcpt(given["ORCPT"]) if "ORCPT" in given else ""
    if notify is None or orcpt is None:
        return replies.BAD_PARAMETER
    return ForwardPath(named.address, notify, orcpt)


def _path_after(keyword: str, text: str) -> Path | None:
    return path(text[len(keyword) :]) if text[: len(keyword)].upper() == keyword else None


def _given(parameters: Iterable[str], known: frozenset[str], extended: bool) -> dict[str, str] | Reply:
    """Parameters by their names; a key without "=" has the value ""."""
    given: dict[str, str] = {}
    for parameter in parameters:
        key, equals, value = parameter.partition("=")
        key = key.upper()
        if key not in known or not extended:  # a HELO client was promised no extension
            return replies.UNKNOWN_PARAMETER
        flag = key == "SMTPUTF8"  # the only one without a value
        if key in given or (equals or value if flag else not value):
            return replies.BAD_PARAMETER
        given[key] = value
    return given


def _notify(value: str) -> tuple[str, ...] | None:
    """NEVER alone, or some of the others, each once (RFC 3461 section 4.1)."""
    wishes = tuple(value.upper().split(","))
    if wishes == ("NEVER",):
        return wishes
    if len(set(wishes)) != len(wishes) or not set(wishes) <= {"SUCCESS", "FAILURE", "DELAY"}:
        return None
    return wishes


def _orcpt(value: str) -> str | None:
    """addr-type;address, decoded (RFC 3461 section 4.2: at most 500 characters)."""
    kind, semicolon, address = value.partition(";")
    if not semicolon or not kind or not address or len(value) > 500:
        return None
    if not all(letter.isascii() and (letter.isalnum() or letter == "-") for letter in kind):
        return None
    plain = address if kind.lower() == "utf-8" and not address.isascii() else xtext.decode(address)
    if not plain or not plain.isprintable():
        return None
    return f"{kind.lower()};{plain}"
