"""The caps of the reader: how much of a hostile mail or file is looked at before the reader stops and says so.

Reaching a cap is never an error: it is an Observation (`mail.limit`, `archive.limit`, `format.bomb`), and what lies
beyond it is not read.  Each field carries its own explanation, from which the documentation is written.
"""

from dataclasses import dataclass
from typing import Annotated


@dataclass(frozen=True, slots=True)
class ReadingCaps:
    """How far the reader goes.  The defaults let every ordinary mail pass many times over."""

    header_bytes: Annotated[int, "octets of one header block that are parsed (Postfix: 102400)"] = 262_144
    headers: Annotated[int, "header fields of one block that are kept"] = 2_000
    parts: Annotated[int, "leaves of one mail's MIME tree that are read"] = 2_000
    depth: Annotated[int, "multiparts inside each other (Postfix mime_nesting_limit: 100)"] = 50
    boundary: Annotated[int, "characters of a boundary that count (RFC 2046 section 5.1.1: 70; Postfix: 2048)"] = 2_048
    addresses: Annotated[int, "mailboxes of one header field that are read"] = 1_000
    parameters: Annotated[int, "parameters of one Content-Type or Content-Disposition that are read"] = 200
    text_bytes: Annotated[int, "octets of a text part that are decoded for reading"] = 1_048_576
    members: Annotated[int, "files that are opened inside one attachment, all depths together"] = 2_000
    archive_depth: Annotated[int, "containers inside each other that are opened"] = 5
    unpacked_total: Annotated[int, "octets unpacked from one attachment, all depths together"] = 500_000_000
    ratio: Annotated[int, "unpacked to packed size of one member, above `ratio_floor`, that is a bomb"] = 200
    ratio_floor: Annotated[int, "octets below which no ratio is suspicious"] = 10_000_000
    pdf_objects: Annotated[int, "objects of one PDF that are looked at for active content"] = 50_000
    number_stamp: Annotated[
        bool,
        "a number and a date put on a signed PDF's first page before the next signature are a permitted change, "
        "to be looked at; false = they break the signature before them",
    ] = False
