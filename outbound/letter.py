"""A Letter is a mail we send to one recipient; `compose` makes the finished message of it.

Promise: the same letter gives the same octets; lines end in CR LF and hold at most 78 ASCII characters
(beyond ASCII only where the recipient's own address is, RFC 6532); attachments come out byte for byte; no
value can add a field, a recipient or a part.  Where a value is unfit, UnfitLetterError says which, and
nothing is composed.
"""

import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import pybase64

from outbound import address, header
from outbound.header import UnfitLetterError

_SHOWN_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,64}/[A-Za-z0-9!#$&^_.+-]{1,127}")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.:@-]{1,300}>")
_LINE_END = re.compile(r"\r\n|\r|\n")
_OPAQUE = "application/octet-stream"
_Pieces = list[bytes]  # joined once: large files are not copied at every level
_MOST_REFERENCES = 20


@dataclass(frozen=True, slots=True)
class LetterFile:
    """A file that travels with a letter."""

    name: str  #: what the reader sees; any language, no path
    media_type: str  #: "application/pdf"
    content: bytes
    plain_name: str = ""  #: for readers that know ASCII alone; "" = the name without its marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail to one recipient, before it is written."""

    sender: str  #: address in From
    recipient: str  #: address in To; the only one
    subject: str
    text: str  #: the body, any line ends
    message_id: str  #: ours, with angle brackets; the same in every attempt
    date: datetime  #: aware; shown in Vietnam's time
    sender_name: str = ""  #: name before the address in From
    html: str = ""  #: the same body for those who prefer it; "" = text alone
    attachments: tuple[LetterFile, ...] = ()
    reply_to: str = ""
    in_reply_to: str = ""  #: Message-ID of the mail answered; one that is not well formed is left out
    references: tuple[str, ...] = ()  #: Message-IDs of the case, oldest first, beside the one answered
    notify_to: str = ""  #: address that asks to be told when the letter is displayed (RFC 8098); "" = nobody
    auto_submitted: bool = False  #: an automatic answer (RFC 3834 section 5)


def compose(letter: Letter) -> bytes:
    """The finished message.

    Raises:
        UnfitLetterError: a part that cannot be written, among them an unfit address.
    """
    if not _MESSAGE_ID.fullmatch(letter.message_id):
        raise UnfitLetterError("Message-ID is not of our form")
    if letter.date.tzinfo is None:
        raise UnfitLetterError("Date has no time zone")
    fields = [
        header.raw("Date", format_datetime(letter.date.astimezone(_SHOWN_ZONE))),
        header.mailbox("From", _address("From", letter.sender), letter.sender_name),
        header.mailbox("To", _address("To", letter.recipient)),
        header.unstructured("Subject", letter.subject),
        header.raw("Message-ID", letter.message_id),
    ]
    if letter.reply_to:
        fields.append(header.mailbox("Reply-To", _address("Reply-To", letter.reply_to)))
    # The id of a stranger's mail is his text: one of another form is left out rather than repaired.
    answered = (letter.in_reply_to,) if _MESSAGE_ID.fullmatch(letter.in_reply_to) else ()
    thread = [one for one in letter.references if _MESSAGE_ID.fullmatch(one)][-_MOST_REFERENCES:]
    if answered:
        fields.append(header.raw("In-Reply-To", letter.in_reply_to))
    # RFC 5322 section 3.6.4: the case, and last the mail that is answered.
    if thread or answered:
        fields.append(header.raw("References", " ".join(dict.fromkeys((*thread, *answered)))))
    if letter.notify_to:
        asks = _address("Disposition-Notification-To", letter.notify_to)
        fields.append(header.mailbox("Disposition-Notification-To", asks))
    if letter.auto_submitted:
        fields.append(header.raw("Auto-Submitted", "auto-replied"))
    fields.append(b"MIME-Version: 1.0\r\n")
    seed = letter.message_id
    body: _Pieces = [_text("plain", letter.text)]
    if letter.html:
        body = _multipart("alternative", seed, (body, [_text("html", letter.html)]))
    if letter.attachments:
        body = _multipart("mixed", seed, (body, *(_file(file) for file in letter.attachments)))
    return b"".join((*fields, *body))


def _address(name: str, text: str) -> address.Address:
    try:
        return address.read(text)
    except address.UnfitAddressError as unfit:
        raise UnfitLetterError(f"{name}: {unfit}") from None


def _multipart(kind: str, seed: str, parts: tuple[_Pieces, ...]) -> _Pieces:
    # "=_" stands in no base64 line, and in quoted-printable only hexadecimal digits or a line end
    # follow "=": the boundary cannot occur in a part (RFC 2045 section 6.7, note on boundaries).
    boundary = f"=_{kind}_{hashlib.sha256(seed.encode()).hexdigest()[:24]}"
    line = f"--{boundary}".encode("ascii")
    opening = header.parameters("Content-Type", f"multipart/{kind}", (("boundary", boundary),))
    pieces = [opening, b"\r\n"]
    for part in parts:
        pieces += [line, b"\r\n", *part, b"\r\n"]
    return [*pieces, line, b"--\r\n"]


def _text(kind: str, text: str) -> bytes:
    lines = (header.clean("the body", line.expandtabs(4)) for line in _LINE_END.split(text.rstrip("\r\n")))
    octets = ("\r\n".join(lines) + "\r\n").encode()
    quoted = binascii.b2a_qp(octets, istext=True).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    coded = _base64(octets)
    encoding, body = ("quoted-printable", quoted) if len(quoted) <= len(coded) else ("base64", coded)
    head = f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode("ascii") + body


def _file(file: LetterFile) -> _Pieces:
    name = header.clean("a file name", file.name).strip()
    if "/" in name or "\\" in name or not name:
        raise UnfitLetterError("a file name is empty or a path")
    # message/* and multipart/* may not be base64 (RFC 2046 section 5.2.1): such a file travels as
    # opaque octets.
    composite = file.media_type.startswith(("message/", "multipart/"))
    media_type = _OPAQUE if composite or not _MEDIA_TYPE.fullmatch(file.media_type) else file.media_type
    # The name in full where RFC 2183 has it; for readers that know only "name", one in plain ASCII.
    return [
        header.parameters("Content-Type", media_type, (("name", header.ascii_name(file.plain_name or name)),)),
        header.parameters("Content-Disposition", "attachment", (("filename", name),)),
        b"Content-Transfer-Encoding: base64\r\n\r\n",
        _base64(file.content),
    ]


def _base64(octets: bytes) -> bytes:
    return pybase64.encodebytes(octets).replace(b"\n", b"\r\n")
