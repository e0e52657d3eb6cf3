"""The way out: the province's packet becomes letters, and what became of each goes back as a status packet."""

import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from bridge.demo.pki import Pki
from bridge.edxml.compose import document_packet
from bridge.edxml.conform import conform
from bridge.edxml.packet import Concerned, PacketFile, Party, StatusPacket
from bridge.edxml.read import read
from bridge.edxml.status import StatusCode
from bridge.edxml.write import write
from bridge.fields.identify import identify
from store.delivery import Delivery, Done, Failed
from store.mail import AxisOrigin, MailState, ReceivedMail
from store.registry import Correspondent
from tests.journeys.house import OFFICE_ID, OTHERS_ID, House
from tests.journeys.outcome import subject_of
from tests.journeys.post import decision, signed
from tests.servers import clients
from tests.servers.postfix import PostfixSink
from tests.servers.wait import free_port, wait_until
from validation.codes import Code


def receiver(bridge: House) -> str:
    """A registered address that no other journey has."""
    address = f"nguoi{secrets.token_hex(4)}@nhan.example"
    person = Correspondent(address.partition("@")[0], "individual", "Người nhận", addresses=(address,))
    bridge.store.registry.correspondents.add(person, "test", datetime.now(UTC))
    return address


def put(
    bridge: House,
    pdf: bytes,
    addresses: Sequence[str],
    organ_id: str = OTHERS_ID,
    answers: Sequence[Concerned] = (),
) -> str:
    """Lays a packet into in/ as the province does, complete under its name at once; that name."""
    packet = document_packet(
        identify(pdf, "application/pdf"),
        Party(OFFICE_ID, "Ủy ban nhân dân tỉnh Mẫu"),
        tuple(Party(organ_id, "Người nhận", email=address) for address in addresses),
        (PacketFile("35_QD-SM.pdf", pdf, "application/pdf"), PacketFile("phu-luc.txt", b"mot\r\nhai\n", "text/plain")),
        datetime.now(UTC),
        own_id=f"doc-{secrets.token_hex(6)}",
        answers=answers,
    )
    inbox = bridge.axis / "in"
    draft = inbox / f"{secrets.token_hex(6)}.tmp"
    with draft.open("wb") as out:
        write(packet, out)
    return draft.rename(draft.with_suffix(".edxml")).name


def taken(bridge: House, name: str, state: MailState = MailState.ACCEPTED) -> ReceivedMail:
    """The packet as it was taken in, once it is judged."""

    def found() -> ReceivedMail | None:
        return next(
            (
                mail
                for mail in bridge.store.mails.list(state)
                if isinstance(mail.origin, AxisOrigin) and mail.origin.packet == name
            ),
            None,
        )

    mail = wait_until(found, 60, f"the packet {name} being {state}")
    assert mail is not None
    return mail


def letters(bridge: House, mail: ReceivedMail) -> list[Delivery]:
    """The deliveries of its letters."""
    return list(bridge.store.deliveries.list(kind="letter", mail_id=mail.id))


def statuses(bridge: House, mail: ReceivedMail, count: int) -> list[StatusPacket]:
    """The status packets in out/ that went back for it."""
    wait_until(
        lambda: sum(one.kind == "status" for one in bridge.store.envelopes.list(mail.id)) == count, 60, "the statuses"
    )
    contents = [file.read_bytes() for file in bridge.envelopes(mail, "status")]
    assert [conform(content) for content in contents] == [[]] * count
    packets = [read(content) for content in contents]
    return [packet for packet in packets if isinstance(packet, StatusPacket)]


def test_a_packet_becomes_a_letter_and_its_status_goes_back(
    bridge: House, postfix_server: PostfixSink, pki: Pki
) -> None:
    address, pdf = receiver(bridge), signed(pki)
    name = put(bridge, pdf, [address])
    mail = taken(bridge, name)
    (letter,) = postfix_server.wait_for(address)
    message = message_from_bytes(letter.raw, policy=default)
    files = [part.get_payload(decode=True) for part in message.iter_attachments()]
    assert files == [pdf, b"mot\r\nhai\n"]
    assert "V/v" in subject_of(letter)
    assert "Ủy ban nhân dân tỉnh Mẫu" in subject_of(letter)
    assert letter.return_path.startswith("bounce+")
    (status,) = statuses(bridge, mail, 1)
    assert status.status is StatusCode.ARRIVED
    assert address in status.description
    assert (bridge.axis / "in" / "done" / name).exists()


