"""MAPI properties ([MS-OXPROPS], [MS-OXCDATA]) as winmail.dat and .msg keep them: numbered values with a type.

One bag for both carriers, so that a name, a body or a subject is looked for in one way.  Reading one never raises.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from validation.mime_charset import decode, nfc
from validation.mime_html import html_text
from validation.rtf import decompress, rtf_text

# Types: [MS-OXCDATA] section 2.11.1
INTEGER16, INTEGER32, FLOAT32, FLOAT64, CURRENCY, APP_TIME, ERROR = 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0A
BOOLEAN, OBJECT, INTEGER64, STRING8, STRING, TIME, GUID, BINARY = 0x0B, 0x0D, 0x14, 0x1E, 0x1F, 0x40, 0x48, 0x102
MULTIPLE = 0x1000  #: added to a type: many values

# Properties: [MS-OXPROPS] section 2
SUBJECT, SENDER_NAME, SENDER_ADDRESS, SENDER_SMTP = 0x0037, 0x0C1A, 0x0C1F, 0x5D01
BODY, RTF_COMPRESSED, BODY_HTML = 0x1000, 0x1009, 0x1013
DISPLAY_NAME, ATTACH_DATA, ATTACH_FILENAME, ATTACH_LONG_FILENAME = 0x3001, 0x3701, 0x3704, 0x3707
ATTACH_MIME_TAG, ATTACH_TRANSPORT_NAME, ATTACH_PATH = 0x370E, 0x370C, 0x370D
INTERNET_CODE_PAGE, MESSAGE_CODE_PAGE = 0x3FDE, 0x3FFD

#: Windows' numbers of code pages whose name is not `cp` and the number.
_CODE_PAGES = {
    0: "",
    1200: "utf-16-le",
    1201: "utf-16-be",
    10000: "mac-roman",
    20127: "us-ascii",
    20866: "koi8-r",
    28591: "iso-8859-1",
    28592: "iso-8859-2",
    28605: "iso-8859-15",
    50220: "iso-2022-jp",
    50225: "iso-2022-kr",
    51932: "euc-jp",
    51949: "euc-kr",
    52936: "hz-gb-2312",
    54936: "gb18030",
    65000: "utf-7",
    65001: "utf-8",
}


@dataclass(frozen=True, slots=True)
class OutlookFile:
    """A file that an Outlook mail carries."""

    name: str  #: as written there, NFC; "" = none
    declared: str  #: media type; "" = none
    content: bytes


@dataclass(frozen=True, slots=True)
class OutlookMail:
    """A winmail.dat or .msg as read."""

    subject: str
    sender: str  #: name and address as far as they are kept
    text: str  #: the words of the body; NFC
    files: tuple[OutlookFile, ...]
    causes: tuple[str, ...] = ()  #: what could not be read, in words for the log
    limited: bool = False  #: there are more files, or octets, than may be unpacked


def charset_of(code_page: int) -> str:
    """The name of a Windows code page."""
    return _CODE_PAGES.get(code_page, f"cp{code_page}")


@dataclass(frozen=True, slots=True)
class Properties:
    """The properties of one mail or attachment."""

    values: Mapping[int, tuple[int, bytes]]  #: by number: type and octets; of many values the first
    code_page: int = 0  #: of strings that are not Unicode; 0 = unknown

    def text(self, number: int) -> str:
        """A string; "" if absent."""
        kind, raw = self.values.get(number, (0, b""))
        if kind == STRING:
            return nfc(raw[: len(raw) & ~1].decode("utf-16-le", "replace")).rstrip("\0")
        return decode(raw.rstrip(b"\0"), charset_of(self.code_page))[0] if kind == STRING8 else ""

    def number(self, number: int) -> int:
        """An integer; 0 if absent."""
        kind, raw = self.values.get(number, (0, b""))
        return int(struct.unpack_from("<L", raw)[0]) if kind == INTEGER32 and len(raw) >= 4 else 0

    def octets(self, number: int) -> bytes:
        """A value as it stands; b"" if absent."""
        return self.values.get(number, (0, b""))[1]

    @property
    def file_name(self) -> str:
        """Of an attachment: the long name before the short one of eight letters and three."""
        names = (ATTACH_LONG_FILENAME, ATTACH_FILENAME, ATTACH_PATH, ATTACH_TRANSPORT_NAME, DISPLAY_NAME)
        return next((name for each in names if (name := self.text(each).strip())), "")

    @property
    def sender(self) -> str:
        """Name and address of who sent a mail."""
        address = self.text(SENDER_SMTP) or self.text(SENDER_ADDRESS)
        name = self.text(SENDER_NAME)
        return f"{name} <{address}>" if name and address and name != address else address or name

    def words(self, cap: int) -> str:
        """The body of a mail as text, from at most `cap` octets of it: plain, else HTML, else RTF."""
        if plain := self.text(BODY)[:cap].strip():
            return plain.replace("\r\n", "\n")
        kind, raw = self.values.get(BODY_HTML, (0, b""))
        if raw:
            charset = charset_of(self.number(INTERNET_CODE_PAGE) or self.code_page)
            return html_text(self.text(BODY_HTML)[:cap] if kind in {STRING, STRING8} else decode(raw[:cap], charset)[0])
        return rtf_text(decompress(self.octets(RTF_COMPRESSED), cap), self.code_page)
