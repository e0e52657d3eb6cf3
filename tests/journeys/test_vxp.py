"""By VXP, both ways: the bridge calls an axis, and a system with VNPT's SDK calls the bridge."""

import base64
import json
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest

from bridge.demo.pki import Pki
from bridge.edxml.compose import document_packet
from bridge.edxml.packet import DocumentPacket, PacketFile, Party, StatusPacket
from bridge.edxml.read import read
from bridge.edxml.status import StatusCode
from bridge.edxml.write import write
from bridge.fields.identify import identify
from store.delivery import Done
from store.mail import AxisOrigin, MailState
from store.registry import Correspondent, RoutingRule
from tests.axis.standin import StandIn
from tests.journeys.house import DOOR, OFFICE, ORGANS, House
from tests.journeys.post import decision, from_agency, signed
from tests.journeys.sdk import Sdk
from tests.servers.postfix import PostfixSink
from tests.servers.wait import wait_until

TO_AXIS = f"truc@{OFFICE}"
SECRET = b"secret of the system"
MINE = ORGANS["noi-vu"]  #: the organ that fetches by itself


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    """An axis."""
    opened = StandIn()
    yield opened
    opened.close()


@pytest.fixture
def house(build: Callable[..., House], stand_in: StandIn, tmp_path: Path) -> House:
    """A running bridge that calls the axis and is called by a system."""
    (tmp_path / "axis.secret").write_bytes(stand_in.secret)
    (tmp_path / "system.secret").write_bytes(SECRET + b"\n")
    axis = {
        "KIND": "vxp",
        "URL": stand_in.url,
        "SYSTEM_ID": stand_in.system_id,
        "SECRET_FILE": str(tmp_path / "axis.secret"),
        "POLL": "200 ms",
        "BREAKER_PAUSE": "500 ms",
    }
    system = {
        "SECRET_FILE": str(tmp_path / "system.secret"),
        "ORGANS": json.dumps([MINE]),
        "LARGEST_PACKET": "1 MB",
        "QUOTA": "20",
    }
    made = build(
        {
            **{f"AXIS__TRUC__{key}": value for key, value in axis.items()},
            **{f"VXP_SERVER__SYSTEM__HTQLVB__{key}": value for key, value in system.items()},
        }
    )
    made.store.registry.routes.add(
        RoutingRule("truc", recipient=TO_AXIS, organs=("tai-chinh",), axis="truc"), "test", datetime.now(UTC)
    )
    made.start()
    return made


@pytest.fixture
def sdk(house: House) -> Sdk:
    """The system."""
    return Sdk(house.web, "htqlvb", SECRET)


def person(house: House) -> str:
    """A registered address that no other journey has."""
    address = f"nguoi{secrets.token_hex(4)}@nhan.example"
    one = Correspondent(address.partition("@")[0], "individual", "Người nhận", addresses=(address,))
    house.store.registry.correspondents.add(one, "test", datetime.now(UTC))
    return address


def packet_for(address: str, sender: str = "H99.12.06") -> bytes:
    """A packet of that organ for a person."""
    pdf = decision()
    packet = document_packet(
        identify(pdf, "application/pdf"),
        Party(sender, "Sở Mẫu"),
        (Party("H99.99", "Người nhận", email=address),),
        (PacketFile("35_QD-SM.pdf", pdf, "application/pdf"),),
        datetime.now(UTC),
        own_id=f"doc-{secrets.token_hex(6)}",
    )
    out = BytesIO()
    write(packet, out)
    return out.getvalue()


def test_a_mail_goes_to_the_axis_once_though_the_answer_is_lost(house: House, stand_in: StandIn, pki: Pki) -> None:
    lost = iter(["hang-up", "502"])
    stand_in.fault = lambda operation: next(lost, "") if operation == "sendEdoc" else ""
    pdf = signed(pki)
    mail = from_agency(pdf, to=TO_AXIS)
    house.send(mail.raw, mail.mail_from, [TO_AXIS])
    kept = house.judged(mail.message_id, MailState.ACCEPTED)
    (envelope,) = house.store.envelopes.list(kept.id)
    (delivery,) = house.store.deliveries.list(content_id=envelope.id)
    wait_until(lambda: next(house.store.deliveries.list(Done, content_id=envelope.id), None), 60, "the delivery")
    assert [row.word for row in house.store.deliveries.attempts(delivery.id)] == ["unsure", "delivered"]
    (body,) = stand_in.bodies
    packet = read(body)
    assert isinstance(packet, DocumentPacket)
    assert [file.content for file in packet.files] == [pdf]
    assert stand_in.problems == []


def test_a_packet_of_the_axis_becomes_a_letter_and_its_status_goes_back(
    house: House, stand_in: StandIn, postfix_server: PostfixSink
) -> None:
    address = person(house)
    doc_id = stand_in.put(packet_for(address))
    bad = stand_in.put(b"<edXML>none")
    postfix_server.wait_for(address)
    wait_until(lambda: stand_in.inbox[doc_id].status == "done" and stand_in.inbox[bad].status == "fail", 60)
    wait_until(lambda: stand_in.bodies, 60, "the status")
    status = read(stand_in.bodies[0])
    assert isinstance(status, StatusPacket)
    assert status.status is StatusCode.ARRIVED
    # the platform may spell a packet anew: the same docId is the same packet
    stand_in.inbox[doc_id].content += b"\n"
    stand_in.inbox[doc_id].status = "initial"
    house.settled()
    assert len(postfix_server.letters(address)) == 1
    # the same document under another docId waits for a person
    again = stand_in.put(stand_in.inbox[doc_id].content)
    wait_until(lambda: stand_in.inbox[again].status == "done", 60)
    wait_until(lambda: [mail for mail in house.store.mails.list() if mail.state is MailState.HELD], 60, "the doubt")
    (held,) = (mail for mail in house.store.mails.list() if mail.state is MailState.HELD)
    assert house.codes(held) == {"document.duplicate"}
    assert len(postfix_server.letters(address)) == 1


