"""Packets written and read, against lxml and the standard library's base64 on the same octets, in one process.

Writing: both make the packet of its values, lxml by a tree that it serialises.  Reading: lxml parses the octets, and
the text of the attachment is decoded.  They take turns within a round, and ratios are of processor seconds.  The peak
of memory at 200 MB is that of a process of its own.
"""

import base64
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, cast

from lxml import etree

from bench.load import Row
from bridge.edxml.packet import Code, DocumentPacket, DocumentType, PacketFile, PacketSigner, Party, Trace
from bridge.edxml.read import read
from bridge.edxml.tree import NAMESPACE
from bridge.edxml.write import write

PEER = "lxml + base64"
#: What is carried: octets of the file, and how often it is done in one turn.
CASES = {"10 kB": (10_000, 100), "200 kB": (200_000, 40), "5 MB": (5_000_000, 4), "50 MB": (50_000_000, 1)}
_ROUNDS = 7  #: at least: a turn takes milliseconds
_ENCODED = "{*}ContentTransferEncoded"
_PASSING = Path(__file__).parent.parent / "tests" / "edxml" / "passing.py"


def a_packet(octets: int) -> DocumentPacket:
    """A document with one PDF."""
    return DocumentPacket(
        sender=Party(
            "H99.12", "Sở Mẫu", "UBND tỉnh Mẫu", "Số 1", "vanthu@so.example", "0200", "0201", "https://so.example"
        ),
        receivers=tuple(Party(f"H99.{number}", f"Cơ quan {number}") for number in range(10, 15)),
        code=Code("35", "QĐ-SM"),
        issued=date(2026, 11, 20),
        place="Mẫu",
        type=DocumentType("Quyết định", 2, 0),
        subject="ban hành quy chế văn thư, lưu trữ",
        content="ban hành quy chế văn thư, lưu trữ",
        signer=PacketSigner("Người Ký Mẫu", "GIÁM ĐỐC"),
        to_places=("Như Điều 3", "Lưu: VT"),
        pages=3,
        document_id="H99.12,2026/11/20,35/QĐ-SM",
        traces=(Trace("H99.12", datetime(2026, 11, 20, 1, 5, tzinfo=UTC)),),
        files=(PacketFile("35_QD-SM.pdf", b"%PDF-1.7\n" + secrets.token_bytes(octets), "application/pdf", "", "a-1"),),
    )


def written(packet: DocumentPacket) -> bytes:
    """Our packet."""
    out = BytesIO()
    write(packet, out)
    return out.getvalue()


def by_lxml(elements: list[tuple[int, str, str]], content: bytes) -> bytes:
    """The same packet by lxml: every element made, the file encoded, the whole serialised."""
    _, tag, _ = elements[0]
    root = etree.Element(tag, nsmap=cast(Any, {None: NAMESPACE, "edXML": NAMESPACE}))
    made = [root]
    for parent, tag, text in elements[1:]:
        made.append(etree.SubElement(made[parent], tag))
        made[-1].text = text
    next(root.iter(_ENCODED)).text = base64.b64encode(content).decode("ascii")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def elements_of(raw: bytes) -> list[tuple[int, str, str]]:
    """Each element of a packet: the number of its parent, its tag, its text."""
    all_ = list(etree.fromstring(raw, etree.XMLParser(huge_tree=True)).iter(etree.Element))
    places = {element: number for number, element in enumerate(all_)}
    texts = ["" if one.tag.endswith("ContentTransferEncoded") else (one.text or "").strip() for one in all_]
    return [(places.get(one.getparent(), 0), one.tag, text) for one, text in zip(all_, texts, strict=True)]


def read_by_lxml(raw: bytes) -> tuple[list[str], bytes]:
    """Every text of the packet, and the file."""
    root = etree.fromstring(raw, etree.XMLParser(huge_tree=True, resolve_entities=False))
    texts = [element.text or "" for element in root.iter() if len(element) == 0]
    encoded = next(root.iter(_ENCODED)).text
    return texts, base64.b64decode(encoded or "")


def run(rounds: int = _ROUNDS) -> list[Row]:
    """A row for each size and direction, and the peak."""
    rows = [row for case, (octets, times) in CASES.items() for row in _rows(case, octets, times, max(rounds, _ROUNDS))]
    return [*rows, peak()]


def _rows(case: str, octets: int, times: int, rounds: int) -> list[Row]:
    packet = a_packet(octets)
    content, raw = packet.files[0].read(), written(packet)
    elements = elements_of(raw)
    assert read_by_lxml(by_lxml(elements, content))[1] == content
    found = read(raw)
    assert isinstance(found, DocumentPacket)
    assert found.files[0].content == content
    ways: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "written": (lambda: written(packet), lambda: by_lxml(elements, content)),
        "read": (lambda: read(raw), lambda: read_by_lxml(raw)),
    }
    return [_row(f"{case} {way}", ours, theirs, len(raw), times, rounds) for way, (ours, theirs) in ways.items()]


def _row(
    case: str, ours: Callable[[], object], theirs: Callable[[], object], octets: int, times: int, rounds: int
) -> Row:
    measured = [(_seconds(ours, times), _seconds(theirs, times)) for _ in range(rounds)]
    mine, peer = (statistics.median(one) for one in zip(*measured, strict=True))
    return {
        "benchmark": "edxml",
        "case": case,
        "peer": PEER,
        "rounds": rounds,
        "octets": octets,
        "ratio": round(statistics.median(theirs_ / ours_ for ours_, theirs_ in measured), 2),
        "ours_packets_per_second": round(1 / mine, 1),
        "peer_packets_per_second": round(1 / peer, 1),
        "megabytes_per_second": round(octets / mine / 1e6, 1),
    }


def peak() -> Row:
    """The largest amount of memory that a process held which wrote a packet of 200 MB, and read it."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(_PASSING), folder, "200", "large.pdf"]
        root = {"PYTHONPATH": str(_PASSING.parent.parent.parent)}
        told = subprocess.run(command, check=True, capture_output=True, text=True, env=root).stdout
    writing, reading = (int(word) for word in told.split())
    return {
        "benchmark": "edxml",
        "case": "200 MB, peak memory",
        "peer": "60 MB",
        "rounds": 1,
        "ratio": round(60_000 / max(writing, reading), 2),
        "ours_kB": max(writing, reading),
        "writing_kB": writing,
        "reading_kB": reading,
    }


def _seconds(act: Callable[[], object], times: int) -> float:
    begun = time.process_time()
    for _ in range(times):
        act()
    return (time.process_time() - begun) / times
