"""Where a clerk must look: what the sender is told, and how the mail goes on by the clerk's word."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pikepdf
import pytest

from bridge.catalogue import CATALOGUE
from bridge.clerk import reject
from bridge.demo.documents import DECISION
from bridge.demo.mails import PDF, File
from bridge.demo.paper import draw
from bridge.demo.pki import BUSINESS, Pki
from store.judgement import Decision, DecisionVerb
from store.mail import MailState
from tests.journeys.house import OTHERS_ID, House
from tests.journeys.outcome import packet_of, receipt_of, subject_of, text_of
from tests.journeys.post import decision, dossier_of_business, from_agency, from_business, signed
from tests.servers.postfix import PostfixSink
from validation.codes import Code

_RAR = b"Rar!\x1a\x07\x01\x00\x33\x92\xb5\xe5\x0a\x01\x05\x06\x00\x05\x01\x01\x80\x80\x00"


def test_a_dossier_of_a_business_travels_under_the_id_of_others(
    bridge: House, postfix_server: PostfixSink, pki: Pki
) -> None:
    files = dossier_of_business(pki)
    mail = from_business(files)
    bridge.send(mail.raw, mail.mail_from)
    packet = packet_of(bridge, bridge.judged(mail.message_id, MailState.ACCEPTED))
    assert packet.sender.organ_id == OTHERS_ID
    assert packet.sender.name == BUSINESS.name
    assert [file.content for file in packet.files] == [file.content for file in files]
    receipt_of(postfix_server, mail)


def test_without_an_id_of_others_a_dossier_of_a_business_is_held(
    build: Callable[..., House], postfix_server: PostfixSink, pki: Pki
) -> None:
    bridge = build({"AXIS__TINH__ORGAN_ID_OF_OTHERS": ""})
    bridge.start()
    mail = from_business(dossier_of_business(pki))
    bridge.send(mail.raw, mail.mail_from)
    kept = bridge.judged(mail.message_id, MailState.HELD)
    assert Code.SENDER_WITHOUT_ID in bridge.codes(kept)
    assert bridge.envelopes(kept) == []
    assert "đang kiểm tra" in subject_of(receipt_of(postfix_server, mail))


def test_a_missing_field_is_held_and_goes_on_when_a_clerk_completes_it(
    bridge: House, postfix_server: PostfixSink, pki: Pki
) -> None:
    pdf = signed(pki, draw(replace(DECISION, number="")))
    mail = from_agency(pdf)
    bridge.send(mail.raw, mail.mail_from)
    kept = bridge.judged(mail.message_id, MailState.HELD)
    assert Code.FIELD_MISSING in bridge.codes(kept)
    assert bridge.envelopes(kept) == []
    postfix_server.wait_for(mail.mail_from)

    # Without a number the head cannot be told apart, so the issuer is missing with it.
    typed = {"CodeNumber": "4711", "CodeNotation": "QĐ-SM", "OrganName": "Sở Mẫu tỉnh Thử Nghiệm"}
    word = Decision(DecisionVerb.COMPLETE, "van-thu", detail=typed)
    bridge.store.mails.decide(kept.id, word, datetime.now(UTC))
    packet = packet_of(bridge, bridge.judged(mail.message_id, MailState.ACCEPTED))
    assert packet.code.compound == "4711/QĐ-SM"
    assert [file.content for file in packet.files] == [pdf]
    (_, second) = postfix_server.wait_for(mail.mail_from, count=2)
    assert "Đã tiếp nhận" in subject_of(second)


def _encrypted_zip() -> bytes:
    """A zip whose member says that it is encrypted (APPNOTE 4.4.4: bit 0 of the flags)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.pdf", decision())
    content = bytearray(out.getvalue())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def _picture() -> bytes:
    """A PNG of one grey pixel (PNG section 11)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\x80")) + chunk(b"IEND", b"")
    )


def _locked_pdf() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(decision())) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    return out.getvalue()


ODD = [
    pytest.param([File("a.png", "image/png", _picture())] * 2, Code.DOCUMENT_PHOTOS, id="photos alone"),
    pytest.param([File("a.rar", "application/vnd.rar", _RAR)], Code.ARCHIVE_UNOPENED, id="a rar archive"),
    pytest.param([File("a.zip", "application/zip", _encrypted_zip())], Code.FORMAT_ENCRYPTED, id="an encrypted zip"),
    pytest.param([File("a.pdf", PDF, _locked_pdf())], Code.FORMAT_ENCRYPTED, id="a pdf with a password"),
    pytest.param([], Code.DOCUMENT_MISSING, id="no file at all"),
]


@pytest.mark.parametrize(("files", "code"), ODD)
def test_what_cannot_be_read_is_held_and_the_sender_is_told_what_to_do(
    bridge: House, postfix_server: PostfixSink, files: Sequence[File], code: Code
) -> None:
    mail = from_business(files)
    bridge.send(mail.raw, mail.mail_from)
    kept = bridge.judged(mail.message_id, MailState.HELD)
    assert code in bridge.codes(kept)
    assert bridge.envelopes(kept) == []
    letter = receipt_of(postfix_server, mail)
    assert "đang kiểm tra" in subject_of(letter)
    assert CATALOGUE[code].mend in text_of(letter)


def test_who_is_refused_by_a_clerk_reads_the_clerks_reason(bridge: House, postfix_server: PostfixSink) -> None:
    mail = from_business(())
    bridge.send(mail.raw, mail.mail_from)
    kept = bridge.judged(mail.message_id, MailState.HELD)
    receipt_of(postfix_server, mail)
    reason, office = "Văn bản không thuộc thẩm quyền của tỉnh.", bridge.settings.office
    reject(bridge.store, kept.id, "lan", reason, office=office, receipts=True)
    _, refusal = postfix_server.wait_for(mail.mail_from, 2)
    assert "Văn bản không thuộc thẩm quyền của tỉnh." in text_of(refusal)
    bridge.settled()
