"""The name of a file as a path segment that harms nobody: NFC, no separators, no control or direction characters.

The name that the sender wrote decides how a clerk and every rule see the file, so what deceives the eye goes first:
U+202E turns `a<RLO>fdp.exe` into `aexe.pdf` on the screen.
"""

import re
import unicodedata

from validation.mime_charset import nfc

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_DRIVE = re.compile(r"[A-Za-z]:[\\/]|\\\\|/|\.{1,2}[\\/]|~/")
_HARMLESS = re.compile(r"|\w(?:[\w ()_-]{0,150}[\w)])?\.\w{1,10}", re.ASCII)  # nothing, or one that needs no cleaning
_BLANKS = re.compile(r"\s+")
LONGEST = 200  #: characters; most file systems hold 255 octets

#: Extension for a name that had to be made up, by declared or sniffed type.
EXTENSIONS = {
    "application/pdf": "pdf",
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    "application/zip": "zip",
    "application/x-zip-compressed": "zip",
    "application/pkcs7-mime": "p7m",
    "application/x-pkcs7-mime": "p7m",
    "application/pkcs7-signature": "p7s",
    "application/x-pkcs7-signature": "p7s",
    "application/pgp-signature": "asc",
    "application/ms-tnef": "dat",
    "application/rtf": "rtf",
    "application/xml": "xml",
    "message/rfc822": "eml",
    "message/global": "eml",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/tiff": "tif",
    "text/plain": "txt",
    "text/html": "html",
    "text/csv": "csv",
    "text/xml": "xml",
    "text/calendar": "ics",
    "text/rtf": "rtf",
    "message/delivery-status": "txt",
    "text/rfc822-headers": "txt",
}


def clean_name(name: str) -> str:
    """`name` as one path segment; "" if nothing of it can be kept."""
    if _HARMLESS.fullmatch(name) and "  " not in name:
        return name
    text = nfc(name).strip()
    if _DRIVE.match(text) or "\\" in text:
        text = re.split(r"[\\/]", text.rstrip("\\/"))[-1]
    text = text.replace("/", "-").replace(":", "-")  # 35/QĐ-UBND is a document's number, not a folder
    text = "".join(
        " " if c in "\t\r\n" else c for c in text if c in "\t\r\n" or unicodedata.category(c) not in _INVISIBLE
    )
    text = _BLANKS.sub(" ", text).strip(" ")
    text = text.rstrip(" .")  # Windows drops them: `a.exe.` is a.exe there
    if len(text) > LONGEST:
        stem, dot, extension = text.rpartition(".")
        text = stem[: LONGEST - len(extension) - 1] + dot + extension if dot and len(extension) < 20 else text[:LONGEST]
    return nfc(text).strip()


def made_up(number: int, media_type: str) -> str:
    """The name of a file that came without one."""
    return f"phan-{number}.{EXTENSIONS.get(media_type, 'bin')}"


def distinct(name: str, taken: set[str]) -> str:
    """`name`, or `name (2)`, so that no two files of one container share a path; remembers what it gave."""
    stem, dot, extension = name.rpartition(".")

    def numbered(count: int) -> str:
        return f"{stem} ({count}){dot}{extension}" if dot and stem else f"{name} ({count})"

    candidate = name
    if name.casefold() in taken:  # two thousand files of one name must not be counted through for each of them
        used, free = 1, 2
        while numbered(free).casefold() in taken:
            used, free = free, 2 * free
        while free - used > 1:
            middle = (used + free) // 2
            used, free = (middle, free) if numbered(middle).casefold() in taken else (used, middle)
        candidate = numbered(free)
    taken.add(candidate.casefold())
    return candidate


def extension_of(name: str) -> str:
    """The part after the last dot, lower case; "" if there is none."""
    stem, dot, extension = name.rpartition(".")
    return extension.strip().lower() if dot and stem and len(extension) <= 20 else ""