def test_a_system_fetches_what_is_for_its_organ(house: House, sdk: Sdk, pki: Pki) -> None:
    pdf = signed(pki)
    mail = from_agency(pdf)
    house.send(mail.raw, mail.mail_from, [DOOR])
    kept = house.judged(mail.message_id, MailState.ACCEPTED)
    (envelope,) = house.store.envelopes.list(kept.id)
    (listed,) = sdk.received()
    assert listed["docId"] == envelope.id
    assert (listed["to"], listed["status"], listed["from"]) == (MINE, "initial", "H99.15")
    assert all(isinstance(value, str) for value in listed.values())
    assert sdk.call("countReceiveEdoc", method="GET")["count"] == 1
    answer = sdk.call("getEdoc", b"{}", docId=envelope.id, filePath="xml")
    packet = read(base64.b64decode(answer["data"]))
    assert isinstance(packet, DocumentPacket)
    assert [file.content for file in packet.files] == [pdf]
    assert sdk.call("downloadEdoc", method="GET", docId=envelope.id) == base64.b64decode(answer["data"])
    for status in ("processing", "done", "done", "fail"):
        assert sdk.call("updateStatus", b"{}", docId=envelope.id, status=status)["status"] == "OK"
    assert sdk.received() == []
    (delivery,) = house.store.deliveries.list(content_id=envelope.id)
    assert isinstance(delivery.state, Done)
    assert [row.word for row in house.store.deliveries.attempts(delivery.id)] == ["delivered"]
    codes = {one["code"] for one in sdk.call("getAgenciesListQD20", level="3")["data"]}
    assert codes == set(ORGANS.values())


def test_a_system_sends_a_packet_that_becomes_one_letter_however_often_it_is_sent(
    house: House, sdk: Sdk, postfix_server: PostfixSink
) -> None:
    address = person(house)
    packet = packet_for(address, MINE)
    answers = [sdk.send(packet, MINE) for _ in range(2)]
    assert [answer["status"] for answer in answers] == ["OK", "OK"]
    (doc_id,) = {answer["DocId"] for answer in answers}
    postfix_server.wait_for(address)
    (status,) = wait_until(lambda: sdk.received("status"), 60, "the status")
    told = read(base64.b64decode(sdk.call("getEdoc", b"{}", docId=status["docId"], filePath="x")["data"]))
    assert isinstance(told, StatusPacket)
    assert told.about.organ_id == MINE
    (sent,) = sdk.call("getSentEdocList", servicetype="eDoc", messagetype="edoc", docId=doc_id)["data"]
    assert (sent["senderDocId"], sent["receiveStatus"]) == (doc_id, "done")
    assert sdk.call("updateStatus", b"{}", docId=status["docId"], status="done")["status"] == "OK"
    house.settled()
    assert len(postfix_server.letters(address)) == 1
    mails = [mail for mail in house.store.mails.list() if isinstance(mail.origin, AxisOrigin)]
    assert [mail.origin.packet for mail in mails if isinstance(mail.origin, AxisOrigin)] == [doc_id]


def test_what_proves_nothing_or_is_no_packet_is_refused(house: House, sdk: Sdk) -> None:
    packet = packet_for("ai@nhan.example", MINE)
    stranger, nobody = Sdk(house.web, "htqlvb", b"another"), Sdk(house.web, "nobody", SECRET)
    late = Sdk(house.web, "htqlvb", SECRET, late=timedelta(days=2))
    refused = {
        "another secret": (stranger.send(packet, MINE), "15"),
        "an unknown system": (nobody.send(packet, MINE), "15"),
        "a stale time stamp": (late.send(packet, MINE), "15"),
        "a header that is not the signed one": (
            sdk.send(packet, MINE, tampered={"XroadVnpt-from": "H99.12.07"}),
            "15",
        ),
        "another's organ in the header": (sdk.send(packet, "H99.12.07"), "19"),
        "another's organ in the packet": (sdk.send(packet_for("ai@nhan.example"), MINE), "19"),
        "another digest": (sdk.send(packet, MINE, hash_file="0" * 64), "10"),
        "no packet": (sdk.send(b"<edXML>none", MINE), "22"),
        "another kind": (sdk.send(packet, MINE, "status"), "22"),
        "too large": (sdk.send(b"x" * 1_000_001, MINE), "10"),
        "an operation that there is not": (sdk.call("dropTables"), "30"),
        "a document of nobody": (sdk.call("getEdoc", b"{}", docId="../x", filePath="x"), "21"),
    }
    told = {name: (answer["status"], answer["ErrorCode"]) for name, (answer, _) in refused.items()}
    assert told == {name: ("FAIL", code) for name, (_, code) in refused.items()}
    assert all(isinstance(answer["DocId"], str) for answer, _ in refused.values())
    spent = [sdk.send(b"<x/>", MINE)["ErrorCode"] for _ in range(20)]
    assert spent[-1] == "29"
    assert list(house.store.mails.list()) == []
