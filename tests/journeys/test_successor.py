"""What is for a dissolved body goes to the one in its place, with a note."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime

from bridge.demo.pki import Pki
from bridge.edxml.packet import Party
from store.mail import MailState
from store.registry import Organ, OrganId, RoutingRule
from tests.journeys.house import House
from tests.journeys.outcome import packet_of
from tests.journeys.post import from_agency, signed
from tests.journeys.test_recall import document, lay, numbered
from tests.journeys.test_way_out import letters, taken
from tests.servers.postfix import PostfixSink
from tests.servers.wait import wait_until


def dissolved(bridge: House, address: str) -> tuple[Organ, Organ]:
    """A body and the one in its place, which alone has an address."""
    mark = secrets.token_hex(4)
    old = Organ(f"cu-{mark}", f"Sở Cũ {mark}", ids=(OrganId("qd-20", f"H99.{mark.upper()}"),), successor=f"moi-{mark}")
    new = Organ(f"moi-{mark}", f"Sở Mới {mark}", ids=(OrganId("qd-20", f"H98.{mark.upper()}"),), addresses=(address,))
    for organ in (old, new):
        bridge.store.registry.organs.add(organ, "test", datetime.now(UTC))
    return old, new


def test_a_packet_for_a_dissolved_body_becomes_a_letter_to_its_successor(
    bridge: House, postfix_server: PostfixSink
) -> None:
    address = f"moi{secrets.token_hex(4)}@nhan.example"
    old, new = dissolved(bridge, address)
    packet = replace(document([], numbered()), receivers=(Party(old.ids[0].value, old.name),))
    mail = taken(bridge, lay(bridge, packet))
    postfix_server.wait_for(address)
    assert [one.recipient for one in letters(bridge, mail)] == [address]
    (note,) = bridge.judgement(mail).findings
    assert (note.code, note.evidence) == ("organ.succeeded", {"organ": old.name, "successor": new.name})


def test_a_mail_for_a_dissolved_body_goes_to_its_successor(bridge: House, pki: Pki) -> None:
    old, new = dissolved(bridge, f"moi{secrets.token_hex(4)}@nhan.example")
    door = f"{old.id}@mau.test"
    bridge.store.registry.routes.add(RoutingRule(old.id, recipient=door, organs=(old.id,)), "test", datetime.now(UTC))
    mail = from_agency(signed(pki), to=door)
    wait_until(lambda: bridge.knows(door), 20, "the new route at the door")
    bridge.send(mail.raw, mail.mail_from, [door])
    kept = bridge.judged(mail.message_id, MailState.ACCEPTED)
    assert [party.organ_id for party in packet_of(bridge, kept).receivers] == [new.ids[0].value]
    assert "organ.succeeded" in bridge.codes(kept)
