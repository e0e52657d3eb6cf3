"""A mail as read: never an exception, whatever the bytes; what had to be repaired or left out is an Observation.

Own splitter over the raw octets; every decoded value is NFC.  A leaf that is named, or that is not text, or that is
itself a mail, carries a file: walking `email`'s own `iter_attachments()` misses a fifth of them.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from validation.attachments import clean_name, distinct, made_up
from validation.codes import Code
from validation.finding import Observation
from validation.headers import Headers, Mailbox, one_line
from validation.inspected import Attachment
from validation.mime_charset import Reading, decode, reading
from validation.mime_html import html_text
from validation.mime_split import Leaf, Tree, line_end_of, split
from validation.mime_transfer import undo, uu_files
from validation.mime_words import decode_words, words
from validation.opaque import unwrap
from validation.settings import ReadingCaps
from validation.tnef import MAGIC as TNEF_MAGIC
from validation.tnef import read_tnef
from validation.vietnamese_pages import Page

_DEFAULT_CAPS = ReadingCaps()
_BODY_TYPES = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext"})
#: Unnamed, these are words of the mail, an invitation beside them, or the header of a returned mail: not files.
_WORDS = _BODY_TYPES | {"text/calendar", "text/rfc822-headers"}
#: Unnamed, these are the machine's words in a report (RFC 3464, RFC 8098, RFC 6533): not files.
_REPORT_TYPES = frozenset(
    {
        "message/delivery-status",
        "message/disposition-notification",
        "message/feedback-report",
        "message/global-delivery-status",
        "message/global-disposition-notification",
    }
)
_MAIL_TYPES = frozenset({"message/rfc822", "message/global", "message/news"})
_ADDRESSED = frozenset({"from", "to", "cc", "bcc", "reply-to", "sender"})
SIGNATURE_PART = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature"})
OPAQUE_PART = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_ELSEWHERE = frozenset({"message/partial", "message/external-body"})


@dataclass(frozen=True, slots=True)
class Part:
    """One leaf of the MIME tree."""

    path: str  #: as IMAP numbers parts: "1", "2.1"
    content_type: str  #: declared, lower case; text/plain where none is
    charset: str  #: declared; "" = none
    name: str  #: cleaned file name; "" = none declared
    disposition: str  #: inline, attachment or ""
    container: str  #: subtype of the multipart around it: "mixed", "report"; "" at the top
    headers: Headers
    span: tuple[int, int]  #: the whole part in the raw mail
    body: tuple[int, int]  #: its content as transferred
    encoding: str
    raw: bytes = field(repr=False, compare=False)  #: the whole mail
    name_guessed: Page | None = None  #: the code page of the name that nobody declared

    @property
    def is_file(self) -> bool:
        """Whether the leaf carries a file rather than the mail's own words."""
        if self.name or self.disposition == "attachment":
            return True
        if self.content_type.startswith("text/"):  # of another kind, beside the words: `text/csv`, `text/x-patch`
            return self.content_type not in _WORDS and self.container not in {"", "alternative", "report"}
        return self.content_type not in _REPORT_TYPES

    def content(self) -> tuple[bytes, str]:
        """The decoded octets, and the defect met on the way ("" = none)."""
        return undo(
            memoryview(self.raw)[self.body[0] : self.body[1]], self.encoding
        )  # five megabytes are not copied twice

    def text(self, cap: int) -> Reading:
        """The first `cap` octets of the content as NFC text, and what it took."""
        content, _ = undo(self.raw[self.body[0] : min(self.body[1], self.body[0] + 3 * cap)], self.encoding)
        return reading(content[:cap], self.charset)


