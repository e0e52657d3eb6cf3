"""What goes out has the shape that deployed systems need, byte for byte the same on every retry."""

import base64
import re
import tracemalloc
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from lxml import etree

from bridge.edxml.conform import conform
from bridge.edxml.packet import DocumentPacket, PacketFile, Party
from bridge.edxml.read import read
from bridge.edxml.write import content_ids, write
from tests.edxml.samples import NEW, PACKETS, written

GOLDEN = Path(__file__).with_name("golden")


@pytest.mark.parametrize("kind", PACKETS)
def test_every_kind_is_written_as_its_golden_file(kind: str) -> None:
    assert written(PACKETS[kind]).decode() == (GOLDEN / f"{kind}.edxml").read_text("utf-8")


@pytest.mark.parametrize("kind", PACKETS)
def test_every_kind_conforms_to_the_schema(kind: str) -> None:
    assert conform(written(PACKETS[kind])) == []


@pytest.mark.parametrize("kind", PACKETS)
def test_every_kind_is_read_back_as_it_was(kind: str) -> None:
    assert read(written(PACKETS[kind])) == PACKETS[kind]


def test_the_header_keeps_the_order_of_the_regulation() -> None:
    root = etree.fromstring(written(NEW))
    header = next(element for element in root.iter() if str(element.tag).endswith("}MessageHeader"))
    names = [etree.QName(child).localname for child in header]
    assert list(dict.fromkeys(names)) == [
        "From",
        "To",
        "Code",
        "PromulgationInfo",
        "DocumentType",
        "Subject",
        "Content",
        "SignerInfo",
        "DueDate",
        "ToPlaces",
        "OtherInfo",
        "ResponseFor",
        "SteeringType",
        "DocumentId",
    ]


def test_the_prefix_is_literal_in_the_envelope_and_absent_from_attachments() -> None:
    text = written(NEW).decode()
    names = re.findall(r"<([A-Za-z:]+)", text)
    bare = {"edXML", "AttachmentEncoded", "Attachment", "ContentId", "AttachmentName", "Description", "ContentType"}
    assert {name for name in names if not name.startswith("edXML:")} == bare
    assert "<edXML:ContentTransferEncoded xmlns:edXML=" in text


def test_what_is_empty_is_left_out() -> None:
    text = written(DocumentPacket(Party("H90.07"), (Party("H91"),), document_id="x")).decode()
    assert "/>" not in text
    assert not re.search(r"<(edXML:\w+)></\1>", text)
    for absent in ("Code", "Subject", "SignerInfo", "OtherInfo", "Priority", "Staff", "AttachmentEncoded"):
        assert absent not in text


def test_a_pdf_travels_raw_and_a_table_alone_in_a_zip_under_a_name_of_its_own() -> None:
    root = etree.fromstring(written(NEW))
    carried = [
        base64.b64decode(str(element.text))
        for element in root.iter()
        if str(element.tag).endswith("}ContentTransferEncoded")
    ]
    assert carried[0] == NEW.files[0].content
    with zipfile.ZipFile(BytesIO(carried[1])) as archive:
        assert archive.namelist() == ["a-2.csv"]
        assert archive.read("a-2.csv") == NEW.files[1].content


def test_an_id_with_a_path_in_it_names_no_member() -> None:
    table = replace(NEW.files[1], content_id="../../x")
    root = etree.fromstring(written(replace(NEW, files=(table,))))
    encoded = next(str(one.text) for one in root.iter() if str(one.tag).endswith("}ContentTransferEncoded"))
    with zipfile.ZipFile(BytesIO(base64.b64decode(encoded))) as archive:
        (name,) = archive.namelist()
    assert re.fullmatch(r"[0-9a-f-]{36}\.csv", name)


def test_writing_twice_gives_the_same_bytes() -> None:
    unnamed = replace(NEW, files=tuple(replace(file, content_id="") for file in NEW.files))
    assert written(unnamed) == written(unnamed)
    assert len(set(content_ids(unnamed))) == 2


@pytest.mark.parametrize(
    "names",
    [("../up.pdf",), ("a\x07.pdf",), ("a.pdf", "A.pdf"), ("con.txt",), ("",)],
    ids=["a path part", "a control character", "two alike but for case", "a device name", "no name"],
)
def test_an_unsafe_file_name_is_our_bug(names: tuple[str, ...]) -> None:
    files = tuple(PacketFile(name, b"x", "application/pdf") for name in names)
    with pytest.raises(ValueError, match="file name"):
        written(replace(NEW, files=files))


def test_a_character_that_xml_cannot_carry_is_our_bug() -> None:
    with pytest.raises(ValueError, match="XML"):
        written(replace(NEW, subject="a\x00b"))


def test_memory_stays_flat_while_a_large_file_passes_both_ways(tmp_path: Path) -> None:
    large = tmp_path / "large.pdf"
    with large.open("wb") as out:
        for number in range(48):
            out.write(bytes([number]) * (1 << 20))
    packet = replace(NEW, files=(PacketFile("large.pdf", large, "application/pdf", "", "a-1"),))
    folder = tmp_path / "in"
    folder.mkdir()
    write(NEW, BytesIO())  # what is loaded once is not counted
    tracemalloc.start()
    try:
        with (tmp_path / "packet.edxml").open("wb") as out:
            write(packet, out)
        with (tmp_path / "packet.edxml").open("rb") as source:
            back = read(source, folder)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert isinstance(back, DocumentPacket)
    assert back.files[0].size == 48 << 20
    with back.files[0].open() as ours, large.open("rb") as theirs:
        while piece := theirs.read(1 << 20):
            assert ours.read(1 << 20) == piece
    assert peak < 16 << 20
