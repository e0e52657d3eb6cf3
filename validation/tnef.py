"""winmail.dat, the Transport Neutral Encapsulation Format ([MS-OXTNEF]), read in one pass under caps.

Outlook wraps a mail's files, and the mails in it, into one attachment that nobody else opens.  Every file comes out
with its long name.  What is cut or senseless ends the reading there: what came before it is kept, and the cause told.
"""

import struct
from dataclasses import dataclass, field

from validation import mapi
from validation.mapi import OutlookFile, OutlookMail, Properties

MAGIC = b"\x78\x9f\x3e\x22"  # section 2.1.3.1

# Attributes: section 2.1.3.3
_OEM_CODE_PAGE, _MESSAGE_PROPERTIES = 0x00069007, 0x00069003
_SUBJECT, _BODY = 0x00018004, 0x0002800C
_RENDERING, _TITLE, _DATA, _ATTACHMENT_PROPERTIES = 0x00069002, 0x00018010, 0x0006800F, 0x00069005
_TRANSPORT_NAME = 0x00069001
_ATTACHMENT_LEVEL = 2

_FIXED = {  # octets of a value in section 2.1.3.4's encoding: always a multiple of four
    mapi.INTEGER16: 4,
    mapi.INTEGER32: 4,
    mapi.FLOAT32: 4,
    mapi.FLOAT64: 8,
    mapi.CURRENCY: 8,
    mapi.APP_TIME: 8,
    mapi.ERROR: 4,
    mapi.BOOLEAN: 4,
    mapi.INTEGER64: 8,
    mapi.TIME: 8,
    mapi.GUID: 16,
    0x00: 0,  # unspecified
    0x01: 0,  # null
}
_SIZED = frozenset({mapi.STRING8, mapi.STRING, mapi.BINARY, mapi.OBJECT})
_MOST_PROPERTIES = 20_000
#: An object begins with the 16 octets of its interface: section 2.1.3.4.2.
_IID = 16


class _Cut(Exception):  # noqa: N818  the word says what is wrong
    """The stream ends, or makes no sense, in the middle of a value.  It never leaves this module."""


@dataclass(slots=True)
class _Attachment:
    """One attachment while its attributes are read."""

    title: bytes = b""
    transport: bytes = b""
    data: bytes = b""
    properties: Properties = field(default_factory=lambda: Properties({}))


@dataclass(slots=True)
class _Stream:
    """What was read so far."""

    code_page: int = 0
    subject: bytes = b""
    body: bytes = b""
    properties: Properties = field(default_factory=lambda: Properties({}))
    attachments: list[_Attachment] = field(default_factory=list)
    causes: list[str] = field(default_factory=list)


def _number(raw: bytes, at: int) -> int:
    if at + 4 > len(raw):
        raise _Cut
    return int.from_bytes(raw[at : at + 4], "little")


