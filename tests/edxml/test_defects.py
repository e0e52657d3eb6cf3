"""What deployed systems do to packets, one row each: how they spell, order, pack and forget things; all is read."""

import base64
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO

import pytest

from bridge.edxml.packet import DocumentPacket, New, Recall, Replace, StatusPacket, Update
from bridge.edxml.read import read
from bridge.edxml.status import StatusCode
from tests.edxml.samples import NEW, STATUSES, written

URI = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
TEXT = written(NEW).decode()
STATUS = written(STATUSES[StatusCode.ARRIVED]).decode()


def changed(*pairs: tuple[str, str]) -> bytes:
    """The packet of the samples with each first text replaced by the second, everywhere."""
    text = TEXT
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text.encode()


def moved(element: str, before: str) -> bytes:
    """The packet with the last such element of MessageHeader in the place before the first `before`."""
    header = TEXT.index("</edXML:MessageHeader>") if element != "Bussiness" else len(TEXT)
    start = TEXT.rindex(f"<edXML:{element}>", 0, header)
    end = TEXT.index(f"</edXML:{element}>", start) + len(f"</edXML:{element}>")
    part, rest = TEXT[start:end], TEXT[:start] + TEXT[end:]
    return rest.replace(before, f"{part}{before}", 1).encode()


def without(element: str) -> bytes:
    """The packet without that element."""
    start = TEXT.index(f"<edXML:{element}>")
    return (TEXT[:start] + TEXT[TEXT.index(f"</edXML:{element}>") + len(f"</edXML:{element}>") :]).encode()


def unprefixed() -> bytes:
    """Every element in the default namespace, as .NET's serialiser has it."""
    text = TEXT.replace("edXML:", "").replace(f' xmlns:edXML="{URI}"', "").replace(f' xmlns:edXML="{URI}"', "")
    return text.replace(f' xmlns="{URI}"', "", 1).replace("<edXML>", f'<edXML xmlns="{URI}">', 1).encode()


