"""Packets of every kind, invented for the tests."""

from datetime import UTC, date, datetime
from io import BytesIO

from bridge.edxml.packet import (
    ChangedReceiver,
    Code,
    Concerned,
    DocumentPacket,
    DocumentType,
    New,
    Packet,
    PacketFile,
    PacketSigner,
    Party,
    Recall,
    Replace,
    Replaced,
    Staff,
    StatusPacket,
    Trace,
    Update,
)
from bridge.edxml.status import StatusCode
from bridge.edxml.write import write

SENDER = Party(
    "000.00.07.H90",
    "Sở Thí Dụ",
    "UBND tỉnh Thí Dụ",
    "Số 9, đường Không Tên",
    "vanthu@so.example.vn",
    "0200 111 222",
    "0200 111 223",
    "https://so.example.vn",
)
OTHER = Party("H91.05", "UBND xã Ví Dụ & Thử")
MOMENT = datetime(2026, 11, 20, 1, 5, 30, tzinfo=UTC)
STAFF = Staff("Văn thư", "Lê Thị Thử", "0900000009", "vt@so.example.vn")
OLD_ID = "000.00.07.H90,2026/11/02,41/STD-VP"

NEW = DocumentPacket(
    sender=SENDER,
    receivers=(OTHER, Party("000.00.01.H90", "Sở Khác")),
    code=Code("52", "STD-VP"),
    issued=date(2026, 11, 20),
    place="Thí Dụ",
    type=DocumentType("Công văn", 18, 0),
    subject="kiểm tra <gói tin> & phụ lục",
    content="kiểm tra <gói tin> & phụ lục",
    signer=PacketSigner("Phạm Văn Ví Dụ", "PHÓ GIÁM ĐỐC", "KT. GIÁM ĐỐC"),
    due=date(2026, 12, 1),
    to_places=("Như trên", "Lưu: VT"),
    priority=1,
    sphere="Liên thông",
    typist="PVD",
    copies=2,
    pages=3,
    appendixes=("Phụ lục I",),
    answers=(Concerned("H91", "7/UBND-TH", date(2026, 11, 1), "H91,2026/11/01,7/UBND-TH"),),
    steering=1,
    document_id="000.00.07.H90,2026/11/20,52/STD-VP",
    traces=(Trace("000.00.07.H90", MOMENT),),
    business=New("Văn bản mới"),
    paper=0,
    staff=STAFF,
    files=(
        PacketFile("52_STD-VP.pdf", b"%PDF-1.7\n...", "application/pdf", "Văn bản chính", "a-1"),
        PacketFile("bảng kê.csv", b"stt;ten\r\n1;x\r\n", "text/csv", "", "a-2"),
    ),
)


def _again(business: New | Recall | Update | Replace, document_id: str = OLD_ID) -> DocumentPacket:
    return DocumentPacket(
        sender=SENDER,
        receivers=(OTHER,),
        code=Code("41", "STD-VP"),
        issued=date(2026, 11, 2),
        type=DocumentType("Công văn", 18, 0),
        subject="kiểm tra",
        document_id=document_id,
        traces=(Trace("000.00.07.H90", MOMENT),),
        business=business,
    )


RECALL = _again(Recall("Ban hành nhầm", OLD_ID))
UPDATE = _again(
    Update(
        "Sửa nơi nhận",
        OLD_ID,
        document_changed=True,
        receivers_changed=True,
        receivers=(ChangedReceiver("H91.05", added=False), ChangedReceiver("H91.06", added=True)),
    )
)
REPLACE = _again(
    Replace("Thay thế", (Replaced(OLD_ID, ("H91.05", "H91.06")), Replaced("another-id", ("H91.05",)))),
    "000.00.07.H90,2026/11/21,53/STD-VP",
)
STATUSES = {
    code: StatusPacket(
        sender=OTHER,
        about=Concerned("000.00.07.H90", "52/STD-VP", date(2026, 11, 20), NEW.document_id),
        status=code,
        description=code.says,
        moment=MOMENT,
        staff=STAFF,
    )
    for code in StatusCode
}
PACKETS: dict[str, Packet] = {
    "new": NEW,
    "recall": RECALL,
    "update": UPDATE,
    "replace": REPLACE,
    **{f"status-{code}": packet for code, packet in STATUSES.items()},
}


def written(packet: Packet) -> bytes:
    """The packet's bytes."""
    out = BytesIO()
    write(packet, out)
    return out.getvalue()
