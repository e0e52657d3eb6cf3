"""The form of one file: do declared type, extension and content agree, and what was seen inside.

What a type is allowed to do is policy and none of this module's business; it says what is there.
"""

from collections.abc import Mapping

from validation.attachments import extension_of
from validation.codes import Code
from validation.container_ole import read_ole
from validation.container_zip import has_directory
from validation.damaged import Damaged
from validation.finding import Observation
from validation.formats_office import rtf_properties, zip_properties
from validation.formats_pdf import read_pdf
from validation.formats_table import PROGRAM_EXTENSIONS, PROGRAMS, agree
from validation.inspected import Attachment, Format
from validation.media_type import EMPTY, UNKNOWN, carries_pdf, sniff
from validation.settings import ReadingCaps

_OLE = frozenset(
    {
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.visio",
        "application/x-mspublisher",
        "application/encrypted",
        "application/x-ole-storage",
        "application/vnd.ms-outlook",
    }
)
_ZIPS = frozenset({"application/zip", "application/java-archive", "application/vnd.android.package-archive"})
_ZIPPED = ("application/vnd.openxml", "application/vnd.oasis", "application/vnd.etsi.asic", "application/vnd.ms-")
ARCHIVES = frozenset(
    {
        "application/zip",
        "application/x-rar",
        "application/x-7z-compressed",
        "application/x-tar",
        "application/x-ustar",
        "application/gzip",
        "application/x-bzip2",
        "application/x-xz",
        "application/zstd",
        "application/x-lzh-compressed",
        "application/x-arj",
        "application/x-archive",
        "application/x-cpio",
        "application/x-iso9660-image",
        "application/vnd.ms-cab-compressed",
        "application/x-compress",
        "application/x-lz4",
        "application/x-apple-diskimage",
    }
)
_ENDS = {"image/jpeg": b"\xff\xd9", "image/png": b"IEND", "image/gif": b"\x3b"}
_ACTIVE = ("javascript", "launch-action", "active-content")
#: The contract's order.
_ORDER = (
    "encrypted",
    "macros",
    "javascript",
    "launch-action",
    "embedded-files",
    "external-reference",
    "archive",
    "nested",
    "bomb",
    "damaged",
    "polyglot",
    "active-content",
)


def ordered(properties: set[str]) -> tuple[str, ...]:
    """The words that hold, in the contract's order."""
    return tuple(word for word in _ORDER if word in properties)


def _inside(content: bytes, media_type: str, caps: ReadingCaps) -> tuple[set[str], int | None]:
    """The properties of the content, and the number of pages where it has pages."""
    if media_type == "application/pdf":
        pdf = read_pdf(content, caps.pdf_objects)
        return set(pdf.properties), pdf.pages
    if media_type in _OLE:
        return set(read_ole(content).properties), None
    if media_type == "application/rtf":
        return rtf_properties(content), None
    if media_type in {"application/zip", "application/epub+zip"} or (
        media_type.startswith(_ZIPPED) and content[:2] == b"PK"
    ):
        found = zip_properties(content, media_type, caps)
        if media_type == "application/zip":
            found.add("archive")
        return found, None
    found = set()
    if media_type in ARCHIVES:
        found.add("archive")
        if _is_locked(content, media_type):
            found.add("encrypted")
    elif media_type in {"image/svg+xml", "text/html"} and b"<script" in content[:1_000_000].lower():
        found.add("javascript")
    end = _ENDS.get(media_type)
    if end and end not in content[-4096:]:
        found.add("damaged")
    return found, None