@dataclass(frozen=True, slots=True)
class Message:
    """A ReceivedMail as read."""

    raw: bytes = field(repr=False)
    name: str  #: the first segment of every path in it
    headers: Headers
    subject: str  #: decoded, NFC, on one line
    content_type: str  #: of the mail as a whole: multipart/report...
    type_parameters: dict[str, str]
    parts: tuple[Part, ...]
    multiparts: tuple[Part, ...]  #: the inner nodes of the tree: an S/MIME signature covers a span of one of them
    attachments: tuple[Attachment, ...]
    text: str = field(repr=False)  #: what a reader sees: the plain text bodies, else the text of the HTML; NFC
    observations: tuple[Observation, ...]

    def header(self, name: str) -> str:
        """The first field of that name, decoded, NFC, on one line; "" if absent."""
        return self.headers.text(name)

    def mailboxes(self, name: str, cap: int = _DEFAULT_CAPS.addresses) -> tuple[Mailbox, ...]:
        """The addresses in the fields of that name."""
        return self.headers.mailboxes(name, cap)

    def under(self, headers: Headers) -> "Message":
        """The same mail under other header fields: those that were signed, where they differ from those shown."""
        return replace(self, headers=headers, subject=headers.text("Subject"))

    @property
    def date(self) -> datetime | None:
        """The Date field, in UTC; None if it names no moment."""
        return self.headers.date()

    @property
    def message_id(self) -> str:
        """The Message-ID without its angle brackets; "" if absent."""
        return next(iter(self.headers.message_ids("Message-ID")), "")

    @property
    def in_reply_to(self) -> tuple[str, ...]:
        """The ids that the mail answers."""
        return self.headers.message_ids("In-Reply-To")

    @property
    def references(self) -> tuple[str, ...]:
        """The ids of its thread."""
        return self.headers.message_ids("References")


def _part(leaf: Leaf, raw: bytes) -> Part:
    filename, name = leaf.disposition.get("filename"), leaf.type_parameters.get("name")
    guessed = leaf.disposition.guessed.get("filename") if filename else leaf.type_parameters.guessed.get("name")
    return Part(
        path=leaf.number,
        content_type=leaf.content_type,
        charset=leaf.type_parameters.get("charset"),
        name=clean_name(filename or name),
        disposition=leaf.disposition.value.split(" ")[0],
        container=leaf.container,
        headers=leaf.headers,
        span=leaf.span,
        body=leaf.body,
        encoding=leaf.encoding,
        raw=raw,
        name_guessed=guessed,
    )


def _nested_name(content: bytes) -> str:
    """A name for a forwarded mail, from its own subject: what a clerk recognises."""
    tree_headers = split(content[:65536], 0, min(len(content), 65536), ReadingCaps(parts=1), line_end_of(content))[1]
    subject = clean_name(tree_headers.text("Subject"))[:80].strip()
    return f"{subject}.eml" if subject else ""


class _Collector:
    """Files and texts of one mail while it is read."""

    def __init__(self, name: str, tree: Tree, caps: ReadingCaps) -> None:
        self.name, self.tree, self.caps = name, tree, caps
        self.attachments: list[Attachment] = []
        self.taken: set[str] = set()
        self.plain: list[str] = []
        self.html: list[str] = []
        self.references: dict[str, None] = {}
        self.guessed: dict[tuple[tuple[str, ...], Page], list[str]] = {}  # where, by what and in which code page

    def tell(self, page: Page | None, where: str, *inside: str) -> None:
        """A code page that nobody declared was guessed, once for each place."""
        places = self.guessed.setdefault(((self.name, *inside), page), []) if page else []
        if where not in places:
            places.append(where)

    def add(self, name: str, declared: str, content: bytes, *, of_mail: bool = False) -> None:
        """One more file."""
        name = distinct(name or made_up(len(self.attachments) + 1, declared), self.taken)
        self.attachments.append(Attachment((self.name, name), declared, content, of_mail))

    def read(self, part: Part) -> None:
        """One leaf, as file or as text."""
        if part.content_type in _ELSEWHERE:
            self.references[part.content_type] = None
        if part.is_file:
            content, defect = part.content()
            if defect:
                self.tree.defects[defect] = None
            name = part.name
            if not name and part.content_type in _MAIL_TYPES:
                name = _nested_name(content)
            declared = part.content_type if part.headers.raw("Content-Type") is not None else ""
            # What a mail is signed with, or is as a whole (RFC 8551 section 3.5): its signature is told with the mail.
            of_mail = (not part.container and part.content_type in OPAQUE_PART) or (
                part.container == "signed" and part.content_type in SIGNATURE_PART
            )
            self.add(name, declared, content, of_mail=of_mail)
            self.tell(part.name_guessed, "name", self.attachments[-1].name)
            return
        if part.content_type in _REPORT_TYPES:
            return
        text, repair, guessed = part.text(self.caps.text_bytes)
        self.tell(guessed, "text")
        if repair in {"charset-unknown", "charset-wrong"}:
            self.tree.defects[repair] = None
        if part.content_type == "text/html":
            self.html.append(text)
        elif part.content_type != "text/rfc822-headers" or not self.plain:
            self.plain.append(self._without_uu(part, text))
        # Cut text is no lost text: the raw mail keeps it.
        if part.body[1] - part.body[0] > 3 * self.caps.text_bytes:
            self.tree.stop_at("text_bytes", part.body[1] - part.body[0] - 3 * self.caps.text_bytes)

    def _without_uu(self, part: Part, text: str) -> str:
        """The text without the uuencoded files in it, which become attachments."""
        cut = part.body[1] - part.body[0] > 3 * self.caps.text_bytes
        if not cut and "begin " not in text and "begin-base64" not in text:
            return text
        content, _ = part.content()
        room = max(self.caps.parts - len(self.attachments), 0)
        files = uu_files(content, room + 1)
        if len(files) > room:
            self.tree.stop_at("parts", len(content) - files[room].start)
            files = files[:room]
        if not files:
            return text
        kept, position = [], 0
        for file in files:
            self.add(clean_name(decode_words(file.name)), "", file.content)
            if file.damaged:
                self.tree.defects["uuencode-damaged"] = None
            kept.append(content[position : file.start])
            position = file.end
        kept.append(content[position:])
        return decode(b"".join(kept)[: self.caps.text_bytes], part.charset)[0]


