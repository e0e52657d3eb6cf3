"""Packets composed from fields say what the fields say and nothing else."""

from datetime import date

from bridge.edxml.compose import document_packet, status_packet
from bridge.edxml.conform import conform
from bridge.edxml.packet import Code, DocumentType, PacketFile, Party, Trace
from bridge.edxml.read import read
from bridge.edxml.status import StatusCode
from bridge.fields.fields import Field, Fields, Source
from tests.edxml.samples import MOMENT, NEW, OTHER, SENDER, written

FOUND = {
    "CodeNumber": "35",
    "CodeNotation": "QĐ-STD",
    "IssuedDate": "2026-11-20",
    "Place": "Thí Dụ",
    "OrganName": "SỞ THÍ DỤ",
    "TypeName": "Quyết định",
    "Subject": "ban hành quy chế",
    "SignerInfo.FullName": "Phạm Văn Ví Dụ",
    "PageAmount": "3",
    "ToPlaces": "Như Điều 3\nLưu: VT",
}
FILE = PacketFile("../35.pdf", b"%PDF-", "application/pdf")


def fields(**changes: str) -> Fields:
    values = {**FOUND, **changes}
    return Fields({key: Field(value, Source.PDF_PAGE_1, 0.98) for key, value in values.items() if value})


def test_a_document_packet_carries_the_fields() -> None:
    packet = document_packet(fields(), SENDER, (OTHER,), (FILE, FILE), MOMENT, own_id="kept-1")
    assert packet.code == Code("35", "QĐ-STD")
    assert packet.issued == date(2026, 11, 20)
    assert packet.type == DocumentType("Quyết định", 2, 0)
    assert packet.document_id == "000.00.07.H90,2026/11/20,35/QĐ-STD"
    assert packet.sender.name == SENDER.name
    assert packet.pages == 3
    assert packet.to_places == ("Như Điều 3", "Lưu: VT")
    assert packet.traces == (Trace("000.00.07.H90", MOMENT),)
    assert [file.name for file in packet.files] == ["35.pdf", "35 (2).pdf"]
    assert conform(written(packet)) == []
    back = read(written(packet))
    assert back.sender == packet.sender


def test_nothing_is_invented_for_a_letter_without_number_date_or_type() -> None:
    bare = Fields({"Subject": Field("xin xác nhận", Source.MAIL_HEADER, 0.4)})
    packet = document_packet(bare, Party("H90.99"), (OTHER,), (), MOMENT, own_id="kept-1")
    assert packet.document_id == "kept-1"
    assert (packet.code, packet.issued, packet.type, packet.priority) == (Code(), None, DocumentType(), None)
    assert packet.signer.name == ""
    assert conform(written(packet)) == []


def test_the_printed_name_stands_where_the_register_knows_none() -> None:
    packet = document_packet(fields(), Party("H90.99"), (OTHER,), (), MOMENT, own_id="x")
    assert packet.sender == Party("H90.99", "SỞ THÍ DỤ")


def test_an_unknown_type_keeps_its_name_without_a_number() -> None:
    packet = document_packet(fields(TypeName="Giấy lạ"), SENDER, (OTHER,), (), MOMENT, own_id="x")
    assert packet.type == DocumentType("Giấy lạ", None, None)


def test_a_status_names_the_original_and_goes_to_its_sender() -> None:
    packet = status_packet(NEW, OTHER, StatusCode.REFUSED, "gửi sai\x00 nơi nhận ", MOMENT)
    assert packet.about.organ_id == SENDER.organ_id
    assert packet.about.document_id == NEW.document_id
    assert packet.about.code == "52/STD-VP"
    assert packet.description == "gửi sai nơi nhận"
    assert conform(written(packet)) == []
