"""What follows a letter: an answer goes on with its case, a corrected document takes its place, reports are tracked."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import SMTP

import pytest
from sqlalchemy import update

from bridge.demo.mails import PDF, File
from bridge.demo.pki import Pki
from bridge.edxml.packet import Concerned
from bridge.edxml.status import StatusCode
from bridge.following import answered_with_a_receipt
from store.mail import MailState, ReceivedMail
from store.registry import Correspondent
from store.schema import mails
from tests.journeys.house import CHECKER, DOOR, House
from tests.journeys.outcome import packet_of, receipt_of, subject_of, text_of
from tests.journeys.post import Mail, decision, from_agency, from_person, signed
from tests.journeys.test_receipts import domain, stranger
from tests.journeys.test_way_out import letters, put, receiver, statuses, taken
from tests.servers.dns import NameServer
from tests.servers.postfix import Letter, PostfixSink
from tests.servers.wait import wait_until


def vouched(names: NameServer) -> str:
    """A stranger for whom SPF speaks."""
    address = stranger()
    names.zone[domain(address)] = {"TXT": ["v=spf1 ip4:127.0.0.1 -all"]}
    return address


def asked(bridge: House, postfix_server: PostfixSink, address: str) -> tuple[ReceivedMail, Letter]:
    """A mail of his that waits for its document, and the receipt that says so."""
    mail = from_person((), address)
    bridge.send(mail.raw, mail.mail_from)
    kept = bridge.judged(mail.message_id, MailState.HELD)
    return kept, receipt_of(postfix_server, mail)


def answer(letter: Letter, address: str, content: bytes) -> tuple[Mail, str]:
    """The mail that answers the letter with a document, and where it goes."""
    message = message_from_bytes(letter.raw, policy=SMTP)
    reply = from_person(
        (File("don.pdf", PDF, content),), address, headers=(("In-Reply-To", str(message["Message-ID"])),)
    )
    return reply, str(message["Reply-To"])


def test_a_corrected_document_takes_the_place_of_what_waited_for_it(
    bridge: House, postfix_server: PostfixSink, names: NameServer
) -> None:
    address = vouched(names)
    first, letter = asked(bridge, postfix_server, address)
    reply, to = answer(letter, address, decision())
    bridge.send(reply.raw, address, [to, DOOR])
    second = bridge.judged(reply.message_id, MailState.ACCEPTED)
    assert second.classification == "reply"
    assert bridge.judgement(second).continues == first.id
    assert answered_with_a_receipt(bridge.judgement(second)), "or its sender would hear of no status that follows"
    packet_of(bridge, second)
    wait_until(lambda: bridge.judged(first.message_id).state is MailState.FILED, what="the first being filed")
    (decided,) = bridge.store.mails.decisions(first.id)
    assert (str(decided.verb), decided.detail) == ("supersede", {"mail": second.id})
    (told,) = bridge.store.deliveries.list(kind="letter", mail_id=first.id)
    assert [event.kind for event in bridge.store.deliveries.events(told.id)] == ["answered"]


def test_somebody_else_supersedes_nothing_though_he_knows_the_token(
    bridge: House, postfix_server: PostfixSink, names: NameServer
) -> None:
    first, letter = asked(bridge, postfix_server, vouched(names))
    writer = vouched(names)
    reply, to = answer(letter, writer, decision())
    bridge.send(reply.raw, writer, [to, DOOR])
    second = bridge.judged(reply.message_id, MailState.ACCEPTED)
    assert bridge.judgement(second).continues == first.id
    bridge.settled()
    assert bridge.judged(first.message_id).state is MailState.HELD
    assert bridge.store.mails.decisions(first.id) == ()


def test_whose_mail_still_waits_behind_the_next_working_day_is_told_so_once(
    bridge: House, postfix_server: PostfixSink, names: NameServer
) -> None:
    address = vouched(names)
    kept, _ = asked(bridge, postfix_server, address)
    with bridge.store.db.transaction() as connection:  # nothing but the clock makes a mail late
        long_ago = datetime.now(UTC) - timedelta(days=30)
        connection.execute(update(mails).where(mails.c.id == kept.id).values(received_at=long_ago))
    letters_there = postfix_server.wait_for(address, count=2)
    assert sorted("Chậm xử lý" in subject_of(letter) for letter in letters_there) == [False, True]
    bridge.settled()
    assert len(postfix_server.letters(address)) == 2


CHECKED = [
    pytest.param(True, "Kết quả kiểm tra: đạt", "ĐẠT", id="signed"),
    pytest.param(False, "Kết quả kiểm tra: không đạt", "không có chữ ký số", id="unsigned"),
]


@pytest.mark.parametrize(("good", "title", "words"), CHECKED)
def test_an_address_that_only_checks_says_the_verdict_and_registers_nothing(
    bridge: House, postfix_server: PostfixSink, pki: Pki, good: bool, title: str, words: str
) -> None:
    pdf = signed(pki) if good else decision()
    mail = from_agency(pdf, to=CHECKER)
    bridge.send(mail.raw, mail.mail_from, [CHECKER])
    kept = bridge.judged(mail.message_id, MailState.FILED)
    receipt = receipt_of(postfix_server, mail)
    assert subject_of(receipt).endswith(f"{title} - mã thư {kept.id}")
    assert words in text_of(receipt)
    assert bridge.judgement(kept).documents == ()
    assert bridge.envelopes(kept) == []
    if good:  # what was only checked is not there yet: handed in it is no duplicate
        again = from_agency(pdf)
        bridge.send(again.raw, again.mail_from)
        packet_of(bridge, bridge.judged(again.message_id, MailState.ACCEPTED))


def report(kind: str, fields: str, to: str) -> bytes:
    """A multipart/report to one of our addresses."""
    name = {"delivery-status": "delivery-status", "disposition-notification": "disposition-notification"}[kind]
    return (
        f"From: MAILER-DAEMON@mx.example\r\nTo: {to}\r\nSubject: Report\r\nMIME-Version: 1.0\r\n"
        f"Message-ID: <{secrets.token_hex(8)}@mx.example>\r\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nreport\r\n"
        f"--b\r\nContent-Type: message/{name}\r\n\r\n{fields}\r\n--b--\r\n"
    ).encode()


def test_what_becomes_of_a_letter_goes_back_to_the_axis_each_once(bridge: House, postfix_server: PostfixSink) -> None:
    address = receiver(bridge)
    mail = taken(bridge, put(bridge, decision(), [address]))
    (letter,) = postfix_server.wait_for(address)
    (delivery,) = letters(bridge, mail)
    assert len(statuses(bridge, mail, 1)) == 1
    message = message_from_bytes(letter.raw, policy=SMTP)
    reply_to = str(message["Reply-To"])
    assert message["Disposition-Notification-To"] == reply_to

    def told(count: int) -> list[tuple[StatusCode, str]]:
        return [(one.status, one.description) for one in statuses(bridge, mail, count)]

    delivered = report(
        "delivery-status",
        f"Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; {address}\r\n"
        "Action: delivered\r\nStatus: 2.0.0",
        letter.return_path,
    )
    bridge.send(delivered, "", [letter.return_path])
    assert any("đã chuyển thư vào hộp thư" in says for _, says in told(2))
    opened = report(
        "disposition-notification",
        f"Final-Recipient: rfc822; {address}\r\nOriginal-Message-ID: {message['Message-ID']}\r\n"
        "Disposition: manual-action/MDN-sent-manually; displayed",
        DOOR,
    )
    for _ in range(2):  # the second one is another mail, and says the same
        bridge.send(opened.replace(b"Subject: Report", b"Subject: Report " + secrets.token_hex(3).encode()), "", [DOOR])
    assert any("đã mở thư" in says for _, says in told(3))
    thanks = from_person((), address, headers=(("In-Reply-To", str(message["Message-ID"])),))
    bridge.send(thanks.raw, address, [reply_to])
    assert (StatusCode.REGISTERED, f"Người nhận {address} đã trả lời thư") in told(4)
    late = delivered.replace(b"Action: delivered", b"Action: delayed").replace(b"2.0.0", b"4.4.1")
    bridge.send(late, "", [letter.return_path])
    wait_until(lambda: len(bridge.store.deliveries.events(delivery.id)) == 4, what="the late word being kept")
    bridge.settled()
    assert len(told(4)) == 4
    kinds = [(one.kind, one.detail.get("late", "")) for one in bridge.store.deliveries.events(delivery.id)]
    assert kinds == [("delivered", ""), ("displayed", ""), ("answered", ""), ("delayed", "yes")]


def test_a_document_that_answers_a_mail_stands_in_its_thread_for_its_sender_alone(
    bridge: House, postfix_server: PostfixSink, pki: Pki
) -> None:
    mail = from_agency(signed(pki))
    bridge.send(mail.raw, mail.mail_from)
    packet = packet_of(bridge, bridge.judged(mail.message_id, MailState.ACCEPTED))
    receipt_of(postfix_server, mail)
    known = Correspondent(secrets.token_hex(4), "individual", "Người gửi", addresses=(mail.mail_from,))
    bridge.store.registry.correspondents.add(known, "test", datetime.now(UTC))
    other = receiver(bridge)
    answered = (Concerned(packet.sender.organ_id, document_id=packet.document_id),)
    taken(bridge, put(bridge, decision(), [mail.mail_from, other], answers=answered))
    (elsewhere,) = postfix_server.wait_for(other)
    letter = postfix_server.wait_for(mail.mail_from, count=2)[-1]
    threads = [message_from_bytes(one.raw, policy=SMTP)["In-Reply-To"] for one in (letter, elsewhere)]
    assert threads == [mail.message_id, None]


def test_a_storm_is_damped_and_the_administrator_told_once(
    build: Callable[..., House], postfix_server: PostfixSink, names: NameServer
) -> None:
    administrator = f"quantri{secrets.token_hex(4)}@nhan.example"
    bridge = build(
        {
            "RECEIPTS__PER_DAY": "2",
            "OFFICE__ADMINISTRATOR": administrator,
            "RESOLVER__NAMESERVERS": f'["127.0.0.1:{names.port}"]',
            "LETTERS__DELAYED_AFTER": "1 s",
        }
    )
    slow = receiver(bridge)
    postfix_server.defer(slow)
    bridge.start()
    packet = taken(bridge, put(bridge, decision(), [slow]))
    address = vouched(names)
    for _ in range(4):
        mail = from_person((), address)
        bridge.send(mail.raw, address)
        bridge.judged(mail.message_id, MailState.HELD)
    (told,) = postfix_server.wait_for(administrator)
    assert address in text_of(told)
    bridge.settled()
    assert len(postfix_server.letters(address)) == 2
    assert len(postfix_server.letters(administrator)) == 1
    # Meanwhile a letter takes too long: the axis is told, once.
    (delivery,) = letters(bridge, packet)
    (delayed,) = statuses(bridge, packet, 1)
    assert "Chưa chuyển được thư" in delayed.description
    assert [one.kind for one in bridge.store.deliveries.events(delivery.id)] == ["delayed"]
    postfix_server.accept(slow)