def rezipped(name: str, *members: str) -> bytes:
    """The packet, its second file in a ZIP with those members."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for member in members:
            archive.writestr(member, NEW.files[1].read())
    old = TEXT[TEXT.rindex('QCVN_102_2016">') + 15 : TEXT.rindex("</edXML:ContentTransferEncoded>")]
    return TEXT.replace(old, base64.b64encode(out.getvalue()).decode()).replace("bảng kê.csv", name).encode()


Check = Callable[[DocumentPacket], object]

SAME: dict[str, bytes] = {
    "another prefix on every element (2.1)": changed(("xmlns:edXML", "xmlns:ns0"), ("edXML:", "ns0:")),
    "no prefix at all (2.1)": unprefixed(),
    "a prefix on AttachmentEncoded and Attachment (2.1)": changed(
        ("<AttachmentEncoded>", f'<edXML:AttachmentEncoded xmlns:edXML="{URI}">'),
        ("</AttachmentEncoded>", "</edXML:AttachmentEncoded>"),
        ("<Attachment>", "<edXML:Attachment>"),
        ("</Attachment>", "</edXML:Attachment>"),
    ),
    "no prefix on ContentTransferEncoded (2.1)": changed(
        (f'<edXML:ContentTransferEncoded xmlns:edXML="{URI}">', "<ContentTransferEncoded>"),
        ("</edXML:ContentTransferEncoded>", "</ContentTransferEncoded>"),
    ),
    "DocumentId directly behind To, as VNPT's Java builder writes it (2.1)": moved("DocumentId", "<edXML:Code>"),
    "ToPlaces last, as the same builder writes it (2.1)": moved("ToPlaces", "</edXML:MessageHeader>"),
    "Bussiness before TraceHeader (2.1)": moved("Bussiness", "<edXML:TraceHeader>"),
    "Windows line ends (2.1)": TEXT.replace("\n", "\r\n").encode(),
    "a byte-order mark (2.1)": b"\xef\xbb\xbf" + TEXT.encode(),
    "blanks around every value (2.2)": changed((">52<", "> 52\n<"), (">2026/11/20<", "> 2026/11/20 <")),
    "dates as ISO writes them (2.2)": changed(("2026/11/20<", "2026-11-20T00:00:00<"), ("2026/12/01", "2026-12-01")),
    "dates with the day first (2.2)": changed((">2026/11/20<", ">20/11/2026<"), (">2026/12/01<", ">01/12/2026<")),
    "Java's extensions beside what we know (2.3)": changed(
        ("<edXML:Priority>", "<edXML:Direction>true</edXML:Direction><edXML:ReplyFors/><edXML:Priority>")
    ),
    "attributes of SOAP on TraceHeaderList (2.5)": changed(
        (
            "<edXML:TraceHeaderList>",
            (
                '<edXML:TraceHeaderList id="0a1b2c3d" version="1.0" mustUnderstand="1" '
                'actor="http://schemas.xmlsoap.org/soap/actor/next">'
            ),
        )
    ),
    "content ids without cid: in the attachments, as .NET has them (2.6)": changed(
        ("<ContentId>cid:", "<ContentId>"),
    ),
    "base64 in lines (2.6)": changed(("JVBERi0xLjcKLi4u", "JVBERi0x\r\nLjcKLi4u\r\n")),
    "names of attachments in the manifest alone (2.6)": changed(
        ("      <AttachmentName>52_STD-VP.pdf</AttachmentName>", ""),
        ("      <AttachmentName>bảng kê.csv</AttachmentName>", ""),
    ),
    "an empty DigitalSignature of .NET (2.7)": changed(
        ("</edXML:edXMLHeader>", "<edXML:DigitalSignature/></edXML:edXMLHeader>")
    ),
    "a signature whose namespace the platform lost (2.7)": changed(
        (
            "</edXML:edXMLHeader>",
            (
                "<Signature><SignedInfo><Reference URI=''/></SignedInfo><KeyInfo><From>x</From></KeyInfo></Signature>"
                "</edXML:edXMLHeader>"
            ),
        )
    ),
}


@pytest.mark.parametrize("source", SAME.values(), ids=SAME.keys())
def test_however_it_is_spelt_it_is_the_same_packet(source: bytes) -> None:
    assert read(source) == NEW


OTHERWISE: dict[str, tuple[bytes, Check, object]] = {
    "empty elements are absent ones (2.2)": (
        changed((">kiểm tra &lt;gói tin&gt; &amp; phụ lục<", "><")),
        lambda packet: (packet.subject, packet.content),
        ("", ""),
    ),
    "an empty ResponseFor (2.2)": (
        without("ResponseFor").replace(b"<edXML:SteeringType>", b"<edXML:ResponseFor /><edXML:SteeringType>"),
        lambda packet: packet.answers,
        (),
    ),
    "numbers that are none (2.2)": (
        changed(("<edXML:Priority>1<", "<edXML:Priority>khẩn<")),
        lambda packet: (packet.priority, packet.notes),
        (None, ("unreadable:Priority",)),
    ),
    "SteeringType 0 of .NET (2.3)": (
        changed(("<edXML:SteeringType>1<", "<edXML:SteeringType>0<")),
        lambda packet: packet.steering,
        0,
    ),
    "an organ id of no scheme (1.3)": (
        changed(("000.00.07.H90<", "vxp.saas.03<")),
        lambda packet: packet.sender.organ_id,
        "vxp.saas.03",
    ),
    "no Bussiness at all means new (2.5)": (without("Bussiness"), lambda packet: packet.business, New()),
    "a recall that names no document (2.5)": (
        changed(("<edXML:BussinessDocType>0<", "<edXML:BussinessDocType>1<")),
        lambda packet: packet.business,
        Recall("Văn bản mới"),
    ),
    "an update without its details (2.5)": (
        changed(("<edXML:BussinessDocType>0<", "<edXML:BussinessDocType>2<")),
        lambda packet: packet.business,
        Update("Văn bản mới"),
    ),
    "a replacement without its list (2.5)": (
        changed(("<edXML:BussinessDocType>0<", "<edXML:BussinessDocType>3<")),
        lambda packet: packet.business,
        Replace("Văn bản mới"),
    ),
    "a hop of the platform without OrganId (2.5)": (
        changed(("<edXML:OrganId>000.00.07.H90</edXML:OrganId>\n<edXML:Timestamp>", "<edXML:Timestamp>")),
        lambda packet: [(trace.organ_id, trace.moment) for trace in packet.traces],
        [("", datetime(2026, 11, 20, 1, 5, 30, tzinfo=UTC))],
    ),
    "a ZIP member with a path (2.6)": (
        rezipped("bảng kê.csv", "../../x.csv"),
        lambda packet: (packet.files[1].name, packet.files[1].content),
        ("bảng kê.csv", NEW.files[1].content),
    ),
    "a ZIP called .ZIP (2.6)": (
        rezipped("bảng kê.ZIP", "a.csv"),
        lambda packet: (packet.files[1].name, packet.files[1].content[:2]),  # type: ignore[index]
        ("bảng kê.zip", b"PK"),
    ),
    "two ZIP members are no carrier (2.6)": (
        rezipped("bảng kê.csv", "a.csv", "b.csv"),
        lambda packet: (packet.files[1].content[:2], packet.notes),  # type: ignore[index]
        (b"PK", ("zip-kept",)),
    ),
    "a Reference without its attachment (2.6)": (
        (TEXT[: TEXT.index("\n  <AttachmentEncoded>")] + "</edXML>").encode(),
        lambda packet: (packet.files, packet.notes),
        ((), ("reference-without-attachment",)),
    ),
    "an attachment's name with a path (2.6, 4.1)": (
        changed(("52_STD-VP.pdf", "..\\..\\52_STD-VP.pdf")),
        lambda packet: packet.files[0].name,
        "52_STD-VP.pdf",
    ),
}


@pytest.mark.parametrize(("source", "look", "expected"), OTHERWISE.values(), ids=OTHERWISE.keys())
def test_a_defect_is_read_for_what_it_means(source: bytes, look: Check, expected: object) -> None:
    packet = read(source)
    assert isinstance(packet, DocumentPacket)
    assert look(packet) == expected


STATUS_FORMS = {
    "From before ResponseFor (2.8)": (
        STATUS[: STATUS.index("<edXML:ResponseFor>")]
        + STATUS[STATUS.index("<edXML:From>") : STATUS.index("<edXML:StatusCode>")]
        + STATUS[STATUS.index("<edXML:ResponseFor>") : STATUS.index("<edXML:From>")]
        + STATUS[STATUS.index("<edXML:StatusCode>") :]
    ),
    "a code of one digit (3.1)": STATUS.replace(">01<", ">1<"),
    "a body that is not needed (2.8)": STATUS.replace("</edXML:edXMLHeader>", "</edXML:edXMLHeader><edXML:edXMLBody/>"),
}


@pytest.mark.parametrize("source", STATUS_FORMS.values(), ids=STATUS_FORMS.keys())
def test_however_a_status_is_spelt_it_is_the_same(source: str) -> None:
    found = read(source.encode())
    assert isinstance(found, StatusPacket)
    assert found == STATUSES[StatusCode.ARRIVED]
    assert found.about.issued == date(2026, 11, 20)
