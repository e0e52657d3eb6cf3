"""An agency writes: what is right becomes one envelope and one receipt; what is wrong is refused with the reason."""

import pytest

from bridge.catalogue import CATALOGUE
from bridge.demo.mails import PDF, File
from bridge.demo.pki import AGENCY, Pki
from bridge.demo.tampering import append_page_text, change_one_byte
from bridge.edxml.packet import DocumentPacket
from bridge.edxml.read import read
from store.mail import MailState
from tests.journeys.house import ELSEWHERE, ORGANS, SENDER_ID, SEVERAL, House
from tests.journeys.outcome import packet_of, receipt_of, subject_of, text_of
from tests.journeys.post import agency_address, decision, from_agency, signed, written
from tests.servers.postfix import PostfixSink
from validation.codes import Code


def test_a_correct_document_becomes_one_envelope_and_one_receipt(
    bridge: House, postfix_server: PostfixSink, pki: Pki
) -> None:
    pdf = signed(pki)
    mail = from_agency(pdf)
    assert bridge.send(mail.raw, mail.mail_from).startswith("2.0.0")
    kept = bridge.judged(mail.message_id, MailState.ACCEPTED)

    packet = packet_of(bridge, kept)
    assert [file.content for file in packet.files] == [pdf]
    assert packet.sender.organ_id == SENDER_ID
    assert [party.organ_id for party in packet.receivers] == [ORGANS["noi-vu"]]
    assert packet.code.notation == "QĐ-SM"

    letter = receipt_of(postfix_server, mail)
    assert "Đã tiếp nhận" in subject_of(letter)
    assert f"{packet.code.number}/QĐ-SM" in text_of(letter)
    bridge.settled()
    assert len(postfix_server.letters(mail.mail_from)) == 1
    assert len(bridge.store.notices.receipts(kept.id)) == 1
    assert '"event": "judged"' in bridge.said  # an operator can follow the mail by its id
    assert kept.id in bridge.said


REFUSED = [
    pytest.param(change_one_byte, Code.SIGNATURE_UNSOUND, id="one byte was changed after signing"),
    pytest.param(append_page_text, Code.SIGNATURE_UNSOUND, id="text was added to the page after signing"),
]


@pytest.mark.parametrize(("tamper", "code"), REFUSED)
def test_a_tampered_document_is_refused(
    bridge: House, postfix_server: PostfixSink, pki: Pki, tamper: object, code: Code
) -> None:
    assert callable(tamper)
    refused(bridge, postfix_server, tamper(signed(pki)), code)


def test_an_unsigned_document_of_an_agency_is_refused(bridge: House, postfix_server: PostfixSink) -> None:
    refused(bridge, postfix_server, decision(), Code.SIGNATURE_MISSING)


def refused(bridge: House, postfix_server: PostfixSink, content: bytes, code: Code) -> None:
    """The mail with that file is rejected for `code`, makes no envelope, and its sender learns why."""
    mail = from_agency(content)
    bridge.send(mail.raw, mail.mail_from)
    kept = bridge.judged(mail.message_id, MailState.REJECTED)
    assert code in bridge.codes(kept)
    assert bridge.envelopes(kept) == []
    letter = receipt_of(postfix_server, mail)
    assert "Không tiếp nhận" in subject_of(letter)
    assert CATALOGUE[code].mend in text_of(letter)


def test_a_mail_for_several_organs_is_one_envelope_with_several_to(bridge: House, pki: Pki) -> None:
    mail = from_agency(signed(pki), to=SEVERAL)
    bridge.send(mail.raw, mail.mail_from, [SEVERAL])
    packet = packet_of(bridge, bridge.judged(mail.message_id, MailState.ACCEPTED))
    assert [party.organ_id for party in packet.receivers] == [ORGANS["noi-vu"], ORGANS["tai-chinh"]]


def test_two_recipients_with_a_route_each_are_one_envelope_for_all_their_organs(bridge: House, pki: Pki) -> None:
    mail = from_agency(signed(pki), to=f"{SEVERAL}, {ELSEWHERE}")
    bridge.send(mail.raw, mail.mail_from, [SEVERAL, ELSEWHERE])
    packet = packet_of(bridge, bridge.judged(mail.message_id, MailState.ACCEPTED))
    assert {party.organ_id for party in packet.receivers} == set(ORGANS.values())


def test_two_papers_in_one_mail_are_two_envelopes(bridge: House, pki: Pki) -> None:
    files = (File("một.pdf", PDF, signed(pki)), File("hai.pdf", PDF, signed(pki)))
    mail = written(files, agency_address(), AGENCY.email)
    bridge.send(mail.raw, mail.mail_from)
    kept = bridge.judged(mail.message_id, MailState.ACCEPTED)
    made = [read(file.read_bytes()) for file in bridge.envelopes(kept)]
    assert all(isinstance(packet, DocumentPacket) for packet in made)
    carried = {file.content for packet in made if isinstance(packet, DocumentPacket) for file in packet.files}
    assert carried == {file.content for file in files}


def test_a_paper_that_came_before_in_another_mail_is_held_for_a_person(bridge: House, pki: Pki) -> None:
    pdf = signed(pki)
    first, second = from_agency(pdf), from_agency(pdf)
    bridge.send(first.raw, first.mail_from)
    bridge.judged(first.message_id, MailState.ACCEPTED)
    bridge.send(second.raw, second.mail_from)
    kept = bridge.judged(second.message_id, MailState.HELD)
    assert Code.DOCUMENT_DUPLICATE in bridge.codes(kept)
    assert bridge.envelopes(kept) == []


def test_the_same_mail_sent_again_is_answered_250_and_makes_no_second_envelope(bridge: House, pki: Pki) -> None:
    mail = from_agency(signed(pki))
    bridge.send(mail.raw, mail.mail_from)
    kept = bridge.judged(mail.message_id, MailState.ACCEPTED)
    bridge.send(mail.raw, mail.mail_from)
    assert len(bridge.store.mails.arrivals(kept.id)) == 2
    assert len(bridge.mails(mail.message_id)) == 1
    assert len(bridge.envelopes(kept)) == 1
