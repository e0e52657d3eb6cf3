"""Recall, update, replacement: nothing is undone by itself; a person agrees or refuses, and everybody hears of it."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.policy import default

import pytest

from bridge.clerk import reject
from bridge.edxml.packet import (
    Code,
    Concerned,
    DocumentPacket,
    Packet,
    PacketFile,
    Party,
    Recall,
    Replace,
    Replaced,
    StatusPacket,
    Update,
)
from bridge.edxml.status import StatusCode
from bridge.edxml.write import write
from store.delivery import Cancelled, Queued
from store.judgement import Decision, DecisionVerb
from store.mail import MailState, ReceivedMail
from tests.journeys.house import OFFICE_ID, OTHERS_ID, House
from tests.journeys.outcome import subject_of, text_of
from tests.journeys.test_way_out import letters, receiver, statuses, taken
from tests.servers.postfix import PostfixSink
from tests.servers.wait import wait_until

ISSUED = date(2026, 11, 20)


def document(addresses: Sequence[str], number: int) -> DocumentPacket:
    """A document of the province for those persons."""
    return DocumentPacket(
        sender=Party(OFFICE_ID, "Ủy ban nhân dân tỉnh Mẫu"),
        receivers=tuple(Party(OTHERS_ID, "Người nhận", email=address) for address in addresses),
        code=Code(str(number), "UBND-VP"),
        issued=ISSUED,
        subject="mời họp",
        document_id=f"{OFFICE_ID},2026/11/20,{number}/UBND-VP",
        files=(PacketFile("giay-moi.txt", secrets.token_hex(8).encode(), "text/plain"),),
    )


def lay(bridge: House, packet: Packet) -> str:
    """Lays a packet into in/; its name."""
    draft = bridge.axis / "in" / f"{secrets.token_hex(6)}.tmp"
    with draft.open("wb") as out:
        write(packet, out)
    return draft.rename(draft.with_suffix(".edxml")).name


def recall_of(packet: DocumentPacket) -> Packet:
    """A packet that takes it back."""
    return replace(packet, files=(), business=Recall("Ban hành nhầm", packet.document_id))


def asked_back(packet: DocumentPacket) -> Packet:
    """Status 13, to whoever holds it."""
    about = Concerned(OTHERS_ID, packet.code.compound, packet.issued, packet.document_id)
    return StatusPacket(packet.sender, about, StatusCode.RECALL_ASKED, "Ban hành nhầm", datetime.now(UTC))


def agree(bridge: House, mail: ReceivedMail) -> None:
    """As `mails release` does."""
    decision = Decision(DecisionVerb.RELEASE, "lan", "Đồng ý thu hồi.")
    bridge.store.mails.decide(mail.id, decision, datetime.now(UTC))


def numbered() -> int:
    """A number that no other has."""
    return secrets.randbelow(10**8)


@pytest.mark.parametrize("ask", [recall_of, asked_back], ids=["a packet of recall", "status 13"])
def test_a_recall_that_a_clerk_agrees_to_is_told_to_the_recipient_and_answered_with_15(
    bridge: House, postfix_server: PostfixSink, ask: Callable[[DocumentPacket], Packet]
) -> None:
    address = receiver(bridge)
    packet = document([address], numbered())
    first = taken(bridge, lay(bridge, packet))
    (letter,) = postfix_server.wait_for(address)
    statuses(bridge, first, 1)
    mail = taken(bridge, lay(bridge, ask(packet)), MailState.HELD)
    assert bridge.codes(mail) == {"packet.recall"}
    assert bridge.judgement(mail).findings[0].evidence["letters"] == "1"
    assert len(postfix_server.letters(address)) == 1  # nothing is undone by itself
    agree(bridge, mail)
    _, notice = postfix_server.wait_for(address, 2)
    assert "Thu hồi" in subject_of(notice)
    assert "Ban hành nhầm" in text_of(notice)
    told = message_from_bytes(notice.raw, policy=default)
    assert told["In-Reply-To"] == message_from_bytes(letter.raw, policy=default)["Message-ID"]
    (status,) = statuses(bridge, mail, 1)
    assert (status.status, status.about.organ_id) == (StatusCode.CHANGE_AGREED, OFFICE_ID)
    assert (status.about.document_id, status.description) == (packet.document_id, "Đồng ý thu hồi.")
    found = bridge.store.mails.get(mail.id)
    assert found is not None
    assert found.state is MailState.RELEASED
    bridge.settled()
    assert sum(one.kind == "status" for one in bridge.store.envelopes.list(mail.id)) == 1


def test_letters_that_have_not_left_are_frozen_and_go_on_when_the_clerk_refuses(
    bridge: House, postfix_server: PostfixSink
) -> None:
    address = receiver(bridge)
    postfix_server.defer(address)
    packet = document([address], numbered())
    first = taken(bridge, lay(bridge, packet))
    (delivery,) = letters(bridge, first)
    wait_until(lambda: bridge.store.deliveries.attempts(delivery.id), 60, "a first attempt")
    mail = taken(bridge, lay(bridge, recall_of(packet)), MailState.HELD)
    wait_until(lambda: isinstance(letters(bridge, first)[0].state, Cancelled | Queued), 30)
    (frozen,) = letters(bridge, first)
    assert isinstance(frozen.state, Cancelled)
    assert mail.id in frozen.state.reason
    postfix_server.accept(address)
    reject(bridge.store, mail.id, "lan", "Văn bản đã được giải quyết.", office=bridge.settings.office, receipts=True)
    postfix_server.wait_for(address)
    (status,) = statuses(bridge, mail, 1)
    assert (status.status, status.description) == (StatusCode.CHANGE_REFUSED, "Văn bản đã được giải quyết.")
    assert status.about.document_id == packet.document_id
    bridge.settled()


def test_an_update_reaches_the_receivers_of_now_and_takes_back_the_letters_of_others(
    bridge: House, postfix_server: PostfixSink
) -> None:
    stays, leaves, comes = receiver(bridge), receiver(bridge), receiver(bridge)
    packet = document([stays, leaves], numbered())
    taken(bridge, lay(bridge, packet))
    for address in (stays, leaves):
        postfix_server.wait_for(address)
    update = replace(
        document([stays, comes], int(packet.code.number)),
        business=Update("Sửa nơi nhận", packet.document_id, receivers_changed=True),
    )
    mail = taken(bridge, lay(bridge, update), MailState.HELD)
    assert bridge.codes(mail) == {"packet.update"}
    agree(bridge, mail)
    told = [postfix_server.wait_for(address, count)[-1] for address, count in ((stays, 2), (leaves, 2), (comes, 1))]
    assert ["Cập nhật" in subject_of(letter) for letter in told] == [True, False, True]
    assert "Thu hồi" in subject_of(told[1])
    # the answer, and that each of the three letters has left
    found = sorted(one.status for one in statuses(bridge, mail, 4))
    assert found == [*[StatusCode.ARRIVED] * 3, StatusCode.CHANGE_AGREED]


def test_a_replacement_is_a_document_of_its_own(bridge: House, postfix_server: PostfixSink) -> None:
    address = receiver(bridge)
    packet = document([address], numbered())
    taken(bridge, lay(bridge, packet))
    postfix_server.wait_for(address)
    other = document([address], numbered())
    mail = taken(
        bridge,
        lay(bridge, replace(other, business=Replace("Sai thể thức", (Replaced(packet.document_id, (OTHERS_ID,)),)))),
        MailState.HELD,
    )
    assert bridge.codes(mail) == {"packet.replace"}
    agree(bridge, mail)
    _, letter = postfix_server.wait_for(address, 2)
    assert "Thay thế" in subject_of(letter)
    assert packet.document_id in text_of(letter)
    (status,) = statuses(bridge, mail, 1)
    assert status.status is StatusCode.ARRIVED


def test_a_recall_of_what_nobody_knows_waits_for_a_person_all_the_same(bridge: House) -> None:
    packet = document([receiver(bridge)], numbered())
    mail = taken(bridge, lay(bridge, recall_of(packet)), MailState.HELD)
    assert bridge.judgement(mail).findings[0].evidence["letters"] == "0"
    agree(bridge, mail)
    (status,) = statuses(bridge, mail, 1)
    assert status.status is StatusCode.CHANGE_AGREED
    assert letters(bridge, mail) == []


def test_a_packet_that_a_clerk_refuses_is_returned_with_02(bridge: House) -> None:
    packet = replace(document(["la@khong.example"], numbered()), receivers=(Party("H00.00.01", "Không ai"),))
    mail = taken(bridge, lay(bridge, packet), MailState.HELD)
    reject(bridge.store, mail.id, "lan", "Gửi nhầm nơi nhận.", office=bridge.settings.office, receipts=True)
    (status,) = statuses(bridge, mail, 1)
    assert (status.status, status.description) == (StatusCode.REFUSED, "Gửi nhầm nơi nhận.")
    assert status.about.document_id == packet.document_id