def _wrapped_words(file: Attachment, caps: ReadingCaps) -> str:
    """The words of a mail that Outlook (winmail.dat) or S/MIME (opaque signing) wrapped as a whole into one file."""
    if file.content.startswith(TNEF_MAGIC):
        return read_tnef(file.content, caps.members, caps.text_bytes).text
    if not (file.of_mail and caps.archive_depth > 0):
        return ""
    opaque = unwrap(file.content, max(caps.ratio_floor, caps.ratio * len(file.content)))
    if opaque.content is None or not opaque.is_mime:
        return ""
    return read(opaque.content, file.name, replace(caps, archive_depth=caps.archive_depth - 1)).text


def read(raw: bytes, name: str = "mail.eml", caps: ReadingCaps = _DEFAULT_CAPS) -> Message:
    """Read a mail.  Every byte string is one: what cannot be understood is text, with an Observation."""
    raw = bytes(raw)
    tree, headers = split(raw, 0, len(raw), caps, line_end_of(raw))
    collector = _Collector(name, tree, caps)
    parts = tuple(_part(leaf, raw) for leaf in tree.leaves)
    subject = words(headers.raw("Subject") or b"")
    collector.tell(subject.guessed, "subject")
    for part in parts:
        collector.read(part)
    for field_name, value in headers.fields:
        if len(value) > 2 * caps.addresses and field_name.lower() in _ADDRESSED and value.count(b"@") > caps.addresses:
            tree.stop_at("addresses", 0)
    multiparts = tuple(_part(leaf, raw) for leaf in tree.multiparts)
    top = (tree.multiparts or tree.leaves)[0].type_parameters
    observations: list[Observation] = []
    if not headers.fields:
        observations.append(Observation(Code.MAIL_UNREADABLE, (name,), {"defect": "no-header-fields"}))
    for code, word, seen in (
        (Code.MAIL_DAMAGED, "defect", tree.defects),
        (Code.MAIL_REFERENCE, "type", collector.references),
    ):
        observations += [Observation(code, (name,), {word: each}) for each in seen]
    for (about, page), places in collector.guessed.items():
        told = {"charset": str(page), "where": ", ".join(places)}
        observations.append(Observation(Code.TEXT_CHARSET_GUESSED, about, told))
    for limit, unread in tree.limits.items():
        told = {"limit": limit, "value": str(getattr(caps, limit)), "unread": str(unread)}
        observations.append(Observation(Code.MAIL_LIMIT, (name,), told))
    texts = [text for text in collector.plain if text.strip()] or [html_text(markup) for markup in collector.html]
    if not any(texts):
        texts = [_wrapped_words(file, caps) for file in collector.attachments]
    return Message(
        raw=raw,
        name=name,
        headers=headers,
        subject=one_line(subject.text),
        content_type=top.value if top.value.startswith("multipart/") else parts[0].content_type,
        type_parameters=top.parameters,
        parts=parts,
        multiparts=multiparts,
        attachments=tuple(collector.attachments),
        text="\n".join(text for text in texts if text),
        observations=tuple(observations),
    )
