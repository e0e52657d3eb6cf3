"""What a VXP call must tell of a packet that we wrote: sender, receivers, kind, number, title.

Read from the literal form of our own writer by patterns, in the part before the attachments: a parser of XML has no
place in the process that holds the secrets.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import unescape

_LONGEST = 4 << 20  # a header with some thousand receivers; attachments stand behind it
_END = b"</edXML:MessageHeader>"
_PARTY = re.compile(r"<edXML:(From|To)>\s*<edXML:OrganId>([^<]*)</edXML:OrganId>")
_ABOUT = re.compile(r"<edXML:ResponseFor>\s*<edXML:OrganId>([^<]*)</edXML:OrganId>")


@dataclass(frozen=True, slots=True)
class PacketHead:
    """The head of one packet."""

    kind: Literal["edoc", "status"]  #: the protocol's messagetype
    sender: str  #: organ id
    receivers: tuple[str, ...]  #: organ ids
    notation: str = ""  #: compound form, 35/QĐ-UBND; "" = has none
    title: str = ""
    document_id: str = ""


def head_of(content: bytes | Path) -> PacketHead | None:
    """The head of a packet as our writer writes it; None = it is none."""
    if isinstance(content, bytes):
        start = content[:_LONGEST]
    else:
        with content.open("rb") as file:
            start = file.read(_LONGEST)
    end = start.find(_END)
    if end < 0:
        return None
    try:
        text = start[:end].decode()
    except UnicodeDecodeError:
        return None
    parties = _PARTY.findall(text)
    sender = next((_plain(value) for which, value in parties if which == "From"), "")
    if not sender:
        return None
    if "<edXML:StatusCode>" in text:
        about = _ABOUT.search(text)
        return PacketHead("status", sender, (_plain(about[1]),) if about else ())
    number, notation = _value(text, "CodeNumber"), _value(text, "CodeNotation")
    return PacketHead(
        "edoc",
        sender,
        tuple(_plain(value) for which, value in parties if which == "To"),
        f"{number}/{notation}" if number and notation else "",
        _value(text, "Subject"),
        _value(text, "DocumentId"),
    )


def _value(text: str, name: str) -> str:
    """The last one: a document that is answered stands before what is said of this one."""
    found = re.findall(rf"<edXML:{name}>([^<]*)</edXML:{name}>", text)
    return _plain(found[-1]) if found else ""


def _plain(text: str) -> str:
    return unescape(text, {"&quot;": '"', "&apos;": "'", "&#13;": "\r"}).strip()
