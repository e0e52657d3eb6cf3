"""One header block, RFC 5322 section 2.2, read from raw bytes under caps; whatever stands there, it never raises.

Each reading of a field is linear in its length: CPython's `policy.default` takes 24 s for a Subject of 50,000
encoded words or a To of 20,000 addresses, and raises on `To: unlisted-recipients:; (no To-header on input)`.
"""

import email.utils
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from validation.mime_charset import nfc
from validation.mime_parameters import NOTHING, Parameterised, parse
from validation.mime_words import decode_words
from validation.settings import ReadingCaps

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:[ \t]?")
# A field with its folds, as nearly all are written; a line end that is none, or a blank line, goes the longer way.
_ORDINARY = re.compile(rb"([!-9;-~]{1,200}+)[ \t]*+:[ \t]?([^\r\n]*+(?:\r?\n[ \t][^\r\n]*+)*+)\r?\n")
# One address, with or without a display name: nothing in it needs to be taken apart character by character.
_PLAIN_MAILBOX = re.compile(rb"[^<>]*+(?:<[^<>]*+>)?[ \t]*+\Z")
_INTRICATE = re.compile(rb'["(:;\\]')
_SURELY = re.compile(
    rb"(?:content-(?:type|transfer-encoding|disposition|id)|mime-version|subject|from|to|cc|date|message-id|"
    rb"received|x-[!-9;-~]+)[ \t]*:",
    re.IGNORECASE,
)
_FOLD = re.compile(rb"[\r\n]+[ \t]?")
_TYPE, _DISPOSITION, _ENCODING = "content-type", "content-disposition", "content-transfer-encoding"
_CONTENT = frozenset({_TYPE, _DISPOSITION, _ENCODING})
_CONTENT_LENGTHS = frozenset(map(len, _CONTENT))
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,500})>")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]+")