def test_each_recipient_has_a_fate_of_its_own(bridge: House, postfix_server: PostfixSink) -> None:
    good, refused, busy = receiver(bridge), receiver(bridge), receiver(bridge)
    postfix_server.refuse(refused)
    postfix_server.defer(busy)
    mail = taken(bridge, put(bridge, decision(), [good, refused, busy]))
    postfix_server.wait_for(good)
    by_address = {one.recipient: one for one in letters(bridge, mail)}
    delayed = by_address[busy].id
    wait_until(lambda: len(bridge.store.deliveries.attempts(delayed)) > 1, what="a second attempt")
    assert {row.word for row in bridge.store.deliveries.attempts(delayed)} == {"try-later"}
    postfix_server.accept(busy)
    postfix_server.wait_for(busy)
    told = statuses(bridge, mail, 3)
    by_address = {one.recipient: one for one in letters(bridge, mail)}
    assert {address: type(one.state) for address, one in by_address.items()} == {
        good: Done,
        refused: Failed,
        busy: Done,
    }
    assert [one.status for one in told if refused in one.description] == [StatusCode.REFUSED]
    assert [one.status for one in told if busy in one.description] == [StatusCode.ARRIVED]
    assert len(postfix_server.letters(busy)) == 1


def test_a_bounce_of_a_letter_taken_by_the_smarthost_is_a_failure_and_a_second_status(
    bridge: House, postfix_server: PostfixSink
) -> None:
    address = receiver(bridge)
    mail = taken(bridge, put(bridge, decision(), [address]))
    (letter,) = postfix_server.wait_for(address)
    (delivery,) = letters(bridge, mail)
    assert [one.status for one in statuses(bridge, mail, 1)] == [StatusCode.ARRIVED]
    report = (
        f"From: MAILER-DAEMON@mx.example\r\nTo: {letter.return_path}\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
        f"Message-ID: <{secrets.token_hex(8)}@mx.example>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nnot delivered\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n--b--\r\n"
    ).encode()
    bridge.send(report, "", [letter.return_path])

    def failed() -> bool:
        found = bridge.store.deliveries.get(delivery.id)
        return found is not None and isinstance(found.state, Failed)

    wait_until(failed, 60, "the delivery being failed")
    assert {one.status for one in statuses(bridge, mail, 2)} == {StatusCode.ARRIVED, StatusCode.REFUSED}


def test_what_is_no_packet_goes_to_bad_with_the_reason(bridge: House) -> None:
    inbox = bridge.axis / "in"
    name = f"{secrets.token_hex(6)}.edxml"
    (inbox / "draft.tmp").write_bytes(b"<edXML>this is not one")
    (inbox / "draft.tmp").rename(inbox / name)
    reason = inbox / "bad" / f"{name}.txt"
    wait_until((inbox / "bad" / name).exists, 60, "the packet in bad/")
    assert reason.read_text("utf-8").strip()
    assert not (inbox / name).exists()


def test_a_packet_for_nobody_we_know_is_held(bridge: House, postfix_server: PostfixSink) -> None:
    address = f"la{secrets.token_hex(4)}@nhan.example"
    mail = taken(bridge, put(bridge, decision(), [address], "H00.00.01"), MailState.HELD)
    assert Code.PACKET_UNADDRESSED in bridge.codes(mail)
    assert letters(bridge, mail) == []
    assert postfix_server.letters(address) == []


def test_the_same_packet_laid_in_again_is_not_a_second_letter(bridge: House, postfix_server: PostfixSink) -> None:
    address = receiver(bridge)
    name = put(bridge, decision(), [address])
    taken(bridge, name)
    postfix_server.wait_for(address)
    done = bridge.axis / "in" / "done" / name
    wait_until(done.exists, what="the packet in done/")
    done.rename(bridge.axis / "in" / name)
    wait_until(done.exists, 60, "the packet in done/ again")
    bridge.settled()
    assert len(postfix_server.letters(address)) == 1


def test_a_smarthost_that_hangs_up_after_the_dot_leaves_it_unsure_and_is_sent_the_same_letter_again(
    build: Callable[..., House], tmp_path: Path
) -> None:
    port = free_port()
    bridge = build({}, smarthost=port)
    address = receiver(bridge)
    with clients.smtp_sink(tmp_path / "first.log", hang_up=["."], port=port):
        bridge.start()
        mail = taken(bridge, put(bridge, decision(), [address]))
        (delivery,) = letters(bridge, mail)
        rows = wait_until(lambda: bridge.store.deliveries.attempts(delivery.id), 60, "an attempt")
        assert rows[0].word == "unsure"
    with clients.smtp_sink(tmp_path / "second.log", port=port) as sink:
        (taken_again,) = sink.wait_for(1)
        statuses(bridge, mail, 1)
    (kept,) = bridge.store.letters.of_mail(mail.id)
    assert f"Message-ID: {kept.message_id}".encode() in taken_again.raw
    assert bridge.store.deliveries.attempts(delivery.id)[-1].word == "delivered"
