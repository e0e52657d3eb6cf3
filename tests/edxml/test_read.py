"""Packets as others write them are understood; what is no packet is refused with its reason."""

import base64
import zipfile
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pytest

from bridge.edxml.packet import DocumentPacket, New, Recall, StatusPacket
from bridge.edxml.read import NotEdxml, ReadCaps, Reason, read
from bridge.edxml.status import StatusCode
from tests.edxml.samples import NEW, STATUSES, written

URI = "http://www.mic.gov.vn/TBT/QCVN_102_2016"


def zipped(**members: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name.replace("__", "/").replace("_", ".")), content)
    return out.getvalue()


def packet(header: str = "", traces: str = "", body: str = "", attachments: str = "") -> bytes:
    """A packet without any prefix, as a .NET serialiser may write it."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><edXML xmlns="{URI}"><edXMLEnvelope><edXMLHeader><MessageHeader>'
        f"<From><OrganId>H90.07</OrganId></From>{header}</MessageHeader>{traces}</edXMLHeader>{body}</edXMLEnvelope>"
        f"<AttachmentEncoded>{attachments}</AttachmentEncoded></edXML>"
    ).encode()


def attachment(content: bytes, content_type: str, name: str, content_id: str = "1") -> str:
    return (
        f"<Attachment><ContentId>{content_id}</ContentId><AttachmentName>{name}</AttachmentName>"
        f"<ContentType>{content_type}</ContentType><ContentTransferEncoded>"
        f"{base64.b64encode(content).decode()}</ContentTransferEncoded></Attachment>"
    )


def document(source: bytes, folder: Path | None = None) -> DocumentPacket:
    found = read(source, folder)
    assert isinstance(found, DocumentPacket)
    return found


def test_another_prefix_and_another_order_mean_the_same() -> None:
    text = written(NEW).decode().replace("edXML:", "q:").replace("xmlns:edXML", "xmlns:q")
    assert read(text.encode()) == NEW
    start, end = text.index("<q:DueDate>"), text.index("<q:OtherInfo>")
    moved = text[:start] + text[end:]
    moved = moved.replace("<q:From>", text[start:end] + "<q:From>", 1)
    assert read(moved.encode()) == NEW


def test_the_dotnet_form_with_attributes_and_bare_content_ids_is_read() -> None:
    body = (
        '<edXMLBody><edXMLManifest version="1.0" xmlns:xlink="http://www.w3.org/1999/xlink">'
        '<Reference xlink:href="cid:77" xlink:role="XLinkRole" xlink:type="simple"><ContentId>cid:77</ContentId>'
        "<ContentType>application/pdf</ContentType><Description>Bản chính</Description>"
        "<AttachmentName>a.pdf</AttachmentName></Reference></edXMLManifest></edXMLBody>"
    )
    traces = (
        '<TraceHeaderList id="0a1b2c3d" version="1.0" mustUnderstand="1"><Bussiness>'
        "<BussinessDocType>1</BussinessDocType><DocumentId>x</DocumentId></Bussiness>"
        "<TraceHeader><Timestamp>2026/11/20 08:00:00</Timestamp></TraceHeader></TraceHeaderList>"
        "<DigitalSignature/>"
    )
    found = document(
        packet(
            "<SteeringType>0</SteeringType>", traces, body, attachment(b"%PDF-", "application/octet-stream", "", "77")
        )
    )
    assert found.files[0].name == "a.pdf"
    assert found.files[0].description == "Bản chính"
    assert found.files[0].content == b"%PDF-"
    assert found.business == Recall("", "x")
    assert found.traces[0].moment == datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
    assert found.steering == 0


def test_a_packet_without_business_is_new_and_empty_elements_are_absent() -> None:
    found = document(packet("<To/><ResponseFor /><Subject>  </Subject><OtherInfo><Priority/></OtherInfo>"))
    assert found.business == New()
    assert found.receivers == ()
    assert found.answers == ()
    assert found.priority is None
    assert found.notes == ()


def test_what_cannot_be_read_is_noted_by_its_element_and_left_empty() -> None:
    found = document(packet("<DueDate>thứ ba</DueDate><SteeringType>x</SteeringType>"))
    assert (found.due, found.steering) == (None, None)
    assert found.notes == ("unreadable:DueDate", "unreadable:SteeringType")


@pytest.mark.parametrize("text", ["2026/11/02", "2026-11-02", "2026-11-02T00:00:00+07:00", "02/11/2026", " 2026/11/2 "])
def test_a_date_is_read_in_every_form(text: str) -> None:
    assert document(packet(f"<DueDate>{text}</DueDate>")).due == date(2026, 11, 2)


def test_a_status_is_read_with_a_bare_digit_and_any_order() -> None:
    text = written(STATUSES[StatusCode.REGISTERED]).decode().replace(">03<", "> 3 <")
    found = read(text.encode())
    assert isinstance(found, StatusPacket)
    assert found.status is StatusCode.REGISTERED
    assert found.about.document_id == NEW.document_id


def test_base64_in_lines_is_read() -> None:
    lines = base64.encodebytes(b"x" * 5000).decode()
    text = (
        f"<Attachment><ContentId>1</ContentId><AttachmentName>a.pdf</AttachmentName>"
        f"<ContentTransferEncoded>{lines}</ContentTransferEncoded></Attachment>"
    )
    assert document(packet(attachments=text)).files[0].content == b"x" * 5000


WORD_FILE = zipped(**{"[Content_Types]_xml": b"<Types/>", "word__document_xml": b"<w/>"})
ONE_MEMBER = zipped(a_csv=b"1;2")


@pytest.mark.parametrize(
    ("content", "content_type", "name", "expected"),
    [
        pytest.param(ONE_MEMBER, "application/zip", "a.csv", b"1;2", id="a carrier ZIP is opened"),
        pytest.param(ONE_MEMBER, "application/pdf", "a.pdf", b"1;2", id="a carrier ZIP under a wrong type is opened"),
        pytest.param(ONE_MEMBER, "application/zip", "a.zip", ONE_MEMBER, id="a ZIP that is the file stays"),
        pytest.param(ONE_MEMBER, "application/zip", "a.ZIP", ONE_MEMBER, id="also in capitals"),
        pytest.param(WORD_FILE, "application/zip", "a.docx", WORD_FILE, id="a Word file labelled ZIP stays"),
        pytest.param(WORD_FILE, "application/docx", "a.docx", WORD_FILE, id="a Word file stays"),
        pytest.param(zipped(a_docx=WORD_FILE), "application/zip", "a.docx", WORD_FILE, id="a Word file in a ZIP"),
        pytest.param(
            zipped(a_txt=b"1", b_txt=b"2"), "application/zip", "a.txt", zipped(a_txt=b"1", b_txt=b"2"), id="two members"
        ),
        pytest.param(b"%PDF-", "application/zip", "a.pdf", b"%PDF-", id="raw bytes labelled ZIP stay"),
        pytest.param(ONE_MEMBER[:40], "application/zip", "a.csv", ONE_MEMBER[:40], id="a damaged ZIP stays"),
        pytest.param(zipped(**{"": b"3"}), "application/zip", "a.csv", b"3", id="a member without a name"),
        pytest.param(zipped(______x_csv=b"3"), "application/zip", "a.csv", b"3", id="a member with a path"),
    ],
)
@pytest.mark.parametrize("on_disk", [False, True], ids=["in memory", "in a folder"])
def test_a_carried_file_is_unpacked_by_the_rule(
    content: bytes, content_type: str, name: str, expected: bytes, on_disk: bool, tmp_path: Path
) -> None:
    source = packet(attachments=attachment(content, content_type, name))
    files = document(source, tmp_path if on_disk else None).files
    assert files[0].read() == expected
    assert all(path.parent == tmp_path for path in tmp_path.rglob("*"))


def test_names_that_others_wrote_are_made_safe_and_told_apart() -> None:
    found = document(
        packet(
            attachments=attachment(b"1", "application/pdf", "../../etc/a.pdf", "1")
            + attachment(b"2", "application/pdf", "C:\\x\\A.pdf", "1")
        )
    )
    assert [file.name for file in found.files] == ["a.pdf", "A (2).pdf"]
    assert set(found.notes) == {"file-name-changed", "content-id-repeated", "attachment-without-reference"}
    assert document(written(found)).files[1].content == b"2"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        pytest.param(b"", Reason.MALFORMED, id="nothing"),
        pytest.param(b"<!DOCTYPE html><html></html>", Reason.DOCTYPE, id="a web page"),
        pytest.param(b"<html></html>", Reason.OTHER_XML, id="a web page without doctype"),
        pytest.param(b"%PDF-1.7 ...", Reason.MALFORMED, id="a PDF"),
        pytest.param(
            b'<!DOCTYPE e [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]><edXML>&b;</edXML>',
            Reason.DOCTYPE,
            id="a nest of entities",
        ),
        pytest.param(
            b'<!DOCTYPE e [<!ENTITY x SYSTEM "file:///etc/passwd">]><edXML>&x;</edXML>', Reason.DOCTYPE, id="a file"
        ),
        pytest.param(
            b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"/>', Reason.PRE_2016, id="a SOAP packet"
        ),
        pytest.param(b'<edXML xmlns="http://www.e-doc.vn/Schema/"/>', Reason.PRE_2016, id="a packet before 2016"),
        pytest.param(written(NEW)[:-20], Reason.MALFORMED, id="a packet cut short"),
        pytest.param(f'<edXML xmlns="{URI}"/>'.encode(), Reason.INCOMPLETE, id="a packet without a header"),
        pytest.param(packet("<StatusCode>99</StatusCode>"), Reason.STATUS_UNKNOWN, id="an unknown status"),
        pytest.param(
            packet(
                traces="<TraceHeaderList><Bussiness><BussinessDocType>7</BussinessDocType></Bussiness></TraceHeaderList>"
            ),
            Reason.INCOMPLETE,
            id="an unknown business",
        ),
        pytest.param(
            written(NEW).replace(b"JVBERi0x", b"JVB!Ri0x"), Reason.ATTACHMENT_DAMAGED, id="damaged base64 in a file"
        ),
        pytest.param(b"<edXML>" * 100_000, Reason.TOO_LARGE, id="a deep nest"),
    ],
)
def test_what_is_no_packet_is_refused_with_its_reason(source: bytes, reason: Reason) -> None:
    with pytest.raises(NotEdxml) as refused:
        read(source)
    assert refused.value.reason is reason
    assert refused.value.reason.says.endswith(".")


@pytest.mark.parametrize(
    ("caps", "source"),
    [
        (ReadCaps(elements=20), packet("<To/>" * 30)),
        (ReadCaps(text=100), packet(f"<Subject>{'a' * 200}</Subject>")),
        (ReadCaps(files=1), packet(attachments=attachment(b"", "", "a.pdf") * 2)),
        (ReadCaps(file=1000), packet(attachments=attachment(b"a" * 2000, "application/pdf", "a.pdf"))),
        (ReadCaps(file=4000), packet(attachments=attachment(zipped(a_txt=b"a" * 9000), "application/zip", "a.txt"))),
    ],
    ids=["elements", "text", "files", "one file", "a ZIP that grows"],
)
def test_beyond_a_cap_a_packet_is_too_large(caps: ReadCaps, source: bytes) -> None:
    with pytest.raises(NotEdxml) as refused:
        read(source, caps=caps)
    assert refused.value.reason is Reason.TOO_LARGE


def test_text_is_composed_and_without_what_xml_forbids() -> None:
    assert document(packet("<Subject>Thông báo&#x20;\n</Subject>")).subject == "Thông báo"
