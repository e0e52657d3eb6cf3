"""Header protection: header fields that are signed with the body, so that what a mail shows can be held against them.

Three ways are read: `hp` on the signed part (RFC 9788 section 2.1), its forerunner `protected-headers="v1"`, and the
whole mail wrapped as message/rfc822 (RFC 8551 section 3.1).  Promise: whatever the octets are nothing is raised.
"""

from dataclasses import dataclass

from validation.headers import Headers, one_line, split_block
from validation.mime_split import line_end_of
from validation.mime_transfer import undo
from validation.settings import ReadingCaps

_CAPS = ReadingCaps()
_MAILS = frozenset({"message/rfc822", "message/global"})
#: Fields that a reader sees (RFC 9788 section 1.8); the others change on the way.
_SHOWN = ("From", "Sender", "Reply-To", "To", "Cc", "Subject", "Date")


@dataclass(frozen=True, slots=True)
class Protected:
    """Header fields that were signed."""

    headers: Headers
    complete: bool  #: every field that a reader sees is among them, or was not there; False = some were copied


def protected_in(signed: bytes, shown: Headers) -> Protected | None:
    """The header fields that the signed MIME entity protects, of a mail that shows `shown`; None = none."""
    headers, body = _block(signed)
    kind = headers.parameterised("Content-Type", _CAPS)
    if kind.get("hp").lower() in ("clear", "cipher"):
        return Protected(headers, complete=True)
    if kind.get("protected-headers").lower() == "v1":
        return Protected(headers, complete=False)
    if kind.value not in _MAILS or kind.get("forwarded").lower() == "yes":
        return None
    encoding = headers.text("Content-Transfer-Encoding").lower()
    inner, _ = _block(undo(memoryview(signed)[body:], encoding)[0])
    # By another author it is a mail that was forwarded, which says nothing of the one around it.
    return Protected(inner, complete=True) if _authors(inner) == _authors(shown) != set() else None


def differing(shown: Headers, protected: Protected) -> tuple[str, ...]:
    """The fields in which the mail shows something else than was signed, or something that was not signed at all."""
    return tuple(name for name in _names(protected) if _said(shown, name) != _said(protected.headers, name))


def merged(shown: Headers, protected: Protected) -> Headers:
    """What is to be shown and judged: the signed fields, and of the others those that no reader sees."""
    signed = [field for field in protected.headers.fields if not field[0].lower().startswith("content-")]
    names = {name.lower() for name in (*_names(protected), *(name for name, _ in signed))}
    rest = [field for field in shown.fields if field[0].lower() not in names]
    return Headers((*rest, *signed), shown.defects, shown.limits)


def _names(protected: Protected) -> tuple[str, ...]:
    return tuple(name for name in _SHOWN if protected.complete or protected.headers.raw(name) is not None)


def _block(octets: bytes) -> tuple[Headers, int]:
    return split_block(octets, 0, len(octets), line_end_of(octets), _CAPS)


def _authors(headers: Headers) -> set[str]:
    return {box.address.casefold() for box in headers.mailboxes("From", _CAPS.addresses)}


def _said(headers: Headers, name: str) -> tuple[object, ...]:
    """What a field says, whatever its folds and encodings."""
    if name == "Date":
        return (headers.date(),)
    if name == "Subject":
        return tuple(" ".join(one_line(text).split()) for text in headers.all(name))
    return tuple((box.name, box.address.casefold()) for box in headers.mailboxes(name, _CAPS.addresses))