def _properties(raw: bytes, code_page: int, causes: list[str]) -> Properties:
    """Section 2.1.3.4: a counted list of properties."""
    values: dict[int, tuple[int, bytes]] = {}
    try:
        count, at = _number(raw, 0), 4
        for _ in range(min(count, _MOST_PROPERTIES)):
            tag = _number(raw, at)
            at += 4
            number, kind = tag >> 16, tag & 0xFFFF
            if number >= 0x8000:  # a named property: GUID, and a number or a name in UTF-16
                named = _number(raw, at + _IID)
                at += 20
                at += 4 + (-(-_number(raw, at) // 4) * 4 if named else 0)
            at = _value(raw, at, number, kind, values)
        if count > _MOST_PROPERTIES:
            causes.append("tnef: too many properties")
    except _Cut:
        causes.append("tnef: properties cut")
    return Properties(values, code_page)


def _value(raw: bytes, at: int, number: int, kind: int, values: dict[int, tuple[int, bytes]]) -> int:
    """One property's value, or the first of its values, goes into `values`; where the next property begins."""
    simple = kind & ~mapi.MULTIPLE
    count = 1
    if kind & mapi.MULTIPLE or simple in _SIZED:
        count, at = _number(raw, at), at + 4
    for index in range(count):
        if simple in _SIZED:
            size, at = _number(raw, at), at + 4
        elif simple in _FIXED:
            size = _FIXED[simple]
        else:
            raise _Cut
        if at + size > len(raw) or (not size and count > _MOST_PROPERTIES):
            raise _Cut
        if not index and number < 0x8000:
            values.setdefault(number, (simple, raw[at : at + size]))
        at += size + (-size & 3)
    return at


def _take(stream: _Stream, level: int, attribute: int, data: bytes) -> None:
    """One attribute."""
    if level == _ATTACHMENT_LEVEL:
        if attribute == _RENDERING or not stream.attachments:  # section 2.1.3.3.15: it begins each attachment
            stream.attachments.append(_Attachment())
        attachment = stream.attachments[-1]
        if attribute == _TITLE:
            attachment.title = data
        elif attribute == _TRANSPORT_NAME:
            attachment.transport = data
        elif attribute == _DATA:
            attachment.data = data
        elif attribute == _ATTACHMENT_PROPERTIES:
            attachment.properties = _properties(data, stream.code_page, stream.causes)
    elif attribute == _OEM_CODE_PAGE:
        stream.code_page = int.from_bytes(data[:4], "little")
    elif attribute == _SUBJECT:
        stream.subject = data
    elif attribute == _BODY:
        stream.body = data
    elif attribute == _MESSAGE_PROPERTIES:
        stream.properties = _properties(data, stream.code_page, stream.causes)


def _file(attachment: _Attachment, code_page: int) -> OutlookFile:
    properties = attachment.properties
    old = Properties({1: (mapi.STRING8, attachment.title), 2: (mapi.STRING8, attachment.transport)}, code_page)
    name = properties.file_name or old.text(1) or old.text(2)
    kind, content = properties.values.get(mapi.ATTACH_DATA, (0, b""))
    if kind != mapi.OBJECT:
        return OutlookFile(name, properties.text(mapi.ATTACH_MIME_TAG).strip().lower(), attachment.data or content)
    declared = "application/ms-tnef" if content[_IID:].startswith(MAGIC) else ""
    return OutlookFile(name, declared, content[_IID:])


def read_tnef(raw: bytes, members: int, text_cap: int) -> OutlookMail:
    """The mail in a TNEF stream with at most `members` files, and words from at most `text_cap` octets."""
    stream, at, limited = _Stream(), 6, False  # signature and key
    if not raw.startswith(MAGIC):
        stream.causes.append("tnef: no signature")
        at = len(raw)
    while at < len(raw):
        if at + 9 > len(raw):
            if raw[at:].strip(b"\0\r\n"):
                stream.causes.append("tnef: cut")
            break
        level, attribute, size = struct.unpack_from("<BLL", raw, at)
        if level not in {1, _ATTACHMENT_LEVEL}:
            stream.causes.append("tnef: no attribute")
            break
        data = raw[at + 9 : at + 9 + size]
        if attribute == _RENDERING and len(stream.attachments) >= members:
            limited = True
            break
        _take(stream, level, attribute, data)
        if len(data) < size:
            stream.causes.append("tnef: cut")
            break
        at += 9 + size + 2  # a checksum follows, which programs get wrong
    old = Properties({1: (mapi.STRING8, stream.subject), 2: (mapi.STRING8, stream.body)}, stream.code_page)
    return OutlookMail(
        subject=stream.properties.text(mapi.SUBJECT) or old.text(1),
        sender=stream.properties.sender,
        text=stream.properties.words(text_cap) or old.text(2)[:text_cap],
        files=tuple(_file(attachment, stream.code_page) for attachment in stream.attachments),
        causes=tuple(dict.fromkeys(stream.causes)),
        limited=limited,
    )