def _is_locked(content: bytes, media_type: str) -> bool:
    """Whether the headers of a rar or 7z file themselves say that a password is needed."""
    if media_type == "application/x-7z-compressed":
        return b"\x06\xf1\x07\x01" in content[-65536:]  # 7zFormat.txt: coder id of AES-256 + SHA-256
    if media_type == "application/x-rar":
        if content[:8] == b"Rar!\x1a\x07\x01\x00":  # RAR 5: an encryption header (type 4) follows at once
            return content[8 + 4 + 1 : 8 + 4 + 2] == b"\x04"
        # RAR 4: MHD_PASSWORD in the main header, or LHD_PASSWORD in the first file header
        main = int.from_bytes(content[10:12], "little")
        first = int.from_bytes(content[23:25], "little")
        return bool(main & 0x0080) or (content[22:23] == b"\x74" and bool(first & 0x04))
    return False


def _is_polyglot(content: bytes, media_type: str) -> bool:
    """Whether another reader would see another file in the same octets."""
    if media_type == "application/pdf":
        return (
            content[:4] in {b"PK\x03\x04", b"\x89PNG", b"GIF8"}
            or content[:2] in {b"MZ", b"\xff\xd8"}
            or (has_directory(content))
        )
    if media_type in _OLE and media_type != "application/vnd.ms-outlook" and b"%PDF-" in content[:1024]:
        return True
    if content[:2] == b"PK":
        return b"%PDF-" in content[:1024] and not carries_pdf(content)
    if media_type == "application/zip":
        return content[:2] in {b"MZ", b"\xff\xd8", b"#!"}
    # Word and PowerPoint keep zipped themes in their streams, the last of which may end the file.
    return media_type not in _OLE and media_type not in _ZIPS and has_directory(content)


def judge_form(attachment: Attachment, caps: ReadingCaps) -> tuple[Format, tuple[Observation, ...]]:
    """Judge one file by its octets, its name and what its carrier declares."""
    content, declared = attachment.content, attachment.declared.partition(";")[0].strip().lower()
    extension = extension_of(attachment.name)
    observations: list[Observation] = []

    def observe(code: Code, evidence: Mapping[str, str] | None = None) -> None:
        observations.append(Observation(code, attachment.path, evidence or {}))

    media_type = sniff(content, attachment.name)
    if media_type == EMPTY:
        observe(Code.FORMAT_EMPTY)
        return Format(media_type, declared, extension, True), tuple(observations)
    pages: int | None = None
    try:
        properties, pages = _inside(content, media_type, caps)
    except Damaged as damage:
        properties = {"damaged"} | ({"archive"} if media_type == "application/zip" else set())
        observe(Code.FORMAT_DAMAGED, {"cause": str(damage)})
    else:
        if "damaged" in properties:
            observe(Code.FORMAT_DAMAGED, {"cause": "a part of it cannot be read"})
    if _is_polyglot(content, media_type):
        properties.add("polyglot")
    against = agree(media_type, declared, extension)
    if media_type in PROGRAMS or extension in PROGRAM_EXTENSIONS:
        observe(Code.FORMAT_EXECUTABLE, {"media_type": media_type, "extension": extension})
    if against or "polyglot" in properties:
        observe(
            Code.FORMAT_MISMATCH,
            {
                "media_type": media_type,
                "declared": declared,
                "extension": extension,
                "against": ", ".join(against) or "polyglot",
            },
        )
    if media_type == UNKNOWN:
        observe(Code.FORMAT_UNKNOWN)
    if "encrypted" in properties:
        observe(Code.FORMAT_ENCRYPTED, {"media_type": media_type})
    if "macros" in properties or "macroenabled" in media_type:
        observe(Code.FORMAT_MACROS, {"present": "yes" if "macros" in properties else "declared"})
    if "bomb" in properties:
        observe(Code.FORMAT_BOMB)
    active = [word for word in _ACTIVE if word in properties]
    if active:
        observe(Code.FORMAT_ACTIVE, {"what": ", ".join(active)})
    form = Format(
        media_type=media_type,
        declared=declared,
        extension=extension,
        agrees=not against and "polyglot" not in properties,
        properties=ordered(properties),
        pages=pages,
    )
    return form, tuple(observations)