def one_line(text: str) -> str:
    """`text` without control characters and without blanks around."""
    return _CONTROL.sub(" ", text).strip()


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One address as a header names it."""

    name: str  #: display name, decoded, NFC; "" = none
    address: str  #: local@domain as written; "" where the field names nobody ("undisclosed-recipients:;")


@dataclass(frozen=True, slots=True)
class Headers:
    """The fields of one block, in order, raw; and how to read them."""

    fields: tuple[tuple[str, bytes], ...]  #: name as written, raw value with its folds
    defects: tuple[str, ...] = ()  #: machine words for repairs
    limits: tuple[tuple[str, int], ...] = ()  #: caps that were reached, and the octets behind each that were not read

    def raw(self, name: str) -> bytes | None:
        """The raw value of the first field of that name, unfolded; None if there is none."""
        wanted = name.lower()
        length = len(wanted)
        for written, value in self.fields:
            if len(written) == length and written.lower() == wanted:  # most names differ in length
                return (_FOLD.sub(b" ", value) if b"\n" in value or b"\r" in value else value).strip()
        return None

    def of_content(self) -> tuple[bytes | None, bytes | None, bytes]:
        """The raw Content-Type, Content-Disposition and Content-Transfer-Encoding, in one pass: each part asks."""
        found: dict[str, bytes] = {}
        for written, value in self.fields:
            if len(written) in _CONTENT_LENGTHS and (name := written.lower()) in _CONTENT and name not in found:
                found[name] = (_FOLD.sub(b" ", value) if b"\n" in value or b"\r" in value else value).strip()
        return found.get(_TYPE), found.get(_DISPOSITION), found.get(_ENCODING, b"")

    def all(self, name: str) -> tuple[str, ...]:
        """Every field of that name, decoded."""
        wanted = name.lower()
        return tuple(
            _CONTROL.sub(" ", decode_words(_FOLD.sub(b" ", value).strip()))
            for written, value in self.fields
            if written.lower() == wanted
        )

    def text(self, name: str) -> str:
        """The first field of that name, RFC 2047 words decoded, NFC, no control characters; "" if absent."""
        raw = self.raw(name)
        return "" if raw is None else one_line(decode_words(raw))

    def parameterised(self, name: str, caps: ReadingCaps) -> Parameterised:
        """Content-Type or Content-Disposition with its parameters."""
        raw = self.raw(name)
        return NOTHING if raw is None else parse(raw, caps.parameters)

    def mailboxes(self, name: str, cap: int) -> tuple[Mailbox, ...]:
        """The addresses of every field of that name, at most `cap`."""
        found: list[Mailbox] = []
        wanted = name.lower()
        for written, value in self.fields:
            if written.lower() == wanted and len(found) < cap:
                found += mailboxes(_FOLD.sub(b" ", value), cap - len(found))
        return tuple(found)

    def message_ids(self, name: str) -> tuple[str, ...]:
        """The ids in Message-ID, In-Reply-To or References, without their angle brackets."""
        raw = self.raw(name)
        if raw is None:
            return ()
        text = nfc(raw.decode("utf-8", "replace"))
        bare = text.strip()
        return tuple(_MESSAGE_ID.findall(text)) or ((bare,) if bare and " " not in bare and "@" in bare else ())

    def date(self, name: str = "Date") -> datetime | None:
        """The moment named, aware; None if there is none.  `-0000` and no zone are UTC (RFC 5322 section 3.3)."""
        raw = self.raw(name)
        if not raw:
            return None
        try:
            moment = email.utils.parsedate_to_datetime(raw[:200].decode("latin-1"))
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None


def _mailbox(display: bytearray, angle: bytearray | None, comment: bytearray) -> Mailbox | None:
    """What one element of an address list says."""
    if angle is not None:
        route = bytes(angle).strip()
        address = route.rpartition(b":")[2] if route.startswith(b"@") else route  # RFC 5322 section 4.4, obs-route
        name = decode_words(bytes(display).strip()) or decode_words(bytes(comment).strip())
    else:
        address = bytes(display).strip()
        name = decode_words(bytes(comment).strip())
        if b"@" not in address:
            return Mailbox(decode_words(address), "") if address else None
        address = address.replace(b" @ ", b"@")
    text = _CONTROL.sub("", nfc(address.decode("utf-8", "replace"))).strip()
    return Mailbox(_CONTROL.sub(" ", name).strip(), text) if text or name else None


def mailboxes(raw: bytes, cap: int) -> list[Mailbox]:
    """The addresses in one address list, in one pass: comments, quotes, groups and routes included."""
    found: list[Mailbox] = []
    display, comment = bytearray(), bytearray()
    if len(raw) < 1000 and b"," not in raw and not _INTRICATE.search(raw) and _PLAIN_MAILBOX.match(raw):
        before, bracket, behind = raw.partition(b"<")
        only = _mailbox(bytearray(before), bytearray(behind.rstrip(b" \t")[:-1]) if bracket else None, comment)
        return [only] if only is not None and only.address else []
    angle: bytearray | None = None
    depth, quoted, inside, escaped = 0, False, False, False

    def finish() -> None:
        nonlocal angle
        mailbox = _mailbox(display, angle, comment)
        if mailbox is not None and mailbox.address:
            found.append(mailbox)
        display.clear()
        comment.clear()
        angle = None

    for code in raw:
        target = comment if depth else angle if inside and angle is not None else display
        if escaped:
            target.append(code)
            escaped = False
        elif code == 0x5C and (quoted or depth):  # backslash
            escaped = True
        elif quoted:
            if code == 0x22:
                quoted = False
                if b"@" in raw and inside:
                    target.append(code)  # a quoted local part keeps its quotes
            else:
                target.append(code)
        elif code == 0x28:  # (
            depth += 1
        elif code == 0x29 and depth:
            depth -= 1
        elif depth:
            comment.append(code)
        elif code == 0x22:
            quoted = True
            if inside:
                target.append(code)
        elif code == 0x3C:  # <
            angle, inside = bytearray(), True
        elif code == 0x3E and inside:
            inside = False
        elif code in {0x2C, 0x3B} and not inside:  # , ;
            finish()
            if len(found) >= cap:
                return found
        elif code == 0x3A and not inside and b"@" not in display:  # the name of a group ends here
            display.clear()
        elif angle is None or inside:
            target.append(code)
    finish()
    return found


def split_block(raw: bytes, start: int, end: int, eol: bytes, caps: ReadingCaps) -> tuple[Headers, int]:
    """The header block of `raw[start:end]` and where its body begins.

    A line that is neither a field nor a continuation ends the block and belongs to the body: the blank line between
    was forgotten.  Of a block beyond the cap the first octets are read.
    """
    fields: list[tuple[str, bytes]] = []
    defects: list[str] = []
    limit, unread = "", 0
    name, value_start, value_end = "", start, start
    position = start
    while position < end:
        if position - start > caps.header_bytes or len(fields) >= caps.headers:
            blank = re.compile(rb"\r*\n\r*\n" if eol == b"\n" else rb"\r\r").search(raw, max(position - 4, start), end)
            body = blank.end() if blank else end
            if body - position > 2:  # more than the blank line itself
                limit, unread = "header_bytes" if len(fields) < caps.headers else "headers", body - position
            position = body
            break
        field = _ORDINARY.match(raw, position, end) if eol == b"\n" else None
        if field is not None:
            if name:
                fields.append((name, raw[value_start:value_end]))
            name = field.group(1).decode("ascii")
            value_start, value_end = field.span(2)
            position = field.end()
            continue
        stop = raw.find(eol, position, end)
        stop, following = (end, end) if stop < 0 else (stop, stop + 1)
        while (
            stop > position and raw[stop - 1] == 0x0D and stop < end
        ):  # CR LF, and the CR CR LF of twice converted mail
            stop -= 1
        if stop == position:  # the blank line
            position = following
            break
        if raw[position] in b" \t" and name:
            # A "continuation" of blanks alone in front of a body is rarer than a fold of blanks: both are header.
            value_end = stop
            position = following
            continue
        field = _FIELD.match(raw, position, stop)
        if field is None:
            if position == start and raw[position : position + 5] in {b"From ", b">From"}:
                position = following  # the envelope line of an mbox
                start = position
                continue
            if not raw[position:stop].strip(b" \t\r"):
                position = following
                break
            if name and following < end and _SURELY.match(raw, following):
                defects.append("header-line-invalid")  # a fold without its blank: the fields go on after it
                position = following
                continue
            defects.append("header-body-separator-missing")
            break
        if name:
            fields.append((name, raw[value_start:value_end]))
        name = field.group(1).decode("ascii")
        value_start, value_end = field.end(), stop
        position = following
    if name:
        longest = value_start + caps.header_bytes
        if value_end > longest:
            limit, unread = limit or "header_bytes", unread + value_end - longest
        fields.append((name, raw[value_start : min(value_end, longest)]))
    return Headers(tuple(fields), tuple(defects), ((limit, unread),) if limit else ()), position
