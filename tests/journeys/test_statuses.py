"""What the receivers on the axis say of a document is tracked for each of them, and told to whoever sent it."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from bridge.demo.pki import Pki
from bridge.edxml.packet import Concerned, DocumentPacket, Party, StatusPacket
from bridge.edxml.read import read
from bridge.edxml.status import StatusCode
from store.delivery import Done
from store.mail import MailState
from tests.journeys.house import ORGANS, SEVERAL, House
from tests.journeys.outcome import packet_of, receipt_of, subject_of, text_of
from tests.journeys.post import from_agency, signed
from tests.journeys.test_recall import lay
from tests.servers.postfix import PostfixSink
from tests.servers.wait import wait_until

FIRST, SECOND = ORGANS["noi-vu"], ORGANS["tai-chinh"]
NOW = datetime.now(UTC)


def status(packet: DocumentPacket, organ: str, code: str, minutes: int = 0, says: str = "") -> StatusPacket:
    """A word of that receiver about the packet."""
    about = Concerned(packet.sender.organ_id, packet.code.compound, packet.issued, packet.document_id)
    moment = NOW + timedelta(minutes=minutes)
    return StatusPacket(Party(organ, "Cơ quan"), about, StatusCode(code), says, moment)


def command(bridge: House, *arguments: str) -> Any:  # noqa: ANN401  JSON
    """What `envelopes` says in JSON."""
    line = [sys.executable, "-m", "bridge", "--config", str(bridge.settings_file), "envelopes", *arguments]
    return json.loads(subprocess.run(line, env=bridge.environment, capture_output=True, check=True).stdout)


def shown(bridge: House, envelope_id: str) -> dict[str, dict[str, Any]]:
    """What `envelopes show` says of its receivers."""
    return {one["organ"]: one for one in command(bridge, "show", envelope_id, "--json")["handling"]}


def test_each_receiver_has_a_state_of_its_own_and_the_sender_is_told_once(
    bridge: House, postfix_server: PostfixSink, pki: Pki
) -> None:
    mail = from_agency(signed(pki), to=SEVERAL)
    bridge.send(mail.raw, mail.mail_from, [SEVERAL])
    kept = bridge.judged(mail.message_id, MailState.ACCEPTED)
    packet = packet_of(bridge, kept)
    receipt_of(postfix_server, mail)
    (envelope,) = bridge.store.envelopes.list(kept.id)
    said = [
        status(packet, FIRST, "03", 2, "Vào sổ số 512"),
        status(packet, FIRST, "01", 1),  # late
        status(packet, FIRST, "03", 3, "Vào sổ số 512"),  # again
        status(packet, SECOND, "02", 1, "Gửi nhầm nơi nhận"),
        status(packet, "H00.99", "06", 9),  # of somebody who is no receiver
    ]
    for one in said:
        lay(bridge, one)
    rows = wait_until(lambda: found if len(found := bridge.store.statuses.of(envelope.id)) == len(said) else (), 60)
    assert {(row.organ_id, row.code) for row in rows} == {
        (FIRST, "01"),
        (FIRST, "03"),
        (SECOND, "02"),
        ("H00.99", "06"),
    }
    wait_until(lambda: "Gửi nhầm nơi nhận" in _told(postfix_server, mail.mail_from), 60, "the refusal being told")
    wait_until(lambda: "Vào sổ số 512" in _told(postfix_server, mail.mail_from), 60, "the registration being told")
    bridge.settled()
    letters = postfix_server.letters(mail.mail_from)[1:]
    assert all(letter.return_path == "" for letter in letters)
    assert _told(postfix_server, mail.mail_from).count("Gửi nhầm nơi nhận") == 1
    assert any("Từ chối tiếp nhận" in subject_of(letter) or "Đã" in subject_of(letter) for letter in letters)
    handling = shown(bridge, envelope.id)
    states = {organ: one["state"] for organ, one in handling.items()}
    assert states == {FIRST: "registered", SECOND: "refused", "H00.99": "finished"}


def test_a_status_finds_its_document_by_number_and_date_where_the_id_is_another(bridge: House, pki: Pki) -> None:
    mail = from_agency(signed(pki))
    bridge.send(mail.raw, mail.mail_from)
    kept = bridge.judged(mail.message_id, MailState.ACCEPTED)
    packet = packet_of(bridge, kept)
    (envelope,) = bridge.store.envelopes.list(kept.id)
    word = status(packet, FIRST, "01")
    about = Concerned(packet.sender.organ_id, packet.code.compound, packet.issued, "some-guid")
    lay(bridge, StatusPacket(word.sender, about, word.status, "", word.moment))
    (row,) = wait_until(lambda: bridge.store.statuses.of(envelope.id), 60)
    assert row.code == "01"
    bridge.settled()


def test_a_document_is_asked_back_and_the_answer_is_kept(bridge: House, pki: Pki) -> None:
    mail = from_agency(signed(pki))
    bridge.send(mail.raw, mail.mail_from)
    kept = bridge.judged(mail.message_id, MailState.ACCEPTED)
    packet = packet_of(bridge, kept)
    (envelope,) = bridge.store.envelopes.list(kept.id)
    wait_until(lambda: next(bridge.store.deliveries.list(Done, content_id=envelope.id), None), 60, "its delivery")
    said = command(bridge, "recall", envelope.id, "--reason", "Ban hành nhầm", "--json")
    assert (said["stopped"], said["asked"]) == (False, [FIRST])
    (file,) = wait_until(lambda: bridge.envelopes(kept, "status"), 60)
    asked = read(file.read_bytes())
    assert isinstance(asked, StatusPacket)
    assert (asked.status, asked.about.organ_id, asked.description) == (StatusCode.RECALL_ASKED, FIRST, "Ban hành nhầm")
    assert (asked.about.document_id, asked.sender.organ_id) == (packet.document_id, packet.sender.organ_id)
    one = shown(bridge, envelope.id)[FIRST]
    assert (one["state"], one["asked_back"]) == ("sent", True)
    lay(bridge, status(packet, FIRST, "15", 5, "Đã hủy văn bản"))
    wait_until(lambda: len(bridge.store.statuses.of(envelope.id)) == 2, 60, "the answer")
    one = shown(bridge, envelope.id)[FIRST]
    assert (one["state"], one["asked_back"]) == ("taken-back", False)
    bridge.settled()


def _told(postfix: PostfixSink, address: str) -> str:
    return " ".join(text_of(letter) for letter in postfix.letters(address)[1:])
